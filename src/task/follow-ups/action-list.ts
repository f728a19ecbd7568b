import type { ActionStore } from '../../actions/action-worker.ts';
import { openStates } from '../../actions/stored-action.ts';
import type { ActionChange, StoredAction } from '../../actions/stored-action.ts';

/** The actions of one step, in memory, because they do not outlive the step. */
export class ActionList implements ActionStore {
  readonly #actions = new Map<string, StoredAction>();
  readonly #changed: (action: StoredAction) => void;
  #isStopped = false;

  /** `changed` is called on each change. */
  constructor(changed: (action: StoredAction) => void) {
    this.#changed = changed;
  }

  /** Adds an action, unless it exists. Returns whether it was added. */
  add(action: StoredAction): boolean {
    if (this.#actions.has(action.key)) return false;
    this.#actions.set(action.key, action);
    return true;
  }

  /** The state of an action; undefined if there is none. */
  state(key: string): StoredAction['state'] | undefined {
    return this.#actions.get(key)?.state;
  }

  /** The actions of an application, by its `uid`. */
  of(uid: string): readonly StoredAction[] {
    return [...this.#actions.values()].filter((action) => action.uid === uid);
  }

  /** Sends nothing new from now on; results of sent actions are still looked up. */
  stop(): void {
    this.#isStopped = true;
  }

  dueActions(now: number, limit: number): Promise<readonly StoredAction[]> {
    const due = this.#open().filter(({ dueAt }) => dueAt <= now);
    return Promise.resolve(due.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit));
  }

  nextDueAt(): Promise<number | undefined> {
    const times = this.#open().map(({ dueAt }) => dueAt);
    return Promise.resolve(times.length === 0 ? undefined : Math.min(...times));
  }

  changeAction(
    key: string,
    change: ActionChange,
    from?: readonly StoredAction['state'][],
    last?: Pick<StoredAction, 'sentAt'>,
  ): Promise<boolean> {
    const action = this.#actions.get(key);
    if (action === undefined) return Promise.reject(new Error(`There is no action ${key}.`));
    if (from?.includes(action.state) === false) return Promise.resolve(false);
    if (last !== undefined && last.sentAt !== action.sentAt) return Promise.resolve(false);
    const changed = { ...action, ...change };
    this.#actions.set(key, changed);
    this.#changed(changed);
    return Promise.resolve(true);
  }

  #open(): StoredAction[] {
    const open = this.#isStopped ? ['sent'] : openStates;
    return [...this.#actions.values()].filter(({ state }) =>
      (open as readonly string[]).includes(state),
    );
  }
}
