import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { SyncGoal } from '../../src/sync/model/goal.ts';
import { follow, newestHistoryId } from '../../src/sync/model/memory.ts';
import type { SentRequest } from '../../src/sync/model/memory.ts';
import { leavesHistory, markerOf } from '../../src/sync/model/operation.ts';
import type { Operation } from '../../src/sync/model/operation.ts';
import { knownPast, laterPast, pastOf } from '../../src/sync/model/past.ts';
import type { Verdict } from '../../src/sync/model/verdict.ts';
import { automated, SampleArgoCD } from './sample-argo-cd.ts';
import {
  A,
  B,
  brief,
  foreign,
  marker,
  operation,
  refreshed,
  request,
  resource,
  revision,
  Run,
  syncGoal,
} from './sample-application.ts';

const post = fc.constantFrom('answered', 'lost on the way', 'answer lost');
const health = fc.constantFrom('Healthy', 'Degraded', 'Progressing');
const hidden = fc.constantFrom('all', 'request', 'older end', 'older run');
const key = resource('Healthy');

/** Operations of others; one equals ours except for its marker. */
const others: readonly Operation[] = [
  foreign(),
  foreign({ revisions: [B] }),
  foreign({ dryRun: true }),
  foreign({ initiatedBy: { username: 'ci', automated: false } }),
  operation({ info: [{ name: 'azure-pipelines/run', value: 'run-2' }] }),
  automated({ revisions: [A] }),
  automated({ revisions: [A], resources: [key] }),
  automated({ revisions: [B], resources: [key] }),
];

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ look: post }) },
  { weight: 2, arbitrary: fc.record({ pass: fc.constantFrom(100, 400, 1_000, 5_000) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      work: fc.constantFrom('go on', 'go on', 'record', 'fail', 'retry'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ ask: fc.constantFrom(...others) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      replaceBy: fc.constantFrom(...others),
      after: fc.constantFrom('go on', 'fail'),
      works: fc.nat(3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ terminate: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ endFor: fc.constantFrom(...others), after: fc.nat(8_000) }) },
  { weight: 2, arbitrary: fc.record({ hide: hidden }) },
  { weight: 3, arbitrary: fc.record({ show: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ settle: health }) },
  { weight: 3, arbitrary: fc.record({ compare: fc.boolean() }) },
);

const goal = fc
  .record({
    whenBusy: fc.constantFrom('join', 'wait', 'terminate'),
    whenSuperseded: fc.constantFrom('fail', 'succeedIfIncluded', 'follow'),
    waitFor: fc.constantFrom('operation', 'health'),
    dryRun: fc.boolean(),
  } as const)
  .map(({ dryRun, ...rest }) => syncGoal({ ...rest, target: revision(A), options: { dryRun } }));

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A follower of the sample Argo CD, and what it must never do. */
class Client {
  readonly argocd = new SampleArgoCD();
  readonly run: Run;
  readonly #goal: SyncGoal;
  #isShown = false;
  verdict: Verdict | undefined;

  constructor(wanted: SyncGoal) {
    this.#goal = wanted;
    this.run = new Run(wanted);
  }

  take(one: Step): void {
    const { argocd } = this;
    if ('look' in one) this.look(one.look);
    if ('pass' in one) this.pass(one.pass);
    if ('work' in one) argocd.work(one.work);
    if ('ask' in one) argocd.ask(one.ask);
    if ('replaceBy' in one) this.#replace(one.replaceBy, one.after, one.works);
    if ('terminate' in one) argocd.terminate();
    if ('endFor' in one) this.#endFor(one.endFor, one.after);
    // Before anything is followed, nothing distinguishes an older state from the current one.
    if ('hide' in one && this.#isFollowing) argocd.hide(one.hide);
    if ('show' in one) argocd.show();
    if ('settle' in one) argocd.settle(one.settle);
    if ('compare' in one) argocd.compare(one.compare);
  }

  /** Between two reads, the operation ends, and another replaces it and makes progress. */
  #replace(by: Operation, after: 'go on' | 'fail', works: number): void {
    const { argocd } = this;
    while (argocd.current !== undefined) argocd.work(after);
    argocd.ask(by);
    for (let work = 0; work < works; work += 1) argocd.work('record');
  }

  /** Somebody terminates the operation, and soon requests another; the client reads in between. */
  #endFor(other: Operation, after: number): void {
    const { argocd } = this;
    if (!argocd.terminate()) return;
    argocd.work('go on');
    this.look('answered');
    this.pass(after);
    argocd.ask(other);
  }

  get #isFollowing(): boolean {
    const { request: sent, identity } = this.run.memory;
    return this.#isShown || sent?.state === 'accepted' || identity?.kind === 'adopted';
  }

  pass(milliseconds: number): void {
    this.argocd.pass(milliseconds);
    this.run.now += milliseconds;
  }

  /** Reads, and does what the rules say, until they wait: at most a few times. */
  look(answer: 'answered' | 'lost on the way' | 'answer lost'): void {
    for (let acts = 0; this.verdict === undefined; acts += 1) {
      assert.ok(acts < 5, 'the rules act again and again upon one look');
      const { snapshot } = this.argocd;
      this.#isShown ||= [snapshot.operation, snapshot.operationState?.operation].some(
        (one) => markerOf(one) === marker,
      );
      const verdict = this.run.see(snapshot);
      if (verdict.kind === 'done') {
        this.verdict = verdict;
        return;
      }
      if (verdict.kind === 'wait') {
        const { at, ask } = verdict;
        assert.ok(at === undefined || at > this.run.now, `would not sleep: ${verdict.doing}`);
        if (ask === 'refresh') this.#refresh();
        return;
      }
      if (!this.#act(verdict.act, answer)) return;
    }
  }

  #refresh(): void {
    this.argocd.compare(false);
    const { now } = this.run;
    const { snapshot } = this.argocd;
    this.run.see(snapshot);
    this.run.change({ refresh: refreshed(now) });
  }

  /** False if it failed, and must be retried later. */
  #act(act: Extract<Verdict, { kind: 'act' }>['act'], answer: string): boolean {
    const { argocd, run } = this;
    switch (act.kind) {
      case 'adopt':
        run.memory = { ...run.memory, ...follow(run.memory, act.identity, this.argocd.snapshot) };
        return true;
      case 'terminate': {
        const isDone = argocd.terminate();
        if (isDone)
          run.memory = { ...run.memory, terminating: act.identity, terminatedAt: run.now };
        return isDone;
      }
      case 'rollback':
        throw new Error('nobody asked for a rollback');
      case 'sync':
        return this.#post(answer);
    }
  }

  #post(answer: string): boolean {
    assert.ok(!this.#isShown, 'a second sync, although the first was there to be seen');
    const { argocd, run } = this;
    const before = newestHistoryId(argocd.snapshot);
    const past = laterPast(knownPast(run.memory), pastOf(argocd.snapshot));
    const asked = operation({ dryRun: this.#goal.options.dryRun });
    const isTaken = answer !== 'lost on the way' && argocd.ask(asked);
    const times = (run.memory.request?.times ?? 0) + 1;
    const sent: SentRequest = request({ at: run.now, times, historyId: before, past });
    const told: SentRequest =
      answer !== 'answered'
        ? { ...sent, state: 'unclear', operation: undefined }
        : isTaken
          ? { ...sent, operation: asked }
          : { ...sent, state: 'refused', operation: undefined };
    run.memory = { ...run.memory, request: told };
    return told.state === 'accepted';
  }

  /** Everything settles, and the client continues to read. */
  rest(): void {
    for (let looks = 0; looks < 100 && this.verdict === undefined; looks += 1) {
      if (looks === 5) this.argocd.show();
      this.look('answered');
      this.argocd.work('go on');
      if (looks % 3 === 0) this.argocd.settle('Healthy');
      if (looks % 2 === 0) this.argocd.compare(false);
      this.pass(1_000);
    }
  }

  /** Whether the truth confirms a success. */
  isTrue(): boolean {
    const { whenBusy, whenSuperseded, waitFor, options } = this.#goal;
    const first = this.argocd.truths.findIndex(({ operation: one }) => markerOf(one) === marker);
    return this.argocd.truths.some((truth, index) => {
      const { operation: one } = truth;
      // If nobody saw two syncs with the same account and revision, the history does not show which
      // it was.
      const isTwin =
        one.initiatedBy.username === 'ci' && index > first && first !== -1 && leavesHistory(one);
      const isOurs = markerOf(one) === marker || (isTwin && !options.dryRun);
      const isAsked = one.revisions[0] === A && leavesHistory(one);
      const isAfter = first === -1 ? whenBusy === 'join' : index >= first;
      const standsIn =
        !options.dryRun &&
        ((whenBusy === 'join' && isAsked) ||
          (whenSuperseded === 'follow' && isAfter && leavesHistory(one)));
      // What was deployed and then replaced no longer has a health of its own.
      const isIncluded =
        !options.dryRun && whenSuperseded === 'succeedIfIncluded' && isAfter && isAsked;
      const isHealthy = waitFor === 'operation' || options.dryRun || truth.healthyAfter;
      return truth.outcome === 'succeeded' && (((isOurs || standsIn) && isHealthy) || isIncluded);
    });
  }
}

const runs = { numRuns: 3_000 };

describe('The rules with a small Argo CD whose true state is known', () => {
  it('report no false success, never sync twice, never loop, and always end', () => {
    fc.assert(
      fc.property(goal, fc.array(step, { maxLength: 60, size: 'max' }), (wanted, steps) => {
        const client = new Client(wanted);
        for (const one of steps) {
          client.take(one);
          if (client.verdict !== undefined) break;
        }
        client.rest();
        assert.equal(client.verdict?.kind, 'done', 'never decided');
        if (client.verdict?.kind !== 'done') return;
        const { outcome, message } = client.verdict.ending;
        assert.ok(outcome !== 'succeeded' || client.isTrue(), `false: ${message}`);
      }),
      runs,
    );
  });

  it('count no refresh of the same millisecond that was answered before the end was seen', () => {
    const client = new Client(syncGoal({ whenBusy: 'join', target: revision(A) }));
    client.pass(5_000);
    client.argocd.ask(foreign());
    client.pass(5_000);
    client.look('answered');
    client.take({ replaceBy: foreign(), after: 'go on', works: 1 });
    client.take({ work: 'go on' });
    client.take({ work: 'go on' });
    client.look('answered');
    assert.equal(client.verdict, undefined, 'its health is from before');
    client.rest();
    assert.equal(client.verdict && brief(client.verdict), 'succeeded');
    assert.ok(client.isTrue());
  });

  it('give our own operation its actual end, however long it was hidden', () => {
    const own = fc.oneof(
      { weight: 4, arbitrary: fc.record({ look: fc.constant('answered' as const) }) },
      { weight: 2, arbitrary: fc.record({ pass: fc.constantFrom(100, 1_000) }) },
      { weight: 5, arbitrary: fc.record({ work: fc.constantFrom('go on', 'record', 'fail') }) },
      { weight: 3, arbitrary: fc.record({ hide: hidden }) },
      { weight: 2, arbitrary: fc.record({ show: fc.constant(true) }) },
    );
    fc.assert(
      fc.property(goal, fc.array(own, { maxLength: 40, size: 'max' }), (wanted, steps) => {
        const client = new Client({ ...wanted, waitFor: 'operation' });
        client.look('answered');
        let since: number | undefined;
        for (const one of steps) {
          client.take(one);
          if ('hide' in one) since ??= client.run.now;
          if ('show' in one || (since !== undefined && client.run.now - since > 12_000)) {
            client.argocd.show();
            since = undefined;
          }
          if (client.verdict !== undefined) break;
        }
        client.rest();
        const [truth] = client.argocd.truths;
        assert.equal(client.verdict && brief(client.verdict), truth?.outcome);
      }),
      { numRuns: 1_000 },
    );
  });

  it('report immediately that the application was recreated, whatever was in progress', () => {
    fc.assert(
      fc.property(goal, fc.array(step, { maxLength: 30, size: 'max' }), (wanted, steps) => {
        const client = new Client(wanted);
        client.look('answered');
        for (const one of steps) {
          client.take(one);
          if (client.verdict !== undefined) return;
        }
        client.argocd.recreate();
        client.look('answered');
        assert.equal(client.verdict?.kind, 'done');
        if (client.verdict?.kind === 'done') {
          assert.match(client.verdict.ending.message, /deleted and recreated/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
