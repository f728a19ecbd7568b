import type { WatchEvent } from '../argocd/port.ts';
import type { Contact } from './contact.ts';

/**
 * What a follower receives about an application: a message of the stream; `broken`: from now on,
 * changes may be missed; `changed`: there is something newer than what was reported, so look.
 */
export type ChangeEvent = WatchEvent | 'broken' | 'changed';

/** Called with what may have changed in one application. */
export type ChangeListener = (event: ChangeEvent) => void;

/** How often a follower looks for itself, in milliseconds. */
export interface Polling {
  /** While changes arrive by themselves: a safety net. */
  readonly alive: number;
  /** While they do not: at first, and the maximum later. */
  readonly dead: number;
  readonly deadLater: number;
}

/** Notifies followers of changes, so that they need not poll. */
export interface ChangeSource {
  /**
   * Since when changes can be expected to arrive by themselves, in local milliseconds; undefined
   * while they cannot. Earlier changes are not reported.
   */
  readonly aliveSince: number | undefined;
  readonly polling: Polling;
  /** Whether Argo CD has ever answered; absent where the followers find out by themselves. */
  readonly contact?: Contact | undefined;
  /**
   * Listens for changes of the applications with a name, in any namespace. Returns the function
   * that ends that.
   */
  listen(name: string, listener: ChangeListener): () => void;
}
