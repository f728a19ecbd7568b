import { tokenOf } from '../../inputs/token-text.ts';
import { isUnexpanded } from '../../inputs/unexpanded.ts';

const longest = 1_024;

/**
 * The token in an `Authorization` header: `Bearer <token>`, or the password of `Basic`, which is how a
 * Generic service connection sends it (the user name is ignored). Absent if there is none.
 */
export function presentedToken(authorization: string | undefined): string | undefined {
  const token = textOf(authorization);
  return /\s/.test(token) || token === '' || token.length > longest ? undefined : token;
}

/** What is presented in place of a token that Azure Pipelines did not expand, such as `$(token)`. */
export function presentedVariable(authorization: string | undefined): string | undefined {
  const token = textOf(authorization);
  return isUnexpanded(token) ? token : undefined;
}

/** What is presented as the token; empty if nothing is, or too much. */
function textOf(authorization: string | undefined): string {
  const [, scheme = '', text = ''] = /^(bearer|basic) +(\S.*)$/i.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() !== 'basic') return bounded(text);
  const pair = Buffer.from(text, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? '' : bounded(pair.slice(colon + 1));
}

/** The user name of `Basic`, as somebody typed it: foreign text, or empty. Proves nothing. */
export function presentedUser(authorization: string | undefined): string {
  const [, text = ''] = /^basic +(\S.*)$/i.exec(authorization ?? '') ?? [];
  const pair = Buffer.from(text.slice(0, 4 * longest), 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? '' : pair.slice(0, Math.min(colon, 100));
}

function bounded(text: string): string {
  return text.length > 2 * longest ? '' : tokenOf(text);
}
