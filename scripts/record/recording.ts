import type { Clock } from '../../src/async/clock.ts';

/** A line of a recording, in the order in which the client saw it. */
export type RecordedFact =
  | {
      readonly kind: 'git';
      readonly folder: string;
      readonly revision: string;
      readonly files: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'exchange'; readonly request: unknown; readonly response: unknown }
  | {
      readonly kind: 'stream-open';
      readonly path: string;
      readonly status: number;
      readonly contentType: string | null;
    }
  | { readonly kind: 'event'; readonly event: unknown }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'stream-error'; readonly message: string }
  | { readonly kind: 'note'; readonly text: string };

/** Collects what a client sees of an Argo CD, with the milliseconds since the start. */
export class Recording {
  readonly #clock: Clock;
  readonly #start: number;
  readonly #lines: (RecordedFact & { readonly t: number })[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  add(fact: RecordedFact): void {
    this.#lines.push({ t: Math.round(this.#clock.now() - this.#start), ...fact });
  }

  get lines(): readonly unknown[] {
    return this.#lines;
  }
}
