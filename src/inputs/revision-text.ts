import type { Problem } from './fault.ts';

const longest = 1_024;

/**
 * What is wrong with a revision, if anything. Git accepts nearly any name, and Helm a range with spaces
 * (`>=1.2 <2`), so only what can be neither is refused.
 */
export function revisionProblem(text: string): Problem | undefined {
  const advice = 'Specify a commit, branch or tag, or for a Helm chart a version or range.';
  if (text.trim() === '') return { text, problem: 'the revision is empty', advice };
  if (text.length > longest) {
    return { text, problem: `a revision has at most ${longest} characters`, advice };
  }
  if (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text)) {
    return { text, problem: 'the revision contains a control or invisible character', advice };
  }
  return undefined;
}
