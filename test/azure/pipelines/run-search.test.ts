import assert from 'node:assert/strict';
import type { RunMark, RunRequest } from '../../../src/azure/pipelines/pipelines.ts';
import { clockDifference } from '../../../src/azure/pipelines/run-search.ts';
import { noAbort } from '../../argocd/rest/server.ts';
import { errorOf, Organization } from './organization.ts';

const numbered = {
  parameters: [{ name: 'event', type: 'number' }],
  runNumber: 'argocd-${{ parameters.event }}',
} as const;

describe('The search for the run of an event', () => {
  let organization: Organization;
  let request: RunRequest;
  beforeEach(async () => {
    organization = await Organization.start();
    const { azure } = organization;
    request = organization.run(azure.addPipeline({ name: 'smoke', ...numbered }).id);
  });
  afterEach(() => organization.stop());

  const lookUp = (mark: RunMark, since = organization.azure.now) =>
    organization.pipelines.lookUp({ ...request, mark }, since, noAbort);
  /** Runs of other events, each a second after the previous one. */
  async function queueOthers(count: number): Promise<void> {
    for (let at = 0; at < count; at++) {
      organization.azure.advance(1000);
      const other = { ...request, mark: 'parameter', eventKey: String(100_000 + at) } as const;
      await organization.pipelines.queue(other, noAbort);
    }
  }

  const minute = 60_000;
  for (const ahead of [11 * minute, 3 * 60 * minute, -3 * 60 * minute]) {
    const [clock, by] = [ahead > 0 ? 'ahead' : 'behind', Math.abs(ahead) / minute];
    it(`finds the run if our clock is ${by} minutes ${clock}`, async () => {
      const { azure, identity } = organization;
      const now = () => azure.now + ahead;
      const pipelines = organization.as(identity.token, now);
      const { mark } = await pipelines.check(request, noAbort);
      const since = now();
      const run = await pipelines.queue({ ...request, mark }, noAbort);
      assert.equal((await pipelines.lookUp({ ...request, mark }, since, noAbort))?.id, run.id);
    });

    it(`finds it after our clock was ${by} minutes ${clock}, and was then corrected`, async () => {
      const { azure, identity, pipelines: later } = organization;
      const now = () => azure.now + ahead;
      const pipelines = organization.as(identity.token, now);
      const { mark } = await pipelines.check(request, noAbort);
      const asked = { ...request, mark, clockOffset: pipelines.clockOffset(request.organization) };
      const since = now();
      const run = await pipelines.queue(asked, noAbort);
      assert.equal((await later.lookUp(asked, since, noAbort))?.id, run.id);
    });
  }

  for (const listsInputs of [false, true]) {
    it(`reads each run if the list shows ${listsInputs ? 'enough' : 'too little'}`, async () => {
      const { azure, pipelines } = organization;
      azure.behavior.listsInputs = listsInputs;
      await queueOthers(3);
      const run = await pipelines.queue({ ...request, mark: 'parameter' }, noAbort);
      await queueOthers(2);
      assert.equal((await lookUp('parameter'))?.id, run.id);
      const reads = organization.asked.filter((name) => name === 'getRun').length;
      // Newest first.
      assert.equal(reads, listsInputs ? 0 : 2);
      assert.deepEqual(azure.faults, []);
    });
  }

  for (const mark of ['parameter', 'variable'] as const) {
    it(`by ${mark} reads run after run if the list does not show it`, async () => {
      const { azure, pipelines } = organization;
      const plain = azure.addPipeline({
        name: 'plain',
        parameters: mark === 'parameter' ? [{ name: 'event' }] : [],
      });
      request = organization.run(plain.id, { mark });
      await pipelines.queue({ ...request, eventKey: '1' }, noAbort);
      const run = await pipelines.queue(request, noAbort);
      await pipelines.queue({ ...request, eventKey: '2' }, noAbort);
      assert.equal((await lookUp(mark))?.id, run.id);
      assert.equal(organization.asked.filter((name) => name === 'getRun').length, 2);
      assert.equal(
        await organization.pipelines.lookUp({ ...request, eventKey: '3' }, azure.now, noAbort),
        undefined,
      );
      assert.deepEqual(azure.faults, []);
    });
  }

  it('counts a deleted run', async () => {
    const { azure, pipelines } = organization;
    const run = await pipelines.queue({ ...request, mark: 'buildNumber' }, noAbort);
    const [build] = azure.queuedBuilds;
    assert.ok(build);
    build.queued.isDeleted = true;
    assert.equal((await lookUp('buildNumber'))?.id, run.id);
  });

  it('skips a run that is deleted between two requests', async () => {
    const { azure, pipelines } = organization;
    const plain = azure.addPipeline({ name: 'plain', parameters: [{ name: 'event' }] });
    request = organization.run(plain.id, { mark: 'parameter' });
    await pipelines.queue({ ...request, eventKey: '1' }, noAbort);
    const [build] = azure.queuedBuilds;
    assert.ok(build);
    build.queued.isDeleted = true;
    assert.equal(await lookUp('parameter'), undefined);
  });

  it('looks back as far as two clocks may differ, and no further', async () => {
    const { azure, pipelines } = organization;
    const run = await pipelines.queue({ ...request, mark: 'buildNumber' }, noAbort);
    const { now } = azure;
    assert.equal((await lookUp('buildNumber', now + clockDifference))?.id, run.id);
    // Azure's time is in whole seconds.
    assert.equal(await lookUp('buildNumber', now + clockDifference + 1_001), undefined);
  });

  it('covers only its own pipeline', async () => {
    const { azure, pipelines } = organization;
    const other = azure.addPipeline({ name: 'other', ...numbered });
    await pipelines.queue({ ...request, pipeline: other.id, mark: 'buildNumber' }, noAbort);
    assert.equal(await lookUp('buildNumber'), undefined);
    assert.equal(await lookUp('parameter'), undefined);
  });

  it('finds a number among any number of runs', async () => {
    const { azure, pipelines } = organization;
    const since = azure.now;
    const run = await pipelines.queue({ ...request, mark: 'buildNumber' }, noAbort);
    await queueOthers(210);
    assert.equal((await lookUp('buildNumber', since))?.id, run.id);
  });

  it('reads all pages of a long list', async () => {
    const { azure, pipelines } = organization;
    azure.behavior.listsInputs = true;
    const since = azure.now;
    const run = await pipelines.queue({ ...request, mark: 'parameter' }, noAbort);
    await queueOthers(210);
    assert.equal((await lookUp('parameter', since))?.id, run.id);
    assert.equal(organization.asked.filter((name) => name === 'listBuilds').length, 2);
  });

  it('does not report that there is none unless it saw all', async () => {
    const { azure, pipelines } = organization;
    const plain = azure.addPipeline({ name: 'plain', parameters: [{ name: 'event' }] });
    request = organization.run(plain.id, { mark: 'parameter' });
    for (let at = 0; at < 51; at++) {
      await pipelines.queue({ ...request, eventKey: String(100 + at) }, noAbort);
    }
    const error = await errorOf(lookUp('parameter'));
    assert.deepEqual([error.kind, error.reason], ['unavailable', 'unclear']);
    assert.match(error.message, /was not found, but 50 runs since then were read/);
  });

  it('does not loop on a page whose runs have the same time', async () => {
    const { azure, pipelines } = organization;
    azure.behavior.listsInputs = true;
    for (let at = 0; at < 200; at++) {
      await pipelines.queue({ ...request, mark: 'parameter', eventKey: String(100 + at) }, noAbort);
    }
    assert.equal((await errorOf(lookUp('parameter'))).kind, 'unavailable');
    assert.equal(organization.asked.filter((name) => name === 'listBuilds').length, 2);
  });
});
