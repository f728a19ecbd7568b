import type { PipelinePatterns } from '../../follow-ups/grants.ts';
import type { Secret } from '../../secret.ts';

/** Which hooks of Argo CD may call, and what they may ask for (`hooks`). */
export interface HooksConfig {
  /** Whom a hook's token must have been made for. */
  readonly audience: string;
  readonly callers: readonly HookCaller[];
  /** What no grant allows is denied. */
  readonly grants: readonly HookGrant[];
}

/**
 * How hooks of one cluster, or with one key, prove who they are: `tokenReview` asks the cluster's API
 * server for each token, `oidc` checks a token by the cluster's public keys, `hmac` by a shared key,
 * which says nothing of a namespace or service account.
 */
export type HookCaller =
  | {
      readonly kind: 'tokenReview';
      readonly name: string;
      /** Path of the kubeconfig file; absent: the cluster that the handler runs in. */
      readonly kubeconfig: string | undefined;
      /** Its context; absent: the current one. */
      readonly context: string | undefined;
    }
  | {
      readonly kind: 'oidc';
      readonly name: string;
      readonly issuer: string;
      /** The issuer's keys as JSON (JWKS); absent: where the issuer's discovery document says. */
      readonly keys: string | undefined;
    }
  | { readonly kind: 'hmac'; readonly name: string; readonly secrets: readonly Secret[] };

/** What hooks of one caller may do. In patterns `*` and `?` stand for no `/`. */
export interface HookGrant {
  readonly caller: string;
  /** Patterns of the namespaces that hooks run in; none for a caller by `hmac`. */
  readonly namespaces: readonly string[];
  /** Patterns of their service accounts; none for a caller by `hmac`. */
  readonly serviceAccounts: readonly string[];
  readonly argocd: string;
  readonly appProjects: readonly string[];
  /** Patterns of `name`, or of `namespace/name` outside of Argo CD's own namespace. */
  readonly applications: readonly string[];
  /** Which pipelines they may queue; with none they may only tell and wait. */
  readonly queue: readonly PipelinePatterns[];
}

/** The default of `hooks.audience`. */
export const defaultAudience = 'argocd-handler';

/** No hook may call. */
export const noHooks: HooksConfig = { audience: defaultAudience, callers: [], grants: [] };
