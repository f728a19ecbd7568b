import type { ApiRequest, OperationName } from './api-request.ts';

/** The response to an invalid or expired token (azure-devops.md §2.9). */
export type SignIn = '401' | '302' | '203';

export type FaultKind =
  /** The connection breaks before the request has any effect. */
  | { readonly kind: 'cutBefore' }
  /** The request takes effect, but the connection breaks before the response. */
  | { readonly kind: 'cutAfter' }
  /** Something else is returned. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** If true, the request takes effect first. */
      readonly afterActing?: boolean;
    }
  /** The rate limit: 429 with `Retry-After` in seconds. */
  | { readonly kind: 'throttle'; readonly retryAfter: number }
  /** The token is treated as a bad one. */
  | { readonly kind: 'signIn'; readonly as: SignIn }
  /** The plan is gone. */
  | { readonly kind: 'planNotFound' }
  | { readonly kind: 'planSecurity' }
  /** The request takes effect, but the response is delayed by so many simulated milliseconds. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The request takes effect, and the response asks the caller to wait, in seconds (azure-devops.md §13.9). */
  | { readonly kind: 'slowDown'; readonly retryAfter: number }
  /** The connection breaks, and the request takes effect so many simulated milliseconds later. */
  | { readonly kind: 'cutAndLate'; readonly milliseconds: number }
  /** The request gets no response; by default, it has no effect either. */
  | { readonly kind: 'hang'; readonly afterActing?: boolean };

export interface FaultRule {
  readonly operation?: OperationName | readonly OperationName[];
  /** The event's name, for `postEvent`. */
  readonly event?: string;
  readonly planId?: string;
  readonly where?: (request: ApiRequest) => boolean;
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
  take(request: ApiRequest): FaultKind | undefined {
    for (const active of this.#rules) {
      if (active.left <= 0 || !matches(active.rule, request)) continue;
      if (active.skip > 0) {
        active.skip--;
        continue;
      }
      active.left--;
      return active.rule.fault;
    }
    return undefined;
  }
}

function matches(rule: FaultRule, request: ApiRequest): boolean {
  const { operation, event, planId } = rule;
  const operations = typeof operation === 'string' ? [operation] : operation;
  if (operations && !operations.some((name) => name === request.operation)) return false;
  if (planId !== undefined && planId !== request.planId) return false;
  if (event !== undefined && event !== (request.json as { name?: unknown } | undefined)?.name) {
    return false;
  }
  return rule.where?.(request) ?? true;
}
