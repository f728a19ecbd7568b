import type { ApplicationEvent } from './applications.ts';

export type StreamFault =
  /** Opens and then stays silent, without even a heartbeat. */
  | { readonly kind: 'silentStream' }
  /** Ends without notice after so many events. */
  | { readonly kind: 'closingStream'; readonly afterEvents: number }
  /** Leaves out the events that `loses` selects. */
  | { readonly kind: 'losingStream'; readonly loses: (event: ApplicationEvent) => boolean };

export type RequestFault =
  /** The connection breaks before the request has any effect. */
  | { readonly kind: 'dropBefore' }
  /** The request takes effect, but the connection breaks before the response. */
  | { readonly kind: 'dropAfter' }
  /** Something else responds, such as a proxy. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** If true, the request takes effect first. */
      readonly afterActing?: boolean;
    }
  /** The request takes effect, but the response is delayed by so many simulated milliseconds. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The request has no effect and gets no response. */
  | { readonly kind: 'hang' };

export type FaultKind = RequestFault | StreamFault;

export interface FaultRule {
  readonly method?: string;
  /** Below the root path. A text is the whole path; a pattern is searched for in path and query. */
  readonly path?: string | RegExp;
  /** How many requests it affects; default: 1. `Infinity` means all. */
  readonly times?: number;
  /** How many matching requests pass first; default: none. */
  readonly skip?: number;
  readonly fault: FaultKind;
}

interface ActiveRule {
  readonly rule: FaultRule;
  skip: number;
  left: number;
}

/** The faults that tests ask for. Each affects the requests that its rule matches. */
export class Faults {
  #rules: ActiveRule[] = [];

  /** Adds a fault. Returns a function that removes it. */
  add(rule: FaultRule): () => void {
    const active = { rule, skip: rule.skip ?? 0, left: rule.times ?? 1 };
    this.#rules.push(active);
    return () => {
      this.#rules = this.#rules.filter((other) => other !== active);
    };
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault that affects this request, counted. */
  take(method: string, path: string, query: string): FaultKind | undefined {
    for (const active of this.#rules) {
      const { rule } = active;
      const wanted =
        rule.path === undefined ||
        (typeof rule.path === 'string' ? rule.path === path : rule.path.test(path + query));
      if (!wanted || (rule.method ?? method) !== method || active.left <= 0) continue;
      if (active.skip > 0) {
        active.skip--;
        continue;
      }
      active.left--;
      return rule.fault;
    }
    return undefined;
  }
}
