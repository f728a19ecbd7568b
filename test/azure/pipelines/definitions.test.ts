import assert from 'node:assert/strict';
import { releasesAt, splitReference } from '../../../src/azure/pipelines/definitions.ts';
import type { FoundPipeline } from '../../../src/azure/pipelines/pipelines.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { errorOf, Organization } from './organization.ts';

describe('A reference to a pipeline', () => {
  const references: readonly [string, ReturnType<typeof splitReference>][] = [
    ['shop', { folder: undefined, name: 'shop' }],
    ['\\shop', { folder: '\\', name: 'shop' }],
    ['/shop', { folder: '\\', name: 'shop' }],
    ['\\smoke\\shop', { folder: '\\smoke', name: 'shop' }],
    ['smoke/fast/shop', { folder: '\\smoke\\fast', name: 'shop' }],
    [' smoke / shop ', { folder: '\\smoke', name: 'shop' }],
    ['', { folder: undefined, name: '' }],
  ];
  for (const [reference, expected] of references) {
    it(`"${reference}" is split`, () => assert.deepEqual(splitReference(reference), expected));
  }

  it('to a release goes to the release host in the cloud, and to the server on premises', () => {
    assert.equal(
      releasesAt('https://dev.azure.com/fabrikam'),
      'https://vsrm.dev.azure.com/fabrikam',
    );
    const own = 'https://azure.example.com/tfs/DefaultCollection';
    assert.equal(releasesAt(own), own);
  });

  describe('finds', () => {
    let organization: Organization;
    before(async () => {
      organization = await Organization.start();
      const { azure } = organization;
      azure.addPipeline({ name: 'shop' });
      azure.addPipeline({ name: 'smoke', folder: '\\one' });
      azure.addPipeline({ name: 'smoke', folder: '\\two' });
      azure.addPipeline({ name: 'old', classic: true });
      azure.addPipeline({ name: 'elsewhere', projectId: azure.addProject('other').id });
      azure.addPipeline({ name: 'shop-web' });
      for (const folder of ['\\one', '\\two']) {
        azure.addReleaseDefinition({ name: 'release', folder, stages: [] });
      }
      azure.addReleaseDefinition({ name: 'Prod', stages: [] });
    });
    after(() => organization.stop());

    const find = (kind: 'pipeline' | 'release', reference: string | number, project = 'shop') =>
      organization.pipelines.find(
        { organization: organization.url, project },
        { kind, reference },
        noAbort,
      );

    const found: readonly ['pipeline' | 'release', string | number, FoundPipeline][] = [
      ['pipeline', 'shop', { kind: 'yaml', id: 21, name: 'shop', folder: '\\' }],
      ['pipeline', 'SHOP', { kind: 'yaml', id: 21, name: 'shop', folder: '\\' }],
      ['pipeline', '\\shop', { kind: 'yaml', id: 21, name: 'shop', folder: '\\' }],
      ['pipeline', 21, { kind: 'yaml', id: 21, name: 'shop', folder: '\\' }],
      ['pipeline', 'two/smoke', { kind: 'yaml', id: 23, name: 'smoke', folder: '\\two' }],
      ['pipeline', 'old', { kind: 'build', id: 24, name: 'old', folder: '\\' }],
      ['release', 'prod', { kind: 'release', id: 3, name: 'Prod', folder: '\\' }],
      ['release', 3, { kind: 'release', id: 3, name: 'Prod', folder: '\\' }],
      ['release', '\\two\\release', { kind: 'release', id: 2, name: 'release', folder: '\\two' }],
    ];
    for (const [kind, reference, expected] of found) {
      it(`the ${kind} ${reference}`, async () => {
        assert.deepEqual(await find(kind, reference), expected);
        assert.deepEqual(organization.azure.faults, []);
      });
    }

    it('a pipeline of another project', async () => {
      assert.equal((await find('pipeline', 'elsewhere', 'other')).id, 25);
    });

    const none: readonly ['pipeline' | 'release', string | number, string, string, RegExp][] = [
      [
        'pipeline',
        'smoke',
        'shop',
        'ambiguousPipeline',
        /2 have this name: \\one\\smoke \(22\), \\two\\smoke \(23\)/,
      ],
      [
        'release',
        'release',
        'shop',
        'ambiguousPipeline',
        /\\one\\release \(1\), \\two\\release \(2\)/,
      ],
      ['pipeline', 'smok', 'shop', 'unknownPipeline', /"smok" does not exist, or/],
      ['pipeline', 'sh*p', 'shop', 'unknownPipeline', /"sh\*p" does not exist, or/],
      ['pipeline', '*', 'shop', 'unknownPipeline', /"\*" does not exist, or/],
      [
        'pipeline',
        'three/smoke',
        'shop',
        'unknownPipeline',
        /similar: \\one\\smoke \(22\), \\two\\smoke \(23\)/,
      ],
      ['pipeline', 'elsewhere', 'shop', 'unknownPipeline', /"elsewhere" does not exist/],
      ['pipeline', 25, 'shop', 'unknownPipeline', /the pipeline does not exist/],
      ['pipeline', '', 'shop', 'unknownPipeline', /"" does not exist/],
      ['pipeline', 'shop', 'nowhere', 'unknownProject', /the project nowhere does not exist/],
      ['release', 'nothing', 'shop', 'unknownPipeline', /"nothing" does not exist/],
      ['release', 99, 'shop', 'unknownPipeline', /the pipeline does not exist/],
      ['pipeline', 'x'.repeat(5000), 'shop', 'unknownPipeline', /"x+… .*" does not exist/],
    ];
    for (const [kind, reference, project, reason, message] of none) {
      it(`no ${kind} ${String(reference).slice(0, 20)} in ${project}`, async () => {
        const error = await errorOf(find(kind, reference, project));
        assert.deepEqual([error.kind, error.reason], ['refused', reason]);
        assert.match(error.message, message);
      });
    }

    it('no pipeline for an identity that may not read it', async () => {
      const { azure, url } = organization;
      const stranger = organization.as(azure.addIdentity('stranger', []).token);
      const project = { organization: url, project: 'shop' };
      for (const reference of ['shop', 21]) {
        const error = await errorOf(
          stranger.find(project, { kind: 'pipeline', reference }, noAbort),
        );
        assert.equal(error.reason, 'unknownPipeline');
      }
      const release = { kind: 'release', reference: 'Prod' } as const;
      assert.equal(
        (await errorOf(stranger.find(project, release, noAbort))).reason,
        'notAuthorized',
      );
    });
  });
});
