import { tokenOf } from '../../inputs/token-text.ts';
import { isUnexpanded } from '../../inputs/unexpanded.ts';
import { Secret } from '../../secret.ts';
import type { Setting } from '../../settings/setting.ts';

/** A token that is valid in a header, without surrounding white space. */
export function parseSecret(given: string, shortest = 1): Setting<Secret> {
  const text = tokenOf(given);
  if (text === '') {
    const advice = 'Provide it by reference: `${file:/path}` or `${env:NAME}`.';
    return { problem: 'it is empty', advice };
  }
  if (isUnexpanded(text)) {
    const problem = `it is ${text}, which is not expanded here`;
    return { problem, advice: 'Provide it by reference: `${file:/path}` or `${env:NAME}`.' };
  }
  if (!/^[\x21-\x7e]+$/.test(text)) {
    const problem = 'it contains spaces, line breaks or non-ASCII characters, which no token does';
    return { problem, advice: 'Check what the file or the variable contains.' };
  }
  if (text.length >= shortest) return { value: new Secret(text) };
  const problem = `it has fewer than ${shortest} characters and could be guessed`;
  return { problem, advice: 'Generate one with `handler new-key`.' };
}

/** SHA-256 of a client's token, hexadecimal, from `sha256:…`. */
export function parseTokenHash(text: string): Setting<string> {
  const [, digits] = /^sha256:([0-9a-f]{64})$/i.exec(text) ?? [];
  if (digits !== undefined) return { value: digits.toLowerCase() };
  return {
    problem: 'it is not `sha256:` and 64 hexadecimal digits',
    advice: 'Hash the token with `handler hash-token`; do not put the token itself here.',
  };
}
