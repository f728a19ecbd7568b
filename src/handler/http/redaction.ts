import { Secret } from '../../secret.ts';
import { presentedToken } from '../access/presented-token.ts';

/** The tokens in the headers of a request, which may stand in other places as well by mistake. */
export function presentedSecrets(header: (name: string) => string | undefined): readonly Secret[] {
  const texts = [presentedToken(header('Authorization')), header('AuthToken')?.trim()];
  return texts.flatMap((text) => (text === undefined ? [] : [new Secret(text)]));
}

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

/**
 * Parses JSON. Its strings and names are without the secrets, which JSON can spell in several ways. Throws a
 * `SyntaxError` for anything else.
 */
export function parseRedacted(text: string, secrets: readonly Secret[]): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value === 'string') return redact(value, secrets);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [redact(name, secrets), each as unknown]),
    );
  });
}
