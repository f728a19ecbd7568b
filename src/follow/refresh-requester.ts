import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Application } from '../sync/model/application.ts';
import { learnCommit, noHydration } from '../sync/model/hydration-memory.ts';
import { UserError } from '../user-error.ts';
import type { Failure } from '../sync/model/failure.ts';
import type { Lookup } from '../sync/model/verdict.ts';
import type { Wakeup } from '../async/wakeup.ts';
import type { ApplicationPoller } from './application-poller.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import type { FollowState } from './follow-state.ts';

/** Requests of one kind wait for each other: the second refresh for the first, hard or not. */
type Kind = 'refresh' | 'windows' | 'commits';

/** After this time, the same may be requested again although Argo CD has not responded yet. */
const heldAfter: Readonly<Record<Kind, number>> = {
  refresh: 10_000,
  windows: 3_000,
  commits: 10_000,
};
/**
 * Argo CD writes whole seconds: only after some can a newer comparison be distinguished from the
 * last one.
 */
const comparable = 2_000;
const lookWorthy = new Set<Failure>(['unauthenticated', 'not-found', 'hidden']);
const pauseAfterFailure = 5_000;
/** How much of the reason for a missing response is kept, in characters. */
const longestReason = 2_000;

/**
 * Requests refreshes and sync windows from Argo CD: nothing waits for the response, since a refresh
 * can take a minute.
 */
export class RefreshRequester {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #followState: FollowState;
  readonly #poller: ApplicationPoller;
  readonly #wakeup: Wakeup;
  /** The initial refresh was requested, or an earlier process had its response. */
  #isFirstAsked: boolean;
  /** The last refresh had a response but no comparison: Argo CD has lost it. */
  #isLost = false;
  readonly #asked = new Map<Kind, { at: number; open: number; notBefore: number }>();

  constructor(
    settings: FollowSettings,
    ports: FollowPorts,
    followState: FollowState,
    poller: ApplicationPoller,
    wakeup: Wakeup,
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#followState = followState;
    this.#poller = poller;
    this.#wakeup = wakeup;
    this.#isFirstAsked = followState.memory.refresh.answeredAt !== undefined;
  }

  /** Whether an answer is still to come. */
  get isAsking(): boolean {
    return [...this.#asked.values()].some(({ open }) => open > 0);
  }

  /**
   * When a postponed request may be sent, in local milliseconds: nothing else wakes the loop for
   * it.
   */
  get retryAt(): number {
    const now = this.#ports.clock.now();
    const times = [...this.#asked.values()].map(({ notBefore }) => notBefore);
    return Math.min(Infinity, ...times.filter((time) => time > now));
  }

  /**
   * Requests the initial refresh: until Argo CD has looked at Git again, what is read may be
   * outdated.
   */
  askFirst(): void {
    if (this.#isFirstAsked || this.#settings.goal.action === 'terminate') return;
    this.#isFirstAsked = true;
    this.ask('refresh');
  }

  /**
   * Sends a request, unless the same was sent a moment ago. Never rejects; a response wakes the
   * loop.
   */
  ask(question: Lookup): void {
    if (question === 'look') {
      // The pending request may still answer it.
      if (!this.#poller.isLooking) this.#poller.demand();
      return;
    }
    const now = this.#ports.clock.now();
    const kind = kindOf(question);
    const last = this.#asked.get(kind) ?? { at: -Infinity, open: 0, notBefore: -Infinity };
    const isHeld = last.open > 0 && now - last.at < heldAfter[kind];
    if (isHeld || last.open > 2 || now < last.notBefore) return;
    this.#asked.set(kind, { ...last, at: now, open: last.open + 1 });
    void this.#answer(question, now, last.open > 0)
      .then(
        () => -Infinity,
        (error: unknown) => {
          this.#failed(error);
          return this.#ports.clock.now() + pauseAfterFailure;
        },
      )
      .then((notBefore) => {
        const current = this.#asked.get(kind) ?? last;
        this.#asked.set(kind, { ...current, open: current.open - 1, notBefore });
        this.#wakeup.wake();
      });
  }

  #answer(question: Exclude<Lookup, 'look'>, now: number, isHeld: boolean): Promise<void> {
    switch (question) {
      case 'refresh':
        return this.#refresh(now, isHeld || this.#isLost);
      case 'hard refresh':
        return this.#refresh(now, true);
      case 'windows':
        return this.#windows(now);
      default:
        return this.#commits(question.commits);
    }
  }

  #failed(error: unknown): void {
    if (this.#ports.signal.aborted) return;
    // A denied permission is judged like a failed look.
    if (error instanceof UserError) this.#poller.demand();
    else if (!(error instanceof ArgoCDError)) this.#poller.breakOff(error);
    // A look finds out whether the token is rejected or the application is gone, and sooner than in
    // ten seconds.
    else if (lookWorthy.has(error.failure)) this.#poller.demand();
  }

  /**
   * Argo CD can lose a refresh (recordings.md §2.7), and repeating the same request changes nothing
   * in Kubernetes and wakes nothing: the refresh after a lost one is hard.
   */
  async #refresh(askedAt: number, hard: boolean): Promise<void> {
    const followState = this.#followState;
    const before = followState.application;
    const isComparable = askedAt - followState.comparisonSeenAt >= comparable;
    const refresh = () => followState.memory.refresh;
    followState.update({ refresh: { ...refresh(), askedAt, ...(hard && { hardAt: askedAt }) } });
    const { argocd, signal } = this.#ports;
    try {
      const application = await argocd.get(this.#settings.address, {
        refresh: true,
        ...(hard ? { hard } : {}),
        signal,
      });
      followState.take(application);
      this.#isLost = !hard && isComparable && isNoNewer(application, before);
      if (this.#isLost) return;
      const answeredAt = Math.max(askedAt, refresh().answeredAt ?? askedAt);
      followState.update({ refresh: { ...refresh(), answeredAt, failures: 0 } });
    } catch (error) {
      const { failures } = refresh();
      followState.update({ refresh: { ...refresh(), failures: failures + 1 } });
      throw error;
    }
  }

  async #windows(at: number): Promise<void> {
    const { argocd, signal } = this.#ports;
    try {
      const answer = await argocd.windows(this.#settings.address, signal);
      this.#followState.update({ windows: { answer, at }, windowsFault: undefined });
    } catch (error) {
      if (error instanceof ArgoCDError) {
        const reason = error.reason.slice(0, longestReason);
        this.#followState.update({ windowsFault: { reason, at } });
      }
      throw error;
    }
  }

  async #commits(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#commit(name)));
  }

  async #commit(name: string): Promise<void> {
    const { argocd, clock, signal } = this.#ports;
    const commit = await argocd
      .commit(this.#settings.address, name, signal)
      .catch((error: unknown) => {
        if (error instanceof ArgoCDError && unfound.has(error.failure)) return undefined;
        throw error;
      });
    const { hydration = noHydration } = this.#followState.memory;
    this.#followState.update({ hydration: learnCommit(hydration, name, commit, clock.now()) });
  }
}

/** Argo CD's errors for a commit that is not in the repository. */
const unfound: ReadonlySet<Failure> = new Set<Failure>(['refused', 'internal', 'not-found']);

function kindOf(question: Exclude<Lookup, 'look'>): Kind {
  if (typeof question !== 'string') return 'commits';
  return question === 'windows' ? 'windows' : 'refresh';
}

function isNoNewer(application: Application, before: Application | undefined): boolean {
  return (
    before?.uid === application.uid &&
    application.reconciledAt !== undefined &&
    application.reconciledAt === before.reconciledAt
  );
}
