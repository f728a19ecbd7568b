import { readLabelSelector } from '../text/label-selector.ts';
import type { Parsed } from './fault.ts';

const longest = 4_096;

/**
 * Parses a Kubernetes label selector. Argo CD answers a malformed one with status 500 (recording
 * `errors`), which says too little, so its form is checked before anything is sent.
 */
export function parseLabelSelector(text: string): Parsed<string> {
  const selector = text.trim();
  const wrong =
    selector.length > longest
      ? `a selector has at most ${longest} characters`
      : readLabelSelector(selector) === undefined
        ? 'this is not a label selector'
        : undefined;
  if (wrong === undefined) return { value: selector };
  const advice = 'Write it as in kubectl, such as `team=shop,tier in (web,api)`.';
  return { problems: [{ text: selector, problem: wrong, advice }] };
}
