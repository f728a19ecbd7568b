import { ArgoCDError } from '../argocd/argocd-error.ts';
import { UserError } from '../sync/user-error.ts';
import type { Question } from '../sync/verdict.ts';
import type { Alarm } from './alarm.ts';
import type { Lookout } from './lookout.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import type { Subject } from './subject.ts';

/** After this long another refresh may be asked for, although one is still held by Argo CD. */
const impatience = 3_000;
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
  readonly #asked = new Map<Question, { at: number; open: number; notBefore: number }>();

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

  /** Asks, unless the same was asked a moment ago. Never rejects; an answer rings the alarm. */
  ask(question: Question): void {
    const now = this.#ports.clock.now();
    const last = this.#asked.get(question) ?? { at: -Infinity, open: 0, notBefore: -Infinity };
    const isHeld = last.open > 0 && now - last.at < impatience;
    if (isHeld || last.open > 2 || now < last.notBefore) return;
    this.#asked.set(question, { ...last, at: now, open: last.open + 1 });
    const answering = question === 'refresh' ? this.#refresh(now) : this.#windows(now);
    void answering
      .then(
        () => -Infinity,
        (error: unknown) => {
          this.#failed(error);
          return this.#ports.clock.now() + pauseAfterFailure;
        },
      )
      .then((notBefore) => {
        const current = this.#asked.get(question) ?? last;
        this.#asked.set(question, { ...current, open: current.open - 1, notBefore });
        this.#alarm.ring();
      });
  }

  #failed(error: unknown): void {
    if (this.#ports.signal.aborted) return;
    // What a rule denies is judged as a failed look is.
    if (error instanceof UserError) this.#lookout.demand();
    else if (!(error instanceof ArgoCDError)) this.#lookout.breakOff(error);
    // Whether the token is refused altogether is for a look to find out, and not in ten seconds.
    else if (error.failure === 'unauthenticated') this.#lookout.demand();
  }

  async #refresh(askedAt: number): Promise<void> {
    const subject = this.#subject;
    const refresh = () => subject.memory.refresh;
    subject.update({ refresh: { ...refresh(), askedAt } });
    const { argocd, signal } = this.#ports;
    try {
      const application = await argocd.get(this.#settings.address, { refresh: true, signal });
      subject.take(application);
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
}
