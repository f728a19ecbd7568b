import type { Secret } from '../../secret.ts';

/**
 * The text without the secrets. Azure Pipelines expands `$(System.AccessToken)` in inputs, so a body may
 * contain the job's token (azure-devops.md §12.6).
 */
export function redact(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((cut, secret) => {
    const token = secret.reveal();
    return token === '' ? cut : cut.replaceAll(token, '***');
  }, text);
}
