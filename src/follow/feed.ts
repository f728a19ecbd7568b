import type { ArgoCD, WatchEvent, WatchScope } from '../argocd/port.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Listener, News, Polling, Tidings } from './news.ts';
import { Term } from './term.ts';

/** Heartbeats come every 15 s: a stream that is silent for two of them, and a little, is dead. */
const silence = 35_000;
const reconnect = { first: 1_000, most: 30_000 };

/**
 * One watch stream for however many applications are followed. It reconnects for ever, and its
 * failures are nobody's: it is an accelerator, and whoever listens polls the faster while it is
 * not alive.
 */
export class Feed implements News {
  /** With a stream that lives, GET is the backstop; without one it is all there is. */
  readonly polling: Polling = { alive: 10_000, dead: 1_000, deadLater: 15_000 };
  readonly #argocd: ArgoCD;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #listeners = new Map<string, Set<Listener>>();
  #openedAt: number | undefined;
  #heardAt: number | undefined;

  constructor(argocd: ArgoCD, clock: Clock, random: () => number) {
    this.#argocd = argocd;
    this.#clock = clock;
    this.#random = random;
  }

  get aliveSince(): number | undefined {
    const isAlive = this.#heardAt !== undefined && this.#clock.now() - this.#heardAt < silence;
    return isAlive ? this.#openedAt : undefined;
  }

  listen(name: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Keeps the stream open until the signal aborts. Never rejects. */
  async run(scope: WatchScope, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      if (await this.#hold(scope, signal)) failures = 0;
      if (signal.aborted) return;
      await this.#clock.sleep(backoff(failures + 1, reconnect, this.#random), signal);
    }
  }

  /** One connection to its end. Says whether anything was heard on it. */
  async #hold(scope: WatchScope, signal: AbortSignal): Promise<boolean> {
    const term = new Term(this.#clock, { parent: signal });
    const guarding = this.#endInSilence(term);
    try {
      for await (const event of this.#argocd.watch(scope, term.signal)) {
        this.#heardAt = this.#clock.now();
        this.#openedAt ??= this.#heardAt;
        if (event !== undefined) this.#spread(event);
      }
    } catch {
      // Whatever the reason, GET is the truth and the stream is tried again.
    }
    term.end();
    await guarding;
    const wasHeard = this.#heardAt !== undefined;
    this.#heardAt = undefined;
    this.#openedAt = undefined;
    if (wasHeard) for (const listeners of this.#listeners.values()) notify(listeners, 'broken');
    return wasHeard;
  }

  /** A connection that was cut without a word stays silent for ever: only a new one brings news. */
  async #endInSilence(term: Term): Promise<void> {
    const clock = this.#clock;
    const startedAt = clock.now();
    while (!term.signal.aborted) {
      const due = (this.#heardAt ?? startedAt) + silence;
      if (clock.now() >= due) term.end();
      else await clock.sleep(due - clock.now(), term.signal);
    }
  }

  #spread(event: WatchEvent): void {
    notify(this.#listeners.get(event.application.name) ?? [], event);
  }
}

function notify(listeners: Iterable<Listener>, tidings: Tidings): void {
  for (const listener of listeners) listener(tidings);
}
