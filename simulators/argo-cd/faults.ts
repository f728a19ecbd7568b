import type { ApplicationEvent } from './applications.ts';

export type StreamFault =
  /** Opens and says nothing more, not even a heartbeat. */
  | { readonly kind: 'silentStream' }
  /** Ends without a word after so many events. */
  | { readonly kind: 'closingStream'; readonly afterEvents: number }
  /** Leaves out the events that `loses` names. */
  | { readonly kind: 'losingStream'; readonly loses: (event: ApplicationEvent) => boolean };

export type RequestFault =
  /** The connection breaks before the request did anything. */
  | { readonly kind: 'dropBefore' }
  /** The request is carried out, and the connection breaks instead of an answer. */
  | { readonly kind: 'dropAfter' }
  /** Something else answers, such as a proxy. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** True carries the request out first. */
      readonly afterActing?: boolean;
    }
  /** The request is carried out and answered after so many simulated milliseconds. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The request is never answered nor carried out. */
  | { readonly kind: 'hang' };

export type FaultKind = RequestFault | StreamFault;

export interface FaultRule {
  readonly method?: string;
  /** Below the root path: a text is the whole path, a pattern is searched in path and query. */
  readonly path?: string | RegExp;
  /** How many requests it hits: 1 unless told. `Infinity` is all. */
  readonly times?: number;
  /** How many matching requests pass first: none unless told. */
  readonly skip?: number;
  readonly fault: FaultKind;
}

interface ActiveRule {
  readonly rule: FaultRule;
  skip: number;
  left: number;
}

/** The faults that tests ask for, each hitting the requests that its rule matches. */
export class Faults {
  #rules: ActiveRule[] = [];

  /** Adds a fault; returns what takes it back. */
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

  /** The fault that hits this request, counted. */
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
