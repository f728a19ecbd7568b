/** Whose hook is calling, as proven. */
export interface HookIdentity {
  /** Name of the caller in the configuration: a cluster, or a key. */
  readonly caller: string;
  /** Absent for a key, which does not identify a pod. */
  readonly account: ServiceAccount | undefined;
}

/** A Kubernetes service account, and the pod that holds its token. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  /** Absent for tokens that are not bound to a pod. */
  readonly pod: string | undefined;
}

/** Why the caller is not known. `unavailable`, `throttled`: retry after that many seconds. */
export interface UnknownHook {
  readonly kind: 'unauthenticated' | 'unavailable' | 'throttled';
  /** One sentence that repeats only what the call contains. */
  readonly message: string;
  readonly retryAfter?: number;
}

/** For logs and rate limits: `prod:shop/argocd-hooks`. */
export function printHookIdentity({ caller, account }: HookIdentity): string {
  return account === undefined ? caller : `${caller}:${account.namespace}/${account.name}`;
}

/**
 * Whether a pod can be that of a hook: it has the hook's name, or a generated name that starts with it.
 * Kubernetes truncates a long name before it adds a suffix (`SimpleNameGenerator`: 58 characters of 63).
 */
export function isPodOf(hook: string, pod: string): boolean {
  const base = `${hook}-`;
  return pod === hook || pod.startsWith(base.slice(0, 58));
}
