import type { ArgoCD, WatchEvent, WatchScope } from '../argocd/port.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';

type Listener = (event: WatchEvent) => void;

/** Heartbeats come every 15 s: a stream that is silent for two of them, and a little, is dead. */
const silence = 35_000;
const reconnect = { first: 1_000, most: 30_000 };

/**
 * One watch stream for however many applications are followed. It reconnects for ever, and tells
 * nobody of its failures: it is an accelerator, and whoever listens polls the faster while it is
 * not alive.
 */
export class Feed {
  readonly #argocd: ArgoCD;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listeners = new Map<string, Set<Listener>>();
  #heardAt: number | undefined;

  constructor(argocd: ArgoCD, clock: Clock, random: () => number) {
    this.#argocd = argocd;
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether changes can be expected to arrive by themselves. */
  get alive(): boolean {
    return this.#heardAt !== undefined && this.#clock.now() - this.#heardAt < silence;
  }

  /** Listens for changes of the applications of a name, in whatever namespace. Returns the end of it. */
  listen(name: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Keeps the stream open until the signal aborts. Never rejects. */
  async run(scope: WatchScope, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        for await (const event of this.#argocd.watch(scope, signal)) {
          this.#heardAt = this.#clock.now();
          failures = 0;
          if (event !== undefined) this.#spread(event);
        }
      } catch {
        // Whatever the reason, GET is the truth and the stream is tried again.
      }
      this.#heardAt = undefined;
      if (signal.aborted) return;
      await this.#clock.sleep(backoff(failures + 1, reconnect, this.#random), signal);
    }
  }

  #spread(event: WatchEvent): void {
    for (const listener of this.#listeners.get(event.application.name) ?? []) listener(event);
  }
}
