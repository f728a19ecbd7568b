/**
 * How the command ends. Argo CD sees only whether a Job succeeded; a `podFailurePolicy` can tell apart
 * what is worth another pod. Part of the documented surface (docs/hooks.md).
 */
export const exitCodes = {
  success: 0,
  /** The follow-up did not succeed, or can never be done as it is. */
  failed: 1,
  /** Wrong words, or settings that are missing: another try changes nothing. */
  usage: 2,
  /** Nobody could be asked, for as long as was allowed. */
  unreachable: 3,
  /** The follow-up had not ended when the time was up; it goes on. */
  timeout: 4,
  /** SIGTERM: Kubernetes ends the pod. */
  terminated: 143,
} as const;
/** One of them. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
