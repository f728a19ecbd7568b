import assert from 'node:assert/strict';
import { eventKeyOf } from '../../../../src/follow-ups/action-key.ts';
import type { ClaimSpec } from '../../../../src/handler/run.ts';
import { Secret } from '../../../../src/secret.ts';
import type { Job } from '../../../../simulators/azure-devops/job.ts';
import { queueing, storedAction } from '../../follow-ups/sample-action.ts';
import { Workshop } from '../workshop.ts';

const page = 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=7';
const memory = {
  ...{ argocd: 'prod', uid: 'uid-1', historyId: 0 },
  ...{ isDegraded: false, degradations: 0 },
};

describe('A run that claims its event', () => {
  let workshop: Workshop;
  let eventKey: string;
  beforeEach(async () => {
    workshop = await Workshop.open();
    const { projectName: project } = workshop.azure;
    const action = storedAction({}, { action: { ...queueing, project } });
    eventKey = eventKeyOf(action.key);
    const step = { memory: { ...memory, operation: undefined }, actions: [action] };
    await workshop.time.during(workshop.store.events.recordEvents(step));
  });
  afterEach(() => workshop.close());

  const claim = (job: Job, change: Partial<ClaimSpec> = {}): ClaimSpec => {
    const { address, client, azureProject } = workshop.spec(job);
    return {
      ...{ kind: 'claim', address, client, azureProject, argocd: '', eventKey },
      ...{ info: [{ name: 'Run', value: `7 ${page}` }], page, buildId: undefined },
      ...change,
    };
  };
  const accept = (job: Job, change: Partial<ClaimSpec> = {}) =>
    workshop.runs.accept(claim(job, change), new Secret(job.token));
  const recordOf = (job: Job) =>
    job.plan.records.find(({ id }) => id === job.taskInstanceId) ?? assert.fail();

  it('gets what happened as outputs, log and summary, and its task succeeds', async () => {
    const job = workshop.azure.addJob();
    const { runId } = await accept(job);
    const run = await workshop.ended(runId);
    assert.deepEqual(
      [run.outcome, run.message],
      ['succeeded', 'argocd/shop: the operation succeeded'],
    );
    const record = recordOf(job);
    assert.equal(record.result, 'succeeded');
    assert.equal(record.variables?.['application']?.value, 'shop');
    assert.equal(record.variables?.['outcome']?.value, 'succeeded');
    assert.equal(record.variables?.['revision']?.value, 'a'.repeat(40));
    assert.deepEqual(workshop.claimed, ['claimed']);
    assert.deepEqual(workshop.azure.faults, []);
  });

  it('fails, with a link to the run that has the event, if it is the second', async () => {
    await workshop.ended((await accept(workshop.azure.addJob())).runId);
    const job = workshop.azure.addJob();
    const run = await workshop.ended((await accept(job)).runId);
    assert.equal(run.outcome, 'failed');
    assert.ok(run.message.includes(page), run.message);
    const record = recordOf(job);
    assert.equal(record.result, 'failed');
    assert.equal(record.variables?.['application']?.value, '');
    assert.match(
      record.issues?.[0]?.message ?? '',
      /Another run has already received this event: 7, https/,
    );
    assert.deepEqual(workshop.claimed, ['claimed', 'taken']);
  });

  it("gets the same response for a missing key and for another project's", async () => {
    const messages = [];
    const other = storedAction({ key: 'other' }, { action: { ...queueing, project: 'other' } });
    const step = { memory: { ...memory, operation: undefined }, actions: [other] };
    await workshop.time.during(workshop.store.events.recordEvents(step));
    for (const key of ['999999999999999', eventKeyOf('other')]) {
      const job = workshop.azure.addJob();
      const run = await workshop.ended((await accept(job, { eventKey: key })).runId);
      assert.equal(recordOf(job).result, 'failed');
      messages.push(run.message.replace(key, 'KEY'));
    }
    assert.match(messages[0] ?? '', /^No event KEY for runs of this project\./);
    assert.equal(messages[0], messages[1]);
    assert.deepEqual(workshop.claimed, ['unknown', 'unknown']);
  });

  it('gets nothing if it cannot prove that it is a run of the project', async () => {
    const job = workshop.azure.addJob();
    const spec = claim(job);
    const { runId } = await workshop.runs.accept(spec, new Secret('a forged token of a job'));
    const run = await workshop.ended(runId);
    assert.equal(run.outcome, 'refused');
    assert.deepEqual(workshop.claimed, []);
    assert.notEqual(recordOf(job).state, 'completed');
  });

  it('gets the same response if the handler was killed at any point', async () => {
    const job = workshop.azure.addJob();
    const { runId } = await accept(job);
    for (let kills = 0; kills < 3; kills += 1) {
      await workshop.kill();
      await workshop.start();
    }
    const run = await workshop.ended(runId);
    assert.equal(run.outcome, 'succeeded');
    assert.equal(recordOf(job).result, 'succeeded');
    assert.ok(!workshop.claimed.includes('taken'));
    const completions = workshop.azure.requests.filter(
      ({ method, path }) => method === 'POST' && path.includes('/events'),
    );
    assert.ok(completions.length >= 1);
  });
});
