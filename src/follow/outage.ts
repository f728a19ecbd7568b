import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Failure } from '../sync/failure.ts';
import { UserError } from '../sync/user-error.ts';

/** What a failed look at an application means: the end, nothing yet, or a pause. */
export type LookFailure =
  | { readonly kind: 'fatal'; readonly error: UserError }
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'away'; readonly reason: string };

/**
 * Judges a failed look. `seen`: the application was seen before, so that what looks like a wrong
 * address is an outage, and a missing application a deleted one.
 */
export function judgeLook(
  error: unknown,
  name: string,
  project: string,
  seen: boolean,
): LookFailure {
  if (error instanceof UserError) return { kind: 'fatal', error };
  if (!(error instanceof ArgoCDError)) throw error;
  const { failure, reason } = error;
  switch (failure) {
    case 'unavailable':
    case 'unclear':
    case 'internal':
      return { kind: 'away', reason };
    case 'not-argocd':
    case 'unreachable':
      return seen ? { kind: 'away', reason } : fatal(error, addressAdvice[failure]);
    case 'not-found':
    case 'hidden':
      if (failure === 'hidden' && (project !== '' || seen)) return fatal(error, rightsAdvice);
      return { kind: 'missing', reason: missingReason(name, project, failure) };
    case 'unauthenticated':
    case 'forbidden':
    case 'refused':
    case 'busy':
    case 'window-closed':
    case 'no-operation':
    case 'auto-sync':
    case 'deleting':
      return failure === 'unauthenticated'
        ? {
            kind: 'fatal',
            error: new UserError(`Argo CD does not accept the token: ${reason}`, tokenAdvice, {
              cause: error,
            }),
          }
        : fatal(error, rightsAdvice);
  }
}

const addressAdvice: Partial<Record<Failure, string>> = {
  'not-argocd':
    'Check the URL in the service connection, or in the configuration of the handler: with its root path if Argo CD has one, and with what stands in front of it.',
  unreachable:
    'Check URL, port and CA certificate in the service connection, or in the configuration of the handler.',
};
const tokenAdvice =
  'The token is wrong, expired or revoked: make a new one, and put it into the service connection or the configuration of the handler.';
const rightsAdvice =
  'Give the token\'s role "applications, get" and "applications, sync" on project/application, and check "project" (README, "Least rights").';

function fatal(error: ArgoCDError, advice = ''): LookFailure {
  return { kind: 'fatal', error: new UserError(error.message, advice, { cause: error }) };
}

function missingReason(name: string, project: string, failure: 'not-found' | 'hidden'): string {
  return failure === 'not-found'
    ? `There is no application "${name}" in project "${project}"`
    : `There is no application "${name}", or the token may not read it: set "project", and Argo CD tells which`;
}
