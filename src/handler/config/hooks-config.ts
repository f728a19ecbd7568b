import type { PipelinePatterns } from '../../follow-ups/grants.ts';
import type { Secret } from '../../secret.ts';

/** Which hooks of Argo CD may call, and what they may ask for (`hooks`). */
export interface HooksConfig {
  /** The audience that a hook's token must be issued for. */
  readonly audience: string;
  readonly callers: readonly HookCaller[];
  /** What no grant allows is denied. */
  readonly grants: readonly HookGrant[];
}

/**
 * How the hooks of one cluster, or with one key, prove who they are. `tokenReview`: the API server of the
 * cluster verifies each token. `oidc`: the token is verified with the cluster's public keys. `hmac`: requests
 * are signed with a shared key, which identifies neither namespace nor service account.
 */
export type HookCaller =
  | {
      readonly kind: 'tokenReview';
      readonly name: string;
      /** Path of the kubeconfig file; absent: the cluster that the handler runs in. */
      readonly kubeconfig: string | undefined;
      /** The context in it; absent: the current one. */
      readonly context: string | undefined;
    }
  | {
      readonly kind: 'oidc';
      readonly name: string;
      readonly issuer: string;
      /** The issuer's keys as JSON (JWKS); absent: from the issuer's discovery document. */
      readonly keys: string | undefined;
    }
  | { readonly kind: 'hmac'; readonly name: string; readonly secrets: readonly Secret[] };

/** What the hooks of a caller may do. In patterns, `*` and `?` do not match `/`. */
export interface HookGrant {
  readonly caller: string;
  /** Patterns of the namespaces that the hooks run in; none for an `hmac` caller. */
  readonly namespaces: readonly string[];
  /** Patterns of their service accounts; none for an `hmac` caller. */
  readonly serviceAccounts: readonly string[];
  readonly argocd: string;
  readonly appProjects: readonly string[];
  /** Patterns of `name`, or of `namespace/name` outside Argo CD's own namespace. */
  readonly applications: readonly string[];
  /** The pipelines that they may queue. Without any, they may only report and wait. */
  readonly queue: readonly PipelinePatterns[];
}

/** The default of `hooks.audience`. */
export const defaultAudience = 'argocd-handler';

/** No hook may call. */
export const noHooks: HooksConfig = { audience: defaultAudience, callers: [], grants: [] };
