/** Marks that people and programs put around a token, or leave on one side of it: no token has any. */
const quotes =
  /^["'`\u2018-\u201F\u2039\u203A\u00AB\u00BB]+|["'`\u2018-\u201F\u2039\u203A\u00AB\u00BB]+$/gu;

/**
 * A token as it was meant: without spaces, line breaks and quotes around it, the word `Bearer` before
 * it, and letters that cannot be seen.
 */
export function tokenOf(text: string): string {
  let token = text.replace(/\p{Cf}/gu, '');
  for (let before = ''; before !== token;) {
    before = token;
    token = token
      .trim()
      .replace(/^(?:Authorization:\s*)?Bearer\s+/i, '')
      .replace(quotes, '');
  }
  return token;
}
