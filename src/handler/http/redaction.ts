import type { Secret } from '../../secret.ts';

/**
 * The text without the secrets. Azure Pipelines fills in a `$(System.AccessToken)` that somebody
 * typed into an input, so a body may hold the job's token (azure-devops.md §12.6).
 */
export function redact(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((cut, secret) => {
    const token = secret.reveal();
    return token === '' ? cut : cut.replaceAll(token, '***');
  }, text);
}
