/** Whose hook calls, as it was proven. */
export interface HookIdentity {
  /** Name of the caller in the configuration: a cluster, or a key. */
  readonly caller: string;
  /** Absent where a key was proven, which says nothing of a pod. */
  readonly account: ServiceAccount | undefined;
}

/** A service account of Kubernetes, and the pod that has its token. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  /** Absent in tokens that are bound to no pod. */
  readonly pod: string | undefined;
}

/** Why nobody is known to call. `unavailable` and `throttled`: ask again after so many seconds. */
export interface UnknownHook {
  readonly kind: 'unauthenticated' | 'unavailable' | 'throttled';
  /** One sentence, of what the call itself says and nothing more. */
  readonly message: string;
  readonly retryAfter?: number;
}

/** For logs, and to count by: `prod:shop/argocd-hooks`. */
export function printHookIdentity({ caller, account }: HookIdentity): string {
  return account === undefined ? caller : `${caller}:${account.namespace}/${account.name}`;
}

/**
 * Whether a pod can be that of a hook: it is called like it, or like a pod of it. Kubernetes cuts a
 * long name before it adds to it (`SimpleNameGenerator`: 58 characters of 63).
 */
export function isPodOf(hook: string, pod: string): boolean {
  const base = `${hook}-`;
  return pod === hook || pod.startsWith(base.slice(0, 58));
}
