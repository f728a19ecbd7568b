import type { ArgoCD, WatchEvent, WatchScope } from '../argocd/port.ts';
import type { Clock } from '../async/clock.ts';
import { ReconnectingStream } from '../async/reconnecting-stream.ts';
import { Listeners } from '../async/listeners.ts';
import type { ChangeListener, ChangeSource, Polling, ChangeEvent } from './change-source.ts';

/**
 * One watch stream for all applications that are followed. It is an accelerator: listeners poll
 * faster while it is not alive.
 */
export class Feed implements ChangeSource {
  /** With a live stream, GET is a safety net; without one, it is all there is. */
  readonly polling: Polling = { alive: 10_000, dead: 1_000, deadLater: 15_000 };
  readonly #argocd: Pick<ArgoCD, 'watch'>;
  readonly #listeners = new Listeners<ChangeEvent>();
  readonly #stream: ReconnectingStream<WatchEvent>;

  constructor(argocd: Pick<ArgoCD, 'watch'>, clock: Clock, random: () => number) {
    this.#argocd = argocd;
    this.#stream = new ReconnectingStream(clock, random, {
      hear: (event) => this.#listeners.tell(event.application.name, event),
      broken: () => this.#listeners.tellAll('broken'),
    });
  }

  get aliveSince(): number | undefined {
    return this.#stream.aliveSince;
  }

  listen(name: string, listener: ChangeListener): () => void {
    return this.#listeners.listen(name, listener);
  }

  /** Keeps the stream open until the signal aborts. Never rejects. */
  run(scope: WatchScope, signal: AbortSignal): Promise<void> {
    return this.#stream.run((inner) => this.#argocd.watch(scope, inner), signal);
  }
}
