import assert from 'node:assert/strict';
import { onceBy } from '../../../src/azure/pipelines/rest-pipelines.ts';
import { runMarks, settleTime } from '../../../src/azure/pipelines/pipelines.ts';
import type { QueueRequest } from '../../../src/azure/pipelines/pipelines.ts';
import type { FaultKind } from '../../../simulators/azure-devops/faults.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { errorOf, Organization } from './organization.ts';

describe('The pipelines of Azure DevOps', () => {
  let organization: Organization;
  beforeEach(async () => {
    organization = await Organization.start();
  });
  afterEach(() => organization.stop());

  /** Every request matched Microsoft's description. */
  const assertNoFaults = () => assert.deepEqual(organization.azure.faults, []);

  it('say which identity calls', async () => {
    const { pipelines, url, identity } = organization;
    const { id, name } = identity;
    assert.deepEqual(await pipelines.identity(url, noAbort), { id, name });
    assertNoFaults();
  });

  it('are found, checked, queued, looked up, read and canceled', async () => {
    const { azure, pipelines, project } = organization;
    azure.addPipeline({
      name: 'smoke',
      parameters: [{ name: 'event', type: 'number' }],
      runNumber: 'argocd-${{ parameters.event }}',
    });
    const reference = { kind: 'pipeline', reference: 'smoke' } as const;
    const { kind, id } = await pipelines.find(project, reference, noAbort);
    assert.equal(kind, 'yaml');
    const { mark, once } = await pipelines.check(organization.run(id), noAbort);
    assert.deepEqual([mark, once], ['buildNumber', { kind: 'exactlyOnce' }]);
    const request = organization.run(id, { mark });
    const run = await pipelines.queue(request, noAbort);
    assert.deepEqual([run.name, run.state], ['argocd-4711', 'notStarted']);
    assert.deepEqual(await pipelines.lookUp(request, azure.now, noAbort), run);
    const queued = { kind: 'yaml', id: run.id, ...project } as const;
    assert.deepEqual(await pipelines.run(queued, noAbort), run);
    await pipelines.cancel(queued, noAbort);
    assert.deepEqual(await pipelines.run(queued, noAbort), {
      ...run,
      state: 'completed',
      result: 'canceled',
    });
    assertNoFaults();
  });

  it('work below the root path of a server on premises', async () => {
    await organization.stop();
    organization = await Organization.start(undefined, { onPremises: true });
    const { azure, pipelines } = organization;
    const { id } = azure.addPipeline({ name: 'smoke' });
    const release = azure.addReleaseDefinition({ name: 'shop', stages: [{ name: 'prod' }] });
    await pipelines.queue(organization.run(id), noAbort);
    await pipelines.queue(organization.release(release.id), noAbort);
    assert.deepEqual([azure.queuedBuilds.length, azure.releases.length], [1, 1]);
    assertNoFaults();
  });

  for (const mark of runMarks) {
    it(`say how often an event runs them if their runs are found by ${mark}`, () => {
      assert.equal(onceBy(mark).kind, mark === 'tag' ? 'atMostOneDuplicate' : 'exactlyOnce');
    });
  }

  /**
   * The possible effects of a request whose response is lost; in each case, exactly one run is
   * created.
   */
  const lost: readonly { what: string; fault: FaultKind; isQueued: boolean }[] = [
    { what: 'never arrived', fault: { kind: 'cutBefore' }, isQueued: false },
    { what: 'took effect', fault: { kind: 'cutAfter' }, isQueued: true },
    {
      what: 'took effect behind a gateway that gave up',
      fault: { kind: 'answer', status: 504, body: '<html></html>', afterActing: true },
      isQueued: true,
    },
    {
      what: 'took effect, with an invalid response',
      fault: { kind: 'answer', status: 200, body: '{}', afterActing: true },
      isQueued: true,
    },
    {
      what: 'failed internally',
      fault: { kind: 'answer', status: 500, body: '{"message":"TF400898"}' },
      isQueued: false,
    },
  ];
  const kinds = ['buildNumber', 'parameter', 'variable', 'description'] as const;
  for (const { what, fault, isQueued } of lost) {
    for (const mark of kinds) {
      it(`create one run, found by ${mark}, after a request that ${what}`, async () => {
        const { azure, pipelines } = organization;
        const request = requestFor(mark);
        const since = azure.now;
        azure.inject({ operation: ['queueRun', 'createRelease'], fault });
        const error = await errorOf(pipelines.queue(request, noAbort));
        assert.deepEqual([error.kind, error.reason], ['unclear', 'unclear']);
        azure.advance(90_000);
        const found = await pipelines.lookUp(request, since, noAbort);
        assert.equal(found !== undefined, isQueued);
        const run = found ?? (await pipelines.queue(request, noAbort));
        assert.equal((await pipelines.lookUp(request, since, noAbort))?.id, run.id);
        assert.equal(azure.queuedBuilds.length + azure.releases.length, 1);
        assertNoFaults();
      });
    }
  }

  for (const mark of kinds) {
    it(`find, by ${mark}, the effect of a request whose connection broke`, async () => {
      const { azure, pipelines } = organization;
      const request = requestFor(mark);
      const since = azure.now;
      const fault = { kind: 'cutAndLate', milliseconds: 45_000 } as const;
      azure.inject({ operation: ['queueRun', 'createRelease'], fault });
      assert.equal((await errorOf(pipelines.queue(request, noAbort))).kind, 'unclear');
      assert.equal(await pipelines.lookUp(request, since, noAbort), undefined);
      azure.advance(settleTime);
      await new Promise((resolve) => setImmediate(resolve));
      assert.notEqual(await pipelines.lookUp(request, since, noAbort), undefined);
    });
  }

  function requestFor(mark: (typeof kinds)[number]): QueueRequest {
    const { azure } = organization;
    const event = [{ name: 'event', type: 'number' }] as const;
    switch (mark) {
      case 'buildNumber': {
        const runNumber = 'argocd-${{ parameters.event }}';
        const { id } = azure.addPipeline({ name: 'smoke', parameters: event, runNumber });
        return organization.run(id, { mark });
      }
      case 'parameter':
        return organization.run(azure.addPipeline({ name: 'smoke', parameters: event }).id, {
          mark,
        });
      case 'variable':
        return organization.run(azure.addPipeline({ name: 'smoke' }).id, { mark });
      case 'description': {
        const stages = [{ name: 'test' }, { name: 'prod', after: 'release' }] as const;
        const { id } = azure.addReleaseDefinition({ name: 'shop', stages });
        return organization.release(id, { stage: 'test' });
      }
    }
  }

  it('find a run by its tag if the process ended after queuing it', async () => {
    const { azure, pipelines } = organization;
    const request = organization.run(azure.addPipeline({ name: 'smoke' }).id, { mark: 'tag' });
    const run = await pipelines.queue(request, noAbort);
    assert.equal((await pipelines.lookUp(request, azure.now, noAbort))?.id, run.id);
    assert.deepEqual(azure.queuedBuilds[0]?.queued.tags, ['argocd-4711']);
  });

  it("do not mistake another identity's run for ours", async () => {
    const { azure, pipelines } = organization;
    const request = requestFor('buildNumber');
    const other = azure.addIdentity('Mallory', organization.identity.rights);
    await organization.as(other.token).queue(request, noAbort);
    assert.equal(await pipelines.lookUp(request, azure.now, noAbort), undefined);
  });

  it('use only the mark if Azure DevOps does not say who we are', async () => {
    const { azure, pipelines } = organization;
    const request = requestFor('parameter');
    const run = await pipelines.queue(request, noAbort);
    const refusal = {
      kind: 'answer',
      status: 404,
      body: '{"message":"no","typeKey":"x"}',
    } as const;
    azure.inject({ operation: 'getConnectionData', fault: refusal });
    assert.equal((await pipelines.lookUp(request, azure.now, noAbort))?.id, run.id);
  });

  it('ask only once who we are', async () => {
    const { azure, pipelines } = organization;
    const request = requestFor('parameter');
    await pipelines.lookUp(request, azure.now, noAbort);
    await pipelines.lookUp(request, azure.now, noAbort);
    assert.equal(organization.asked.filter((name) => name === 'getConnectionData').length, 1);
  });

  it('find the run of a pipeline that lost its number after the check', async () => {
    const { azure, pipelines } = organization;
    const request = requestFor('buildNumber');
    const [pipeline] = [azure.addPipeline({ name: 'changed' })];
    const changed = { ...request, pipeline: pipeline.id } as QueueRequest;
    const run = await pipelines.queue(changed, noAbort);
    assert.equal((await pipelines.lookUp(changed, azure.now, noAbort))?.id, run.id);
    assertNoFaults();
  });

  it("end with the signal's reason", async () => {
    const { azure, pipelines } = organization;
    const request = requestFor('parameter');
    azure.inject({ operation: 'queueRun', fault: { kind: 'hang' } });
    const abort = new AbortController();
    azure.onRequest = () => void abort.abort(new Error('enough'));
    await assert.rejects(pipelines.queue(request, abort.signal), /^Error: enough$/);
    await assert.rejects(pipelines.queue(request, abort.signal), /^Error: enough$/);
    assert.equal(azure.requests.length, 1);
  });
});
