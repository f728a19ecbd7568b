import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { actionSchema } from '../../src/follow-ups/action-schema.ts';
import { faultsOf } from '../../src/settings/schema-fault.ts';

const schema = actionSchema('configuration');

function faults(value: unknown): readonly string[] {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return [];
  return parsed.error.issues
    .flatMap((issue) => faultsOf(issue, { schema, value }))
    .map(({ path, problem }) => `${path.join('.')}: ${problem}`);
}

const run = (change: object) => ({ queuePipeline: { pipeline: 'shop/a', ...change } });
const release = (change: object) => ({ createRelease: { definition: 'shop/a', ...change } });
const hook = (change: object) => ({
  postWebHook: { url: 'https://x.example/a', secret: 'x'.repeat(16), ...change },
});

describe('An action of a rule', () => {
  it('is a pipeline with all its options', () => {
    const given = z.parse(
      schema,
      run({
        branch: 'main',
        commit: '{{revision}}',
        parameters: { event: '{{event}}' },
        variables: { 'ARGOCD.APP': '{{application}}' },
        pipelineResources: { build: '20260101.1' },
        stagesToSkip: ['Build'],
      }),
    );
    assert.ok(given.kind === 'queuePipeline');
    assert.deepEqual(
      [given.organization, given.project, given.pipeline, given.branch?.text, given.commit?.text],
      [undefined, 'shop', 'a', 'main', '{{revision}}'],
    );
    assert.deepEqual(given.parameters['event']?.parts, [{ name: 'event' }]);
    assert.deepEqual(Object.keys(given.variables), ['ARGOCD.APP']);
  });

  it('is a release with its artifacts and the stage to start', () => {
    const artifacts = [{ alias: '_build', version: '{{revision}}' }];
    const given = z.parse(schema, release({ artifacts, stage: 'Test', description: 'x' }));
    assert.ok(given.kind === 'createRelease');
    assert.deepEqual([given.project, given.pipeline, given.stage], ['shop', 'a', 'Test']);
    assert.deepEqual(given.artifacts[0]?.version.parts, [{ name: 'revision' }]);
  });

  it('is a webhook whose secret cannot be printed', () => {
    const given = z.parse(schema, hook({ secret: 'correct horse battery' }));
    assert.ok(given.kind === 'postWebHook');
    assert.equal(given.secret.reveal(), 'correct horse battery');
    assert.doesNotMatch(JSON.stringify(given), /horse/);
  });

  const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`p${at}`, 'x']));
  const wrong: readonly [string, unknown, readonly string[]][] = [
    ['nothing', {}, [': it has no action']],
    ['two things', { ...run({}), ...hook({}) }, [': it has more than one action']],
    ['an unknown kind', { queuePipelines: 'shop/a' }, ['queuePipelines: unknown setting']],
    [
      'a branch and a tag',
      run({ branch: 'a', tag: 'b' }),
      ['queuePipeline: it has a branch and a tag'],
    ],
    [
      'too many parameters',
      run({ parameters: many }),
      ['queuePipeline.parameters: it has more than 50 entries'],
    ],
    [
      'a parameter without a name',
      run({ parameters: { '': 'x' } }),
      ['queuePipeline.parameters.: it is not a valid name'],
    ],
    [
      'a number as a value',
      run({ parameters: { a: 1 } }),
      ['queuePipeline.parameters.a: it is a number'],
    ],
    [
      'a JSON object with a value in it',
      run({ parameters: { a: '{"b": {{revision}}}' } }),
      [
        'queuePipeline.parameters.a: it puts a value from Argo CD into JSON, YAML or multi-line text',
      ],
    ],
    ['no pipeline', { queuePipeline: {} }, ['queuePipeline.pipeline: it is missing']],
    [
      'another organization by URL',
      run({ pipeline: 'https://dev.azure.com/x/y' }),
      ['queuePipeline.pipeline: it is a URL'],
    ],
    [
      'a stage of two lines',
      run({ stagesToSkip: ['a\nb'] }),
      ['queuePipeline.stagesToSkip.0: it is not a valid name'],
    ],
    [
      'an artifact without a version',
      release({ artifacts: [{ alias: 'a' }] }),
      ['createRelease.artifacts.0.version: it is missing'],
    ],
    [
      'a webhook by http',
      hook({ url: 'http://x.example' }),
      ['postWebHook.url: it does not use https'],
    ],
    [
      'a webhook with a password',
      hook({ url: 'https://a:b@x.example' }),
      ['postWebHook.url: it contains a user name, a password or a fragment'],
    ],
    [
      'a webhook with a short secret',
      hook({ secret: 'short' }),
      ['postWebHook.secret: it has fewer than 16 characters and could be guessed'],
    ],
  ];
  for (const [what, value, expected] of wrong) {
    it(`is not ${what}`, () => assert.deepEqual(faults(value), expected));
  }
});
