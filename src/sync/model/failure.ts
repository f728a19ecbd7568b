/**
 * What a failed call means to its caller. Argo CD uses one status for several of these, so they are
 * distinguished once, in the adapter (argo-cd.md §1.2; recordings `errors`, `window-closed`).
 */
export type Failure =
  /** The token is missing, wrong or expired. */
  | 'unauthenticated'
  /** The token may not do this. */
  | 'forbidden'
  /**
   * The token may not read it, or it does not exist: without a project, Argo CD does not say which.
   */
  | 'hidden'
  | 'not-found'
  /** A sync window denies it. */
  | 'window-closed'
  /** Another operation holds the application. */
  | 'busy'
  /** There is no operation to terminate, or not yet. */
  | 'no-operation'
  /** An application with auto-sync accepts no other revision, and no rollback. */
  | 'auto-sync'
  | 'deleting'
  /** The request itself is refused: bad revision, bad option. */
  | 'refused'
  /** An internal error of Argo CD, which may be permanent. */
  | 'internal'
  /** Argo CD is down, overloaded or restarting: worth a retry. */
  | 'unavailable'
  /** No response: the call may have taken effect. */
  | 'unclear'
  /** The response is not from Argo CD: wrong URL, wrong root path, a proxy's login page. */
  | 'not-argocd'
  /** No connection, for a reason that waiting does not fix: TLS, host name. */
  | 'unreachable';

/**
 * Whether the request may be to blame, or something that passes: it is repeated for
 * `unknownErrorLimit`. Where reading works, something other than Argo CD that responds to a change
 * is not an outage, but for example a firewall that blocks changes.
 */
export function isUnknownError(failure: Failure | undefined): boolean {
  return failure === 'internal' || failure === 'not-argocd';
}
