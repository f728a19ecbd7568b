import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Application } from '../sync/application.ts';
import { learnCommit, noHydration } from '../sync/hydration-memory.ts';
import { UserError } from '../sync/user-error.ts';
import type { Failure } from '../sync/failure.ts';
import type { Question } from '../sync/verdict.ts';
import type { Alarm } from './alarm.ts';
import type { Lookout } from './lookout.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import type { Subject } from './subject.ts';

/** Questions of one kind wait for each other: the second refresh for the first, hard or not. */
type Kind = 'refresh' | 'windows' | 'commits';

/** After this long the same may be asked again, although Argo CD still holds the answer. */
const impatience: Readonly<Record<Kind, number>> = {
  refresh: 10_000,
  windows: 3_000,
  commits: 10_000,
};
/** Argo CD writes whole seconds: only after some can a newer comparison be told from the last one. */
const comparable = 2_000;
const lookWorthy = new Set<Failure>(['unauthenticated', 'not-found', 'hidden']);
const pauseAfterFailure = 5_000;
/** How much is kept of why there was no answer, in characters. */
const longestReason = 2_000;

/**
 * What is asked of Argo CD beside the following: nothing waits for an answer, since a refresh can be
 * held for a minute.
 */
export class Questions {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #subject: Subject;
  readonly #lookout: Lookout;
  readonly #alarm: Alarm;
  /** The last refresh was answered without a comparison: Argo CD has lost it. */
  #isLost = false;
  readonly #asked = new Map<Kind, { at: number; open: number; notBefore: number }>();

  constructor(
    settings: FollowSettings,
    ports: FollowPorts,
    subject: Subject,
    lookout: Lookout,
    alarm: Alarm,
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#subject = subject;
    this.#lookout = lookout;
    this.#alarm = alarm;
  }

  /** Whether an answer is still to come. */
  get isAsking(): boolean {
    return [...this.#asked.values()].some(({ open }) => open > 0);
  }

  /** When what could not be asked may be asked again, in local milliseconds: nobody else wakes for it. */
  get retryAt(): number {
    const now = this.#ports.clock.now();
    const times = [...this.#asked.values()].map(({ notBefore }) => notBefore);
    return Math.min(Infinity, ...times.filter((time) => time > now));
  }

  /** Asks, unless the same was asked a moment ago. Never rejects; an answer rings the alarm. */
  ask(question: Question): void {
    if (question === 'look') {
      // One that is on may still answer it: its news will tell.
      if (!this.#lookout.isLooking) this.#lookout.demand();
      return;
    }
    const now = this.#ports.clock.now();
    const kind = kindOf(question);
    const last = this.#asked.get(kind) ?? { at: -Infinity, open: 0, notBefore: -Infinity };
    const isHeld = last.open > 0 && now - last.at < impatience[kind];
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
        this.#alarm.ring();
      });
  }

  #answer(question: Exclude<Question, 'look'>, now: number, isHeld: boolean): Promise<void> {
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
    // What a rule denies is judged as a failed look is.
    if (error instanceof UserError) this.#lookout.demand();
    else if (!(error instanceof ArgoCDError)) this.#lookout.breakOff(error);
    // Whether the token is refused altogether, or the application is gone, is for a look to find out,
    // and not in ten seconds.
    else if (lookWorthy.has(error.failure)) this.#lookout.demand();
  }

  /**
   * Argo CD can lose a refresh (recordings.md, by hand 7), and to ask in the same words changes nothing
   * in Kubernetes and wakes nobody: what follows one without an answer is hard.
   */
  async #refresh(askedAt: number, hard: boolean): Promise<void> {
    const subject = this.#subject;
    const before = subject.application;
    const isComparable = askedAt - subject.comparisonSeenAt >= comparable;
    const refresh = () => subject.memory.refresh;
    subject.update({ refresh: { ...refresh(), askedAt, ...(hard && { hardAt: askedAt }) } });
    const { argocd, signal } = this.#ports;
    try {
      const application = await argocd.get(this.#settings.address, {
        refresh: true,
        ...(hard ? { hard } : {}),
        signal,
      });
      subject.take(application);
      this.#isLost = !hard && isComparable && isNoNewer(application, before);
      if (this.#isLost) return;
      const answeredAt = Math.max(askedAt, refresh().answeredAt ?? askedAt);
      subject.update({ refresh: { ...refresh(), answeredAt, failures: 0 } });
    } catch (error) {
      const { failures } = refresh();
      subject.update({ refresh: { ...refresh(), failures: failures + 1 } });
      throw error;
    }
  }

  async #windows(at: number): Promise<void> {
    const { argocd, signal } = this.#ports;
    try {
      const answer = await argocd.windows(this.#settings.address, signal);
      this.#subject.update({ windows: { answer, at }, windowsFault: undefined });
    } catch (error) {
      if (error instanceof ArgoCDError) {
        const reason = error.reason.slice(0, longestReason);
        this.#subject.update({ windowsFault: { reason, at } });
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
    const { hydration = noHydration } = this.#subject.memory;
    this.#subject.update({ hydration: learnCommit(hydration, name, commit, clock.now()) });
  }
}

/** What Argo CD fails with where a repository has no such commit. */
const unfound: ReadonlySet<Failure> = new Set<Failure>(['refused', 'internal', 'not-found']);

function kindOf(question: Exclude<Question, 'look'>): Kind {
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
