import assert from 'node:assert/strict';
import { ListedFollowUps } from '../../../../src/handler/runs/execution/listed-follow-ups.ts';
import type { FollowUpReport } from '../../../../src/sync/model/follow-up-report.ts';
import type { Progress } from '../../../../src/sync/model/outcome.ts';
import { result } from '../../../report/example-results.ts';
import {
  application as sample,
  operation as sampleOperation,
  second,
  state,
} from '../../../sync/sample-application.ts';

const waiting: FollowUpReport = {
  ...{ key: 'k', rule: 'smoke', event: 'succeeded', pipeline: 'shop/smoke' },
  ...{ state: 'waiting', run: undefined, result: undefined, message: '' },
};
const queued: FollowUpReport = { ...waiting, state: 'queued' };
const own = state({
  operation: sampleOperation({ info: [{ name: 'azure-pipelines/run', value: 'run-1' }] }),
});
/** Another operation has replaced it by now. */
const later = sample({ operationState: state({ startedAt: second(60) }) });

/** What is reported and listed if each read finds the next of these. */
async function list(
  found: readonly (readonly FollowUpReport[] | Error)[],
  { marker = 'run-1', isAsked = true } = {},
) {
  const told: Progress[] = [];
  let looks = 0;
  const next = () => {
    const one = found[Math.min(looks++, found.length - 1)] ?? [];
    return one instanceof Error ? Promise.reject(one) : Promise.resolve(one);
  };
  const listed = new ListedFollowUps({
    ...{ marker, argocd: 'prod', isAsked, tell: (progress) => told.push(progress) },
    followUps: { started: next, known: next },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    signal: new AbortController().signal,
  });
  const end = { result: result(), application: later, operation: own, path: 'shop', deadline: 0 };
  const { followUps = [] } = await listed.ended(end);
  return { states: followUps.map(({ state }) => state), told: told.length, looks };
}

describe('The follow-ups that a run of the handler lists', () => {
  it('are those of its own operation, whatever the application shows now', async () => {
    assert.deepEqual(await list([[queued]]), { states: ['queued'], told: 1, looks: 1 });
    assert.deepEqual(await list([[queued]], { marker: 'other' }), {
      states: [],
      told: 0,
      looks: 0,
    });
  });

  it('are waited for briefly if the run has requested some', async () => {
    assert.deepEqual(await list([[waiting], [waiting], [queued]]), {
      ...{ states: ['queued'], told: 1, looks: 3 },
    });
    assert.equal((await list([[]])).looks, 1, 'what it starts is known at once');
    assert.deepEqual(await list([[waiting]]), { states: ['waiting'], told: 1, looks: 8 });
    assert.equal((await list([[]], { isAsked: false })).looks, 1);
  });

  it("do not delay the run's end if they cannot be read", async () => {
    assert.deepEqual((await list([new Error('disk')], { isAsked: false })).states, []);
  });
});
