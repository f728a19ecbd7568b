/** Marks that people and programs put around a token: quotes of all kinds, and backticks. */
const quotes =
  /^(["'`\u2018\u2019\u201A\u201C\u201D\u201E\u00AB\u00BB])(.*)(["'`\u2018\u2019\u201C\u201D\u00AB\u00BB])$/su;

/**
 * A token as it was meant: without blanks, line breaks and quotes around it, the word `Bearer` before
 * it, and letters that cannot be seen.
 */
export function tokenOf(text: string): string {
  let token = text.replace(/\p{Cf}/gu, '');
  for (let before = ''; before !== token;) {
    before = token;
    token = token
      .trim()
      .replace(/^(?:Authorization:\s*)?Bearer\s+/i, '')
      .replace(quotes, '$2');
  }
  return token;
}
