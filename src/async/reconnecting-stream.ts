import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorMessage } from './error-message.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { CancelScope } from './cancel-scope.ts';

/** Heartbeats come every 15 s: a stream that misses two of them is dead. */
const silence = 35_000;
const reconnect = { first: 1_000, most: 30_000 };
/** A stream that ends sooner is not always reopened immediately, since opening is expensive. */
const shortLife = 10_000;

/** The number of messages between yields. */
const messagesAtOnce = 25;

/** Receives a stream's messages, and notice that it broke. */
export interface StreamHandler<Message> {
  /** The next message waits until this resolves. */
  readonly hear: (message: Message) => void | Promise<void>;
  /** It broke after it was alive. */
  readonly broken: () => void;
}

/**
 * A stream of messages that is reopened forever; its failures are not reported. States: opening; alive, from
 * the first message or heartbeat until it ends, fails or is silent for 35 s (then `broken` is called);
 * backing off, then opening again. Over when the signal aborts.
 */
export class ReconnectingStream<Message> {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #handler: StreamHandler<Message>;
  #openedAt: number | undefined;
  #heardAt: number | undefined;
  #openings = 0;
  #failure = '';

  constructor(clock: Clock, random: () => number, handler: StreamHandler<Message>) {
    this.#clock = clock;
    this.#random = random;
    this.#handler = handler;
  }

  /** Since when it has been alive; undefined while it is not. Local milliseconds. */
  get aliveSince(): number | undefined {
    const isAlive = this.#heardAt !== undefined && this.#clock.now() - this.#heardAt < silence;
    return isAlive ? this.#openedAt : undefined;
  }

  /** How often it became alive. */
  get openings(): number {
    return this.#openings;
  }

  /** Why it last broke: foreign text; empty if it never did. */
  get failure(): string {
    return this.#failure;
  }

  /**
   * Keeps the stream open until the signal aborts. Never rejects. `open` yields `undefined` for a
   * heartbeat.
   */
  async run(
    open: (signal: AbortSignal) => AsyncIterable<Message | undefined>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      const lived = await this.#hold(open, signal);
      if (lived >= shortLife) failures = 0;
      if (signal.aborted) return;
      await this.#clock.sleep(backoff(failures + 1, reconnect, this.#random), signal);
    }
  }

  /** One connection, until it ends. Returns how long ago it became alive. */
  async #hold(
    open: (signal: AbortSignal) => AsyncIterable<Message | undefined>,
    signal: AbortSignal,
  ): Promise<number> {
    const scope = new CancelScope(this.#clock, { parent: signal });
    const guarding = this.#endInSilence(scope);
    let told = 0;
    try {
      for await (const message of open(scope.signal)) {
        this.#heardAt = this.#clock.now();
        if (this.#openedAt === undefined) {
          this.#openedAt = this.#heardAt;
          this.#openings += 1;
        }
        if (message === undefined) continue;
        await this.#handler.hear(message);
        told += 1;
        // A stream starts with a burst of thousands of messages.
        if (told % messagesAtOnce === 0) await nextTurn();
      }
      this.#failure = 'the server closed the stream';
    } catch (error) {
      this.#failure = errorMessage(error);
    }
    if (scope.signal.aborted) this.#failure = 'the stream stopped sending';
    scope.end();
    await guarding;
    const openedAt = this.#openedAt;
    this.#heardAt = undefined;
    this.#openedAt = undefined;
    if (openedAt === undefined) return 0;
    this.#handler.broken();
    return this.#clock.now() - openedAt;
  }

  /**
   * A connection that was cut without notice stays silent forever: only a new one brings messages.
   */
  async #endInSilence(scope: CancelScope): Promise<void> {
    const clock = this.#clock;
    const startedAt = clock.now();
    while (!scope.signal.aborted) {
      const due = (this.#heardAt ?? startedAt) + silence;
      if (clock.now() >= due) scope.end();
      // If the clock was set back, we would sleep until it has caught up.
      else await clock.sleep(Math.min(due - clock.now(), silence), scope.signal);
    }
  }
}
