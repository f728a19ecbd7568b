import pino from 'pino';
import { Detachment } from '../../../src/follow/detachment.ts';
import { Listeners } from '../../../src/async/listeners.ts';
import type { ChangeListener, ChangeEvent } from '../../../src/follow/change-source.ts';
import { Metrics } from '../../../src/handler/telemetry/metrics.ts';
import type { RunToken } from '../../../src/handler/runs/run-ports.ts';
import { charactersOf, type Run } from '../../../src/handler/run.ts';
import type { RunScheduler } from '../../../src/handler/runs/scheduler/run-scheduler.ts';
import { startScheduler } from '../../../src/handler/runs/start-runs.ts';
import type { Store } from '../../../src/handler/store/store.ts';
import { TokenCipher } from '../../../src/handler/secrets/token-cipher.ts';
import { Secret } from '../../../src/secret.ts';
import { FakeArgoCD } from '../../follow/fake-argo-cd.ts';
import { waitGoal } from '../../follow/following.ts';
import { ManualClock, settle } from '../../follow/manual-clock.ts';
import { application } from '../../sync/sample-application.ts';
import { ModelStore } from '../store/model-store.ts';
import { noEvents, sampleRun } from '../store/sample.ts';
import { failed, FakePlan, spec } from './fake-plan.ts';
import { goOn, type Passage } from './passage.ts';

const hour = 3_600_000;
const cipher = new TokenCipher([new Secret('11'.repeat(32))]);

/** A spec that fails as soon as it is proven: its Argo CD is no longer configured. */
export const hopeless = { ...spec, argocd: 'gone' };

/** A spec that waits until `shop` is healthy. */
export const patient = {
  ...spec,
  request: { ...spec.request, project: 'default', goal: waitGoal() },
};

/**
 * Many runs with one scheduler, each with its own plan, and one Argo CD with the application
 * `shop`.
 */
export class Crowd {
  readonly clock = new ManualClock();
  readonly model = new ModelStore();
  readonly argocd = new FakeArgoCD(this.clock);
  /** Runs in the order in which they were started; a parked one appears again. */
  readonly begun: string[] = [];
  /** The maximum number in memory at a time. */
  most = 0;
  /** The service's log, from level `error` on. */
  readonly errors: string[] = [];
  /** Runs that Azure DevOps does not answer for now: they stay at work. */
  readonly held = new Set<string>();
  /** A listener for `shop` from now on. */
  onListen = (): void => undefined;
  /** A run calls its plan. */
  onCall: (id: string, call: string) => void = () => undefined;
  readonly #plans = new Map<string, FakePlan>();
  readonly #returns = new Set<{ readonly collection: string; readonly listener: () => void }>();
  #listeners = new Listeners<ChangeEvent>();
  #life = new AbortController();
  scheduler!: RunScheduler;

  constructor() {
    this.argocd.application = application({ health: { status: 'Progressing', message: '' } });
    this.start();
  }

  /** Starts a process, with whatever the previous one stored. */
  start(passage: Passage = goOn): void {
    this.end();
    this.#life = new AbortController();
    this.#listeners = new Listeners<ChangeEvent>();
    this.#returns.clear();
    const { clock, argocd } = this;
    const store = this.#connect(passage);
    const changes = {
      aliveSince: 0,
      polling: { alive: 300_000, dead: 60_000, deadLater: 300_000 },
      listen: (name: string, listener: ChangeListener) => {
        this.onListen();
        return this.#listeners.listen(name, listener);
      },
    };
    const hub = (token: RunToken) => {
      const id = token instanceof Secret ? token.reveal() : '';
      return this.planOf(id).hub(async (call, stage) => {
        if (stage === 'before') this.onCall(id, call);
        await passage(call, stage);
      });
    };
    this.scheduler = startScheduler({
      store,
      cipher,
      azure: {
        hub: (_, token) => hub(token),
        locate: async (address, token, signal) => {
          return { address, plan: await hub(token).plan(signal) };
        },
        onReturn: (collection, listener) => this.#onReturn(collection, listener),
      },
      ownToken: () => Promise.reject(new Error('nobody asks for it')),
      denial: () => undefined,
      argocd: (each) => (each.argocd === 'prod' ? { argocd, changes, server: '' } : undefined),
      claims: noEvents,
      isNamed: () => false,
      yieldToEventLoop: () => Promise.resolve(),
      clock,
      random: () => 1,
      metrics: new Metrics('0'),
      logger: pino(
        { level: 'error' },
        { write: (text: string) => void this.errors.push((JSON.parse(text) as Line).msg) },
      ),
      signal: this.#life.signal,
    });
  }

  /** Ends the process: what is not stored is gone. */
  end(): void {
    this.#life.abort(new Detachment());
  }

  /** A run as it is stored when it is accepted. */
  store(id: string, change: Partial<Run> = {}): Run {
    const at = this.clock.now();
    const times = { acceptedAt: at, deadline: at + hour, tokenExpiresAt: at + 24 * hour };
    const run = sampleRun(id, { key: id, spec: hopeless, ...times, ...change });
    const sealed = cipher.seal(new Secret(id), id);
    this.model.commit({ runId: id, add: { run, token: { sealed, digest: id } } });
    return run;
  }

  /** Stores runs, and executes them. */
  add(ids: readonly string[], change: Partial<Run> = {}): void {
    for (const id of ids) {
      const run = this.store(id, change);
      this.scheduler.add(run, charactersOf(run.spec));
    }
  }

  /** Resumes all that is stored and open, like a process does first. */
  async resume(): Promise<void> {
    for (const run of this.model.openRuns()) this.scheduler.know(run);
    this.scheduler.resume();
    await settle();
  }

  /** Executes a run that only waits, until it is parked. */
  async rest(id: string, change: Partial<Run> = {}): Promise<void> {
    this.add([id], { spec: patient, ...change });
    await this.clock.pass(30_000);
  }

  /** What the runs wait for has happened, without an event. */
  heal(): void {
    this.argocd.application = application();
  }

  run(id: string): Run {
    const run = this.model.run(id);
    if (run === undefined) throw new Error(`there is no run ${id}`);
    return run;
  }

  /** Assigns runs to the plan of the first of them. */
  share(...ids: readonly [string, ...string[]]): FakePlan {
    const plan = this.planOf(ids[0]);
    for (const id of ids) this.#plans.set(id, plan);
    return plan;
  }

  planOf(id: string): FakePlan {
    const known = this.#plans.get(id);
    if (known !== undefined) return known;
    const plan = new FakePlan(this.clock);
    plan.onCall = () => (this.held.has(id) ? failed('unavailable') : undefined);
    this.#plans.set(id, plan);
    return plan;
  }

  /**
   * Argo CD reports that something about an application has changed, or that it may miss changes
   * now.
   */
  async tell(event: ChangeEvent, name = 'shop'): Promise<void> {
    this.#listeners.tell(name, event);
    await settle();
  }

  /** A collection responds again after an outage. */
  async returned(collection = spec.address.collection): Promise<void> {
    for (const wait of [...this.#returns]) if (wait.collection === collection) wait.listener();
    await settle();
  }

  /** How many runs wait for a collection to respond again. */
  get awaiting(): number {
    return this.#returns.size;
  }

  #onReturn(collection: string, listener: () => void): () => void {
    const wait = { collection, listener };
    this.#returns.add(wait);
    return () => this.#returns.delete(wait);
  }

  /** How many names have a listener. */
  get listening(): number {
    return this.#listeners.size;
  }

  #connect(passage: Passage): Store {
    const { model } = this;
    const call = async <T>(what: string, act: () => T): Promise<T> => {
      await passage(what, 'before');
      const answer = act();
      await passage(what, 'after');
      return answer;
    };
    const unasked = () => Promise.reject(new Error('the scheduler does not ask this'));
    return {
      commit: (step) =>
        call('commit', () => {
          if (!model.commit(step)) throw new Error('a wrong step');
        }),
      run: (id) => call('run', () => model.run(id)),
      openRun: (id) =>
        call('run', () => {
          const run = model.run(id);
          return run?.state === 'ended' ? undefined : run;
        }),
      runsOf: (key) => call('runsOf', () => model.runsOf(key)),
      token: (id) => {
        // The first request of a run that starts.
        this.begun.push(id);
        this.most = Math.max(this.most, this.scheduler.figures.active);
        return call('token', () => model.token(id));
      },
      checkpoints: (id) => call('checkpoints', () => model.checkpoints(id)),
      items: (id, limit, after) => call('items', () => model.items(id, limit, after)),
      ...{ openRuns: unasked, runs: unasked, openRunWith: unasked, figures: unasked },
      ...{
        cancellations: unasked,
        addCancellation: unasked,
        removeCancellation: unasked,
        contacts: unasked,
        addContact: unasked,
        sweep: unasked,
      },
      fault: undefined,
      close: () => Promise.resolve(),
    };
  }
}

interface Line {
  readonly msg: string;
}
