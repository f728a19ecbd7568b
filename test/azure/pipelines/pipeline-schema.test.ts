import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import {
  buildSchema,
  buildsSchema,
  definitionsSchema,
  pipelineSchema,
  releaseDefinitionSchema,
  releaseDefinitionsSchema,
  releaseSchema,
  releasesSchema,
  runSchema,
} from '../../../src/azure/pipelines/pipeline-schema.ts';

/** The body of a recorded response. */
function recorded(name: string): unknown {
  const url = new URL(`../../fixtures/azure-devops/examples/${name}.json`, import.meta.url);
  const { responses } = JSON.parse(readFileSync(url, 'utf8')) as {
    responses: { '200': { body: unknown } };
  };
  return responses['200'].body;
}

describe("The schema of Azure DevOps' responses about pipelines", () => {
  it('reads a build as it was recorded', () => {
    const build = z.parse(buildSchema, recorded('build__Builds_Queue'));
    assert.deepEqual(
      [build.id, build.buildNumber, build.status, build.queueTime, build.tags],
      [393, '20150716.4', 'notStarted', '2015-07-16T20:01:18.513Z', undefined],
    );
    assert.equal(build.requestedFor?.id, 'd6245f20-2af8-44f4-9451-8107cb2767db');
    assert.match(build._links?.web.href ?? '', /buildId=393$/);
    assert.match(build.parameters ?? '', /^\{"system\.debug"/);
    z.parse(buildSchema, recorded('build__Builds_Get'));
    z.parse(buildSchema, recorded('build__Builds_UpdateBuild'));
  });

  it('reads a list of builds as it was recorded', () => {
    const { value } = z.parse(buildsSchema, recorded('build__Builds_List'));
    assert.deepEqual(
      value.map(({ id, status, result }) => [id, status, result]),
      [[391, 'completed', 'succeeded']],
    );
  });

  it('reads a release as it was recorded', () => {
    const { id, name, status, description, createdBy, environments } = z.parse(
      releaseSchema,
      recorded('release__Releases_GetRelease'),
    );
    assert.deepEqual(
      [id, name, status, description],
      [18, 'Release-18', 'abandoned', 'Creating Sample release'],
    );
    assert.equal(createdBy?.id, '4adb1680-0eac-6149-b5ee-fc8b4f6ca227');
    assert.ok((environments?.length ?? 0) > 0);
    const created = z.parse(releaseSchema, recorded('release__Releases_Create'));
    assert.deepEqual(
      created.environments?.slice(0, 2).map((stage) => [stage.name, stage.status]),
      [
        ['Dev', 'notStarted'],
        ['QA', 'notStarted'],
      ],
    );
    assert.ok(z.parse(releasesSchema, recorded('release__Releases_List')).value.length > 0);
  });

  it('reads release definitions as they were recorded', () => {
    const list = 'release__Definitions_List__ListAllReleaseDefinitions';
    const { value } = z.parse(releaseDefinitionsSchema, recorded(list));
    assert.deepEqual(value[0], { id: 1, name: 'MyShuttle.CD', path: '\\' });
    const definition = z.parse(releaseDefinitionSchema, recorded('release__Definitions_Get'));
    assert.ok(definition.environments.length > 0);
  });

  it('bounds names to one line', () => {
    const name = `a\n##vso[x]${'y'.repeat(1000)}`;
    const { value } = z.parse(definitionsSchema, { value: [{ id: 1, name, path: null }] });
    assert.ok((value[0]?.name.length ?? 0) < 250);
    assert.ok(value[0]?.name.startsWith('a ⏎ '));
    assert.equal(value[0]?.path, '\\');
  });

  it('accepts that optional fields are missing', () => {
    z.parse(runSchema, { id: 1 });
    z.parse(runSchema, { id: 1, name: null, _links: null });
    z.parse(buildSchema, {
      id: 1,
      status: 'x',
      tags: 'y',
      templateParameters: [],
      requestedBy: {},
    });
    z.parse(releaseSchema, { id: 1, status: 'x', environments: null, createdBy: null });
  });

  const odd: readonly [string, z.ZodMiniType, unknown][] = [
    ['a run without an id', runSchema, { name: 'x' }],
    ['a run of id 0', runSchema, { id: 0 }],
    ['a build without a status', buildSchema, { id: 1 }],
    ['a pipeline without a type', pipelineSchema, { id: 1, name: 'x', folder: '\\' }],
    ['a release without a status', releaseSchema, { id: 1 }],
    ['a definition without stages', releaseDefinitionSchema, { id: 1, name: 'x' }],
    [
      'more entries than requested',
      buildsSchema,
      { value: Array.from({ length: 5001 }, () => ({ id: 1, status: 'x' })) },
    ],
  ];
  for (const [what, schema, value] of odd) {
    it(`refuses ${what}`, () => assert.ok(!z.safeParse(schema, value).success));
  }
});
