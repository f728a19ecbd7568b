import * as z from 'zod/mini';
import type { ServiceAccount, UnknownHook } from './hook-identity.ts';
import { readAccount } from './service-account-token.ts';
import { wrongToken, type TokenCheck } from './token-check.ts';

/** Which cluster is asked. Absent kubeconfig: the one that the handler runs in. */
export interface Cluster {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** Called with failed reviews; the error does not contain the token. */
export type OnReviewFault = (error: unknown) => void;

const statusSchema = z.object({
  authenticated: z.optional(z.boolean()),
  audiences: z.optional(z.array(z.string())),
  user: z.optional(
    z.object({
      username: z.optional(z.string()),
      extra: z.optional(z.record(z.string(), z.array(z.string()))),
    }),
  ),
});
/** The key under which Kubernetes reports the pod that a token is bound to. */
const podNameKey = 'authentication.kubernetes.io/pod-name';

/** Milliseconds for the API server's answer. */
const timeout = 5_000;

/** Has the API server of a cluster verify tokens (`TokenReview` of `authentication.k8s.io/v1`). */
export class TokenReview implements TokenCheck {
  readonly #cluster: Cluster;
  readonly #onFault: OnReviewFault;

  constructor(cluster: Cluster, onFault: OnReviewFault) {
    this.#cluster = cluster;
    this.#onFault = onFault;
  }

  /** Reviews a text that is not a token. Rejects if the cluster does not let us review tokens. */
  async probe(audience: string): Promise<string> {
    readStatus(await this.#review('no-token', audience), audience);
    return 'its API server reviews tokens for us';
  }

  async accountOf(token: string, audience: string): Promise<ServiceAccount | UnknownHook> {
    try {
      return readStatus(await this.#review(token, audience), audience);
    } catch (error) {
      this.#onFault(error);
      const message = 'Cannot reach the cluster that verifies the hook at the moment.';
      return { kind: 'unavailable', message, retryAfter: 5 };
    }
  }

  async #review(token: string, audience: string): Promise<unknown> {
    // The library is large, so it is loaded when the first hook calls.
    const { reviewToken } = await import('./token-review-request.ts');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeout / 1_000} s`)), timeout);
    });
    try {
      return await Promise.race([reviewToken(this.#cluster, token, audience), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** An API server that ignores audiences confirms none; we do not accept its answer. */
function readStatus(given: unknown, audience: string): ServiceAccount | UnknownHook {
  const parsed = z.safeParse(statusSchema, given);
  if (!parsed.success) throw new Error('the response is not a TokenReview');
  const { authenticated, audiences = [], user } = parsed.data;
  if (authenticated !== true || !audiences.includes(audience)) return wrongToken;
  const account = readAccount(user?.username ?? '');
  if (account === undefined) return wrongToken;
  return { ...account, pod: user?.extra?.[podNameKey]?.[0] };
}
