/**
 * What a failed call means to whoever made it. Argo CD says several of these with one status, so
 * they are told apart once, in the adapter (argo-cd.md §1.2; recordings `errors`, `window-closed`).
 */
export type Failure =
  /** The token is missing, wrong or expired. */
  | 'unauthenticated'
  /** The token may not do this. */
  | 'forbidden'
  /** The token may not read it, or it does not exist: without a project Argo CD does not tell. */
  | 'hidden'
  | 'not-found'
  /** A sync window denies it. */
  | 'window-closed'
  /** Another operation holds the application. */
  | 'busy'
  /** There is no operation to terminate, or not yet. */
  | 'no-operation'
  /** An auto-sync application takes no other revision, and no rollback. */
  | 'auto-sync'
  | 'deleting'
  /** The request itself is refused: bad revision, bad option. */
  | 'refused'
  /** Argo CD broke while it worked: it may be lasting. */
  | 'internal'
  /** Argo CD is away, overloaded or between restarts: worth another try. */
  | 'unavailable'
  /** No answer came: the call may have been carried out. */
  | 'unclear'
  /** The answer is not Argo CD's: wrong URL, wrong root path, a proxy's login page. */
  | 'not-argocd'
  /** No connection, for a reason that waiting does not mend: TLS, name. */
  | 'unreachable';
