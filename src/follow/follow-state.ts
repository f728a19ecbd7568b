import type { Address, WatchEvent } from '../argocd/port.ts';
import { observe } from '../sync/rules/decide.ts';
import type { Application } from '../sync/model/application.ts';
import type { Goal } from '../sync/model/goal.ts';
import { newMemory, recollect } from '../sync/model/memory.ts';
import type { Memory } from '../sync/model/memory.ts';
import type { View } from '../sync/model/view.ts';
import type { Clock } from '../async/clock.ts';
import { isOlder } from '../sync/model/resource-version.ts';

/** What is known of the followed application: the newest look at it, and the memory. */
export class FollowState {
  readonly #goal: Goal;
  readonly #clock: Clock;
  readonly #seen: ((application: Application) => void) | undefined;
  application: Application | undefined;
  memory: Memory;
  /** When Argo CD last reported the application, in any way; local milliseconds. */
  toldAt = -Infinity;
  /** Since when the comparison that it shows has been visible; local milliseconds. */
  comparisonSeenAt = -Infinity;
  /** The stream has reported its deletion, so a look that finds nothing confirms that. */
  isDeleted = false;

  /** `kept`: what another process remembered. `seen` is told of each look that is taken. */
  constructor(
    goal: Goal,
    marker: string,
    clock: Clock,
    kept?: Memory,
    seen?: (application: Application) => void,
  ) {
    this.#goal = goal;
    this.#seen = seen;
    this.#clock = clock;
    // Only a sync can carry the marker; all other actions follow what they find.
    const identity = goal.action === 'sync' ? ({ kind: 'marker', marker } as const) : undefined;
    this.memory = kept === undefined ? newMemory(clock.now(), identity) : recollect(kept);
  }

  /** The address, with the AppProject in which the application was last seen. */
  locate(given: Address): Address {
    const project = () => this.memory.project ?? given.project;
    return {
      ...given,
      get project() {
        return project();
      },
    };
  }

  /** What can be judged now; undefined until the first look. */
  get view(): View | undefined {
    const { application, memory } = this;
    const [goal, now] = [this.#goal, this.#clock.now()];
    return application && { application, memory, goal, now };
  }

  /** Accepts a look, unless a newer one is known. Says whether it was accepted. */
  take(application: Application): boolean {
    this.toldAt = this.#clock.now();
    const known = this.application;
    if (known !== undefined && known.uid === application.uid && isOlder(application, known)) {
      return false;
    }
    if (known?.reconciledAt !== application.reconciledAt) this.comparisonSeenAt = this.toldAt;
    this.application = application;
    this.update({});
    this.#seen?.(application);
    return true;
  }

  /** Changes the memory, and updates the view. */
  update(change: Partial<Memory>): void {
    const memory = { ...this.memory, ...change };
    const { application } = this;
    this.memory =
      application === undefined
        ? memory
        : observe(memory, application, this.#goal, this.#clock.now());
  }

  /**
   * Handles a message of the stream: accepts it, or says to look. The stream comes from a cache, so
   * it may be about an earlier application of the same name.
   */
  hear({ type, application }: WatchEvent): 'taken' | 'look' | 'ignored' {
    const known = this.application;
    if (known === undefined) return 'ignored';
    if (application.namespace !== known.namespace) return 'ignored';
    if (type === 'DELETED' && application.uid === known.uid) this.isDeleted = true;
    if (type === 'DELETED' || application.uid !== known.uid) return 'look';
    return this.take(application) ? 'taken' : 'ignored';
  }
}
