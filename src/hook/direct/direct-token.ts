import { systemClock } from '../../async/clock.ts';
import { IdentityError } from '../../azure/identity/identity-error.ts';
import { IdentityTokens } from '../../azure/identity/identity-tokens.ts';
import { PipelineError } from '../../azure/pipelines/pipeline-error.ts';
import { Secret } from '../../secret.ts';
import { CallFailed, readSecret } from '../handler-client.ts';
import type { DirectDestination, Environment } from '../direct-module.ts';

/** Returns a token for each call. Rejects with a `PipelineError`, or the signal's reason. */
export type DirectToken = (signal: AbortSignal) => Promise<Secret>;

/**
 * The tokens with which the hook calls Azure DevOps. Files are read for each token, because they are
 * rotated.
 */
export function directToken(
  credential: DirectDestination['credential'],
  env: Environment,
): DirectToken {
  switch (credential.kind) {
    case 'patFile':
      return () => Promise.resolve(fileOf(credential.file));
    case 'patVariable':
      return () => Promise.resolve(variableOf(credential.variable, env));
    case 'workloadIdentity':
      return tokensOfWorkload(credential);
  }
}

function tokensOfWorkload(
  identity: Extract<DirectDestination['credential'], { kind: 'workloadIdentity' }>,
): DirectToken {
  const tokens = new IdentityTokens(identity, { clock: systemClock });
  return async (signal) => {
    try {
      return await tokens.token(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof IdentityError)) throw error;
      throw new PipelineError(`${error.message}.`, {
        kind: error.isFinal ? 'refused' : 'unavailable',
        reason: 'noToken',
        advice: error.isFinal
          ? 'Compare --tenant, --client-id and the federated credential of the identity with the service account of this pod (docs/hooks.md).'
          : '',
      });
    }
  };
}

function fileOf(file: string): Secret {
  try {
    return readSecret(file, 'personal access token');
  } catch (error) {
    // The Azure client would treat a `CallFailed` as an outage.
    if (!(error instanceof CallFailed)) throw error;
    throw new PipelineError(error.message, { kind: 'refused', reason: 'noToken', advice: '' });
  }
}

function variableOf(name: string, env: Environment): Secret {
  const text = env[name]?.trim() ?? '';
  if (text !== '') return new Secret(text);
  throw new PipelineError(`The environment variable ${name} is not set.`, {
    kind: 'refused',
    reason: 'noToken',
    advice: 'Set it from a Secret, or use --pat-file.',
  });
}
