import { tokenOf } from '../../inputs/token-text.ts';
import { tokenHash } from '../access/token-digest.ts';

const shortest = 20;

/** The hash that the configuration stores of a token, or why the text is not usable as a token. */
export type HashedToken = { readonly hash: string } | { readonly problem: string };

/**
 * Hashes a token for `clients[].tokens`. White space around it is ignored, since files, `echo` and web pages
 * add it.
 */
export function hashToken(text: string): HashedToken {
  const token = tokenOf(text);
  if (token === '') {
    return {
      problem: 'No token: pass it on standard input, not as an argument.',
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
