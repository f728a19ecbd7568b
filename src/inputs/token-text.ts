/** Quotes that people and programs leave around a token, or on one side of it. Tokens contain none. */
const quotes =
  /^["'`\u2018-\u201F\u2039\u203A\u00AB\u00BB]+|["'`\u2018-\u201F\u2039\u203A\u00AB\u00BB]+$/gu;

/**
 * The intended token: without surrounding spaces, line breaks and quotes, without a leading `Bearer`,
 * and without invisible characters.
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
