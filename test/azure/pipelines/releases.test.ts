import assert from 'node:assert/strict';
import type { ReleaseRequest } from '../../../src/azure/pipelines/pipelines.ts';
import type { Right } from '../../../simulators/azure-devops/principal.ts';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { errorOf, Organization } from './organization.ts';

describe('Classic releases', () => {
  let organization: Organization;
  afterEach(() => organization.stop());

  async function start(may: Iterable<Right> = rights): Promise<ReleaseRequest> {
    organization = await Organization.start(may);
    const { id } = organization.azure.addReleaseDefinition({
      name: 'shop',
      stages: [
        { name: 'test', after: 'release' },
        { name: 'prod', after: { stage: 'test' } },
        { name: 'rollback' },
      ],
      artifacts: ['_shop'],
      settableVariables: ['revision'],
    });
    return organization.release(id, { artifacts: [{ alias: '_shop', version: '1234' }] });
  }
  const stages = (at = 0) => organization.azure.releases[at]?.stages.map(({ status }) => status);

  it('are created as the definition says', async () => {
    const request = { ...(await start()), variables: { revision: 'abc' }, description: 'synced' };
    const { azure, pipelines } = organization;
    assert.deepEqual(await pipelines.check(request, noAbort), {
      mark: 'description',
      once: { kind: 'exactlyOnce' },
    });
    const run = await pipelines.queue(request, noAbort);
    assert.deepEqual([run.name, run.state], ['Release-1', 'inProgress']);
    assert.match(run.page, /_release\?releaseId=1/);
    const [release] = azure.releases;
    assert.deepEqual(
      [release?.artifacts, release?.variables],
      [{ _shop: '1234' }, { revision: 'abc' }],
    );
    assert.equal(release?.description, 'synced (argocd-4711)');
    assert.deepEqual(stages(), ['inProgress', 'notStarted', 'notStarted']);
    assert.deepEqual(azure.faults, []);
  });

  it('start only the one requested stage', async () => {
    const request = { ...(await start()), stage: 'Rollback' };
    const run = await organization.pipelines.queue(request, noAbort);
    assert.equal(run.state, 'inProgress');
    assert.deepEqual(stages(), ['notStarted', 'notStarted', 'inProgress']);
    assert.deepEqual(organization.azure.faults, []);
  });

  it('are not created again if their stage could not be started, which is retried later', async () => {
    const request = { ...(await start()), stage: 'rollback' };
    const { azure, pipelines } = organization;
    const since = azure.now;
    const body = '{"message":"busy"}';
    azure.inject({ operation: 'updateReleaseStage', fault: { kind: 'answer', status: 503, body } });
    assert.equal((await errorOf(pipelines.queue(request, noAbort))).kind, 'unclear');
    assert.deepEqual(stages(), ['notStarted', 'notStarted', 'notStarted']);
    const run = await pipelines.lookUp(request, since, noAbort);
    assert.deepEqual([run?.id, run?.state], [1, 'inProgress']);
    assert.deepEqual(stages(), ['notStarted', 'notStarted', 'inProgress']);
    azure.releases[0]?.end('rollback', 'rejected');
    assert.equal((await pipelines.lookUp(request, since, noAbort))?.result, 'failed');
    assert.equal(azure.releases.length, 1);
  });

  it('say so if their stage may not be deployed, and are not created again', async () => {
    const may = rights.filter((right) => right !== 'Manage deployments');
    const request = { ...(await start(may)), stage: 'rollback' };
    const { azure, pipelines } = organization;
    const error = await errorOf(pipelines.queue(request, noAbort));
    assert.equal(error.kind, 'unclear');
    assert.match(error.message, /Release-1 was created, but its stage was not started/);
    const later = await errorOf(pipelines.lookUp(request, azure.now, noAbort));
    assert.deepEqual([later.kind, later.reason], ['refused', 'notAuthorized']);
    assert.equal(azure.releases.length, 1);
  });

  it('are found by their description, definition and identity', async () => {
    const request = await start();
    const { azure, pipelines, identity } = organization;
    const since = azure.now;
    assert.equal(await pipelines.lookUp(request, since, noAbort), undefined);
    await pipelines.queue({ ...request, eventKey: '47110' }, noAbort);
    const other = azure.addIdentity('Mallory', identity.rights);
    await organization.as(other.token).queue(request, noAbort);
    assert.equal(await pipelines.lookUp(request, since, noAbort), undefined);
    const { id } = await pipelines.queue(request, noAbort);
    assert.equal((await pipelines.lookUp(request, since, noAbort))?.id, id);
    assert.deepEqual(azure.faults, []);
  });

  it('are not reported as missing if not all were seen', async () => {
    const request = await start();
    const { azure, pipelines } = organization;
    for (let at = 0; at < 100; at++) {
      await pipelines.queue({ ...request, eventKey: String(100 + at) }, noAbort);
    }
    const error = await errorOf(pipelines.lookUp(request, azure.now, noAbort));
    assert.deepEqual([error.kind, error.reason], ['unavailable', 'unclear']);
  });

  it('are read completely, or for one stage', async () => {
    const request = await start();
    const { azure, pipelines, project } = organization;
    const { id } = await pipelines.queue(request, noAbort);
    const read = async (stage?: string) => {
      const run = await pipelines.run(
        { kind: 'release', id, ...project, ...(stage !== undefined && { stage }) },
        noAbort,
      );
      return run.result ?? run.state;
    };
    assert.deepEqual(
      [await read(), await read('test'), await read('prod')],
      ['inProgress', 'inProgress', 'notStarted'],
    );
    azure.releases[0]?.end('test', 'succeeded');
    // The next stage is about to start: reporting a success would be too early.
    assert.deepEqual([await read(), await read('test')], ['inProgress', 'succeeded']);
    azure.releases[0]?.continue();
    azure.releases[0]?.end('prod', 'rejected');
    assert.deepEqual([await read(), await read('prod')], ['failed', 'failed']);
    assert.deepEqual(azure.faults, []);
  });

  it('are canceled if they are in progress', async () => {
    const request = await start();
    const { pipelines, project } = organization;
    const { id } = await pipelines.queue(request, noAbort);
    const reference = { kind: 'release', id, ...project } as const;
    await pipelines.cancel({ ...reference, stage: 'prod' }, noAbort);
    assert.deepEqual(stages(), ['inProgress', 'notStarted', 'notStarted']);
    await pipelines.cancel(reference, noAbort);
    assert.deepEqual(stages(), ['canceled', 'notStarted', 'notStarted']);
    await pipelines.cancel(reference, noAbort);
    assert.equal((await pipelines.run(reference, noAbort)).result, 'canceled');
    assert.deepEqual(organization.azure.faults, []);
  });

  const refused: readonly [string, Partial<ReleaseRequest>, string, RegExp][] = [
    [
      'a missing stage',
      { stage: 'qa' },
      'unknownStage',
      /no stage qa; its stages are test, prod, rollback/,
    ],
    [
      'a missing artifact',
      { artifacts: [{ alias: 'x', version: '1' }] },
      'missingResource',
      /no artifact x; its artifacts are _shop/,
    ],
    [
      'a variable that may not be set',
      { variables: { a: '1', Revision: '2' } },
      'variableNotSettable',
      /the variables a cannot be set/,
    ],
    ['a missing definition', { pipeline: 99 }, 'unknownPipeline', /the pipeline does not exist/],
    ['a missing project', { project: 'nowhere' }, 'unknownProject', /the project nowhere/],
  ];
  for (const [what, about, reason, message] of refused) {
    it(`are refused with ${what}`, async () => {
      const request = { ...(await start()), ...about };
      const error = await errorOf(organization.pipelines.check(request, noAbort));
      assert.deepEqual([error.kind, error.reason], ['refused', reason]);
      assert.match(error.message, message);
      assert.deepEqual(organization.azure.faults, []);
    });
  }

  it("are refused in the service's own words", async () => {
    const request = await start(['View releases']);
    const { pipelines } = organization;
    const denied = await errorOf(pipelines.queue(request, noAbort));
    assert.equal(denied.reason, 'notAuthorized');
    assert.match(denied.message, /argocd handler does not have create releases permission/);
    await organization.stop();
    const again = { ...(await start()), artifacts: [] };
    assert.equal(
      (await errorOf(organization.pipelines.queue(again, noAbort))).reason,
      'missingResource',
    );
  });

  it('that do not exist are reported as unknown', async () => {
    await start();
    const { pipelines, project } = organization;
    const reference = { kind: 'release', id: 9, ...project } as const;
    assert.equal((await errorOf(pipelines.run(reference, noAbort))).reason, 'unknownRun');
  });
});
