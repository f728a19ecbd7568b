import { tokenOf } from '../../inputs/token-text.ts';

const longest = 1_024;

/**
 * The token in an `Authorization` header: `Bearer <token>`, or the password of `Basic`, which is how a
 * Generic service connection sends it (the user name is ignored). Absent if there is none.
 */
export function presentedToken(authorization: string | undefined): string | undefined {
  const [, scheme = '', text = ''] = /^(bearer|basic) +(\S.*)$/i.exec(authorization ?? '') ?? [];
  if (scheme.toLowerCase() !== 'basic') return bounded(text);
  const pair = Buffer.from(text, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : bounded(pair.slice(colon + 1));
}

/** The user name of `Basic`, as somebody typed it: foreign text, or empty. Proves nothing. */
export function presentedUser(authorization: string | undefined): string {
  const [, text = ''] = /^basic +(\S.*)$/i.exec(authorization ?? '') ?? [];
  const pair = Buffer.from(text.slice(0, 4 * longest), 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? '' : pair.slice(0, Math.min(colon, 100));
}

function bounded(text: string): string | undefined {
  if (text.length > 2 * longest) return undefined;
  const token = tokenOf(text);
  return /\s/.test(token) || token === '' || token.length > longest ? undefined : token;
}
