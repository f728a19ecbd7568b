import type { WatchEvent } from '../argocd/port.ts';
import type { Contact } from './contact.ts';

/**
 * What a follower hears of an application: a message of the stream; `broken`: from now on changes
 * may go untold; `changed`: there is something newer than what was told, so look.
 */
export type ChangeEvent = WatchEvent | 'broken' | 'changed';

/** Told of what may have changed in one application. */
export type ChangeListener = (event: ChangeEvent) => void;

/** How often a follower looks for itself, in milliseconds. */
export interface Polling {
  /** While changes arrive by themselves: the backstop. */
  readonly alive: number;
  /** While they do not: at first, and at the most after a while. */
  readonly dead: number;
  readonly deadLater: number;
}

/** What tells followers of changes, so that they need not look again and again. */
export interface ChangeSource {
  /**
   * Since when changes can be expected to arrive by themselves, in local milliseconds; undefined
   * while they cannot. What happened before is not told.
   */
  readonly aliveSince: number | undefined;
  readonly polling: Polling;
  /** Whether Argo CD has ever answered; absent where the followers find out by themselves. */
  readonly contact?: Contact | undefined;
  /** Listens for changes of the applications of a name, in whatever namespace. Returns the end of it. */
  listen(name: string, listener: ChangeListener): () => void;
}
