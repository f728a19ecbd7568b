/**
 * The exit codes. Argo CD sees only whether a Job succeeded; a `podFailurePolicy` can use them to decide
 * which failures deserve another pod. Part of the documented surface (docs/hooks.md).
 */
export const exitCodes = {
  success: 0,
  /** The follow-up did not succeed, or was refused. */
  failed: 1,
  /** Invalid or missing arguments: a retry changes nothing. */
  usage: 2,
  /** The handler could not be reached within `--retry-for`. */
  unreachable: 3,
  /** The follow-up did not end within `--timeout`; it keeps running. */
  timeout: 4,
  /** SIGTERM: Kubernetes terminated the pod. */
  terminated: 143,
} as const;
/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
