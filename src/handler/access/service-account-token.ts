import * as z from 'zod/mini';
import type { ServiceAccount } from './hook-identity.ts';

/** What a service account token claims. Nothing of it is proven. */
export interface TokenClaims {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly account: ServiceAccount;
}

/** Longer than any that Kubernetes issues. */
export const longestToken = 8_192;

const name = z.string().check(z.minLength(1), z.maxLength(253));
const claimsSchema = z.object({
  iss: z.string().check(z.maxLength(2_000)),
  aud: z.union([z.string(), z.array(z.string()).check(z.maxLength(100))]),
  exp: z.number(),
  sub: z.string().check(z.maxLength(400)),
  'kubernetes.io': z.optional(z.object({ pod: z.optional(z.object({ name })) })),
});

/** Reads a projected token (Kubernetes' `ServiceAccountTokenVolumeProjection`). Undefined: it is not one. */
export function readTokenClaims(token: string): TokenClaims | undefined {
  if (token.length > longestToken) return undefined;
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token) ?? [];
  if (payload === undefined) return undefined;
  return claimsOf(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
}

/** The same, for claims that are already verified. */
export function claimsOf(payload: unknown): TokenClaims | undefined {
  const parsed = z.safeParse(claimsSchema, payload);
  if (!parsed.success) return undefined;
  const { iss, aud, exp, sub, 'kubernetes.io': kubernetes } = parsed.data;
  const account = readAccount(sub);
  if (account === undefined) return undefined;
  return {
    issuer: iss,
    audiences: [aud].flat(),
    expiresAt: exp * 1_000,
    account: { ...account, pod: kubernetes?.pod?.name },
  };
}

/** From `system:serviceaccount:shop:argocd-hooks`. */
export function readAccount(
  username: string,
): Pick<ServiceAccount, 'namespace' | 'name'> | undefined {
  const [, namespace, account] =
    /^system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})$/.exec(username) ?? [];
  if (namespace === undefined || account === undefined) return undefined;
  return { namespace, name: account };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
