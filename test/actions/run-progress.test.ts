import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { RunProgress } from '../../src/actions/run-progress.ts';
import { PipelineError } from '../../src/azure/pipelines/pipeline-error.ts';
import type { PipelineRun, RunReference } from '../../src/azure/pipelines/pipelines.ts';
import { ManualClock } from '../follow/manual-clock.ts';

const reference: RunReference = {
  ...{ organization: 'https://dev.azure.com/fabrikam', project: 'shop', kind: 'yaml', id: 7 },
};
const run = (change: Partial<PipelineRun> = {}): PipelineRun => ({
  ...{ id: 7, name: 'argocd-7', page: 'https://x/7', state: 'inProgress', ...change },
});
const ended = run({ state: 'completed', result: 'succeeded' });
const failed = (kind: 'refused' | 'unavailable' | 'throttled', retryAfter?: number) =>
  new PipelineError('It failed.', { kind, reason: 'unavailable', advice: '', retryAfter });

describe('The progress of a run', () => {
  let clock: ManualClock;
  let looks: number[];
  let answers: (PipelineRun | Error)[];
  let progress: RunProgress;
  const { signal } = new AbortController();

  beforeEach(() => {
    clock = new ManualClock();
    looks = [];
    answers = [];
    const began = clock.now();
    const look = () => {
      looks.push(Math.round((clock.now() - began) / 1_000));
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? run());
    };
    progress = new RunProgress({ pipelines: { run: look }, clock, random: () => 1 });
  });
  afterEach(async () => {
    await clock.pass(0);
    assert.equal(progress.size, 0);
    assert.equal(clock.sleeping, 0, 'a timer is left behind');
  });

  it('is reported when it changes, and ends with the run', async () => {
    answers = [run({ state: 'notStarted' }), run(), run(), ended];
    const told: string[] = [];
    const end = progress.watchRun(reference, signal, ({ state }) => told.push(state));
    assert.deepEqual(await clock.finish(end), ended);
    assert.deepEqual(told, ['notStarted', 'inProgress', 'completed']);
    assert.deepEqual(looks, [0, 5, 15, 35]);
  });

  it('is polled once, however many wait for it', async () => {
    const told: string[] = [];
    const ends = Array.from({ length: 50 }, () => progress.watchRun(reference, signal));
    await clock.pass(60_000);
    const before = looks.length;
    const late = progress.watchRun(reference, signal, ({ state }) => told.push(state));
    assert.deepEqual(told, ['inProgress'], 'who comes later hears at once how it is');
    answers = [ended];
    await clock.finish(Promise.all([...ends, late]));
    assert.equal(looks.length, before + 1);
  });

  it('is no longer polled once nobody waits', async () => {
    const leaving = new AbortController();
    const one = assert.rejects(progress.watchRun(reference, leaving.signal), /enough/);
    const other = progress.watchRun(reference, signal);
    await clock.pass(0);
    leaving.abort(new Error('enough'));
    await one;
    assert.equal(progress.size, 1);
    answers = [ended];
    await clock.finish(other);
  });

  it('survives an outage, and waits as long as the server asks', async () => {
    answers = [failed('unavailable'), failed('throttled', 90_000), ended];
    await clock.finish(progress.watchRun(reference, signal));
    assert.deepEqual(looks, [0, 5, 95]);
  });

  it('ends if it can never be read', async () => {
    answers = [failed('refused')];
    const end = assert.rejects(progress.watchRun(reference, signal), /It failed/);
    await clock.finish(end);
    assert.deepEqual(looks, [0, 5, 15, 35, 65]);
  });

  it('continues after a refusal that ends within a minute, however many there are', async () => {
    const refused = failed('refused');
    const outage = failed('unavailable');
    answers = [refused, refused, refused, run(), refused, refused, outage, refused, ended];
    assert.deepEqual(await clock.finish(progress.watchRun(reference, signal)), ended);
  });
});
