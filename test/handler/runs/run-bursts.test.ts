import assert from 'node:assert/strict';
import { application, ended, foreign, state } from '../../sync/sample-application.ts';
import { Crowd, patient } from './crowd.ts';

/** How long operations take, in rotation; milliseconds. */
const durations = [5_000, 10_000, 15_000, 20_000];

/** The turns so far: whose, and when. */
interface Turn {
  readonly id: string;
  readonly at: number;
  /** It had one before, and was parked. */
  readonly isAgain: boolean;
}

/**
 * Runs that arrive at once, each with its own application, whose operation starts when it is first
 * read. Time passes only in Azure DevOps, `perCall` milliseconds in each call.
 */
class Burst {
  readonly crowd = new Crowd();
  readonly turns: Turn[] = [];
  /** When the operations of runs ended, and how many turns there had been by then. */
  readonly ends = new Map<string, { readonly at: number; readonly turns: number }>();
  readonly #running = new Set<string>();

  constructor(count: number, perCall: number) {
    const { crowd } = this;
    const { clock, argocd } = crowd;
    const { signal } = new AbortController();
    const known = new Set<string>();
    crowd.start(async (call, stage) => {
      if (stage === 'before' && !storeCalls.has(call)) await clock.sleep(perCall, signal);
    });
    crowd.begun.push = (...ids) => {
      for (const id of ids) this.turns.push({ id, at: clock.now(), isAgain: known.has(id) });
      for (const id of ids) known.add(id);
      return this.turns.length;
    };
    argocd.onGet = (_, { name }) => Promise.resolve(this.#look(name));
    for (let index = 0; index < count; index += 1) {
      const id = `run-${index}`;
      const request = { ...patient.request, subject: { names: [{ name: id }] } };
      crowd.add([id], { spec: { ...patient, request } });
    }
  }

  #look(name: string) {
    const { clock } = this.crowd;
    const operation = foreign();
    const reconciledAt = clock.now();
    if (this.ends.has(name)) {
      return application({ name, reconciledAt, operationState: ended('Succeeded', { operation }) });
    }
    if (!this.#running.has(name)) {
      const duration = durations[this.#running.size % durations.length] ?? 0;
      this.#running.add(name);
      void clock.sleep(duration, new AbortController().signal).then(() => {
        this.ends.set(name, { at: clock.now(), turns: this.turns.length });
        return this.crowd.tell({ type: 'MODIFIED', application: this.#look(name) }, name);
      });
    }
    return application({ name, reconciledAt, operation, operationState: state({ operation }) });
  }
}

const storeCalls = new Set(['commit', 'run', 'runsOf', 'token', 'checkpoints', 'items']);

describe('A burst of more runs than there is capacity for', function () {
  // Two thousand runs are much work: this only ends a hang.
  this.timeout(600_000);
  let burst: Burst;
  afterEach(() => burst.crowd.end());

  for (const { count, perCall, within, longest } of [
    { count: 600, perCall: 100, within: 60_000, longest: 0 },
    // Some two hundred end at the same moment, several times: more than there are slots for
    // finished runs.
    { count: 2_000, perCall: 100, within: 60_000, longest: 2_500 },
    // The starting runs hold their slots for long.
    { count: 600, perCall: 3_000, within: 200_000, longest: 0 },
  ]) {
    it(`lets no finished run wait for one that starts: ${count}, ${perCall} ms a call`, async () => {
      burst = new Burst(count, perCall);
      const { crowd, turns, ends } = burst;
      await crowd.clock.pass(within);
      assert.equal(ends.size, count);
      assert.deepEqual(
        [crowd.scheduler.figures, crowd.scheduler.queued],
        [{ active: 0, parked: 0 }, 0],
      );
      let most = 0;
      for (const [turn, { id, at, isAgain }] of turns.entries()) {
        const end = ends.get(id);
        if (!isAgain || end === undefined || turn < end.turns) continue;
        const before = turns.slice(end.turns, turn);
        // All turns that it waits for belong to other runs that had finished by then.
        const others = before.filter((other) => (ends.get(other.id)?.at ?? Infinity) > at);
        assert.deepEqual(others, [], `${id} waits for others than those that are done`);
        assert.ok(at - end.at <= longest, `${id} waits for ${at - end.at} ms`);
        most = Math.max(most, before.length);
      }
      // No more than those of one duration: whatever ends earlier has had its turn by then.
      assert.ok(most < count / durations.length, `one waits for ${most} turns`);
      // Each is started, and resumed once when its operation has ended: nothing wakes it in
      // between.
      assert.ok(turns.length <= 2 * count, `${turns.length} turns`);
    });
  }
});
