import { tokenOf } from '../../inputs/token-text.ts';
import { tokenHash } from '../access/token-digest.ts';

const shortest = 20;

/** What the configuration holds of a connection's token, or why the token is not fit to be one. */
export type HashedToken = { readonly hash: string } | { readonly problem: string };

/**
 * Hashes a token for `clients[].tokens`: what is around it does not count, since that is how it comes
 * from a file, from `echo`, or from a page.
 */
export function hashToken(text: string): HashedToken {
  const token = tokenOf(text);
  if (token === '') {
    return {
      problem: 'There is no token: pass it on standard input, not as an argument.',
    };
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    return {
      problem:
        'The token contains spaces, line breaks or non-ASCII characters, which a header cannot contain.',
    };
  }
  if (token.length < shortest) {
    return {
      problem: `The token has fewer than ${shortest} characters and could be guessed: generate one with \`handler new-key\`.`,
    };
  }
  return { hash: `sha256:${tokenHash(token).toString('hex')}` };
}
