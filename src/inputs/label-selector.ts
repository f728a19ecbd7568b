import type { Parsed } from './fault.ts';

const longest = 4_096;
const key = /^[A-Za-z0-9](?:[-A-Za-z0-9_./]{0,316}[A-Za-z0-9])?$/;
const value = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/**
 * A Kubernetes label selector. Argo CD answers a malformed one with status 500 (recording
 * `errors`), which says too little: so its form is checked before anything is sent.
 */
export function parseLabelSelector(text: string): Parsed<string> {
  const selector = text.trim();
  const wrong =
    selector.length > longest
      ? `a selector has at most ${longest} characters`
      : splitRequirements(selector).every(isRequirement)
        ? undefined
        : 'this is not a label selector';
  if (wrong === undefined) return { value: selector };
  const advice = 'Write it as for kubectl, such as `team=shop,tier in (web,api)`.';
  return { problems: [{ text: selector, problem: wrong, advice }] };
}

/** Splits at the commas that stand outside parentheses. */
function splitRequirements(selector: string): readonly string[] {
  const parts: string[] = [];
  let open = false;
  let start = 0;
  for (let at = 0; at < selector.length; at++) {
    if (selector[at] === '(') open = true;
    else if (selector[at] === ')') open = false;
    else if (selector[at] === ',' && !open) {
      parts.push(selector.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, selector.slice(start).trim()];
}

function isRequirement(text: string): boolean {
  if (text.endsWith(')')) {
    const open = text.indexOf('(');
    const [name = '', operator, ...rest] = text.slice(0, Math.max(0, open)).trim().split(/\s+/);
    const values = text.slice(open + 1, -1).split(',');
    return (
      key.test(name) &&
      (operator === 'in' || operator === 'notin') &&
      rest.length === 0 &&
      values.every((each) => value.test(each.trim()))
    );
  }
  const at = text.search(/[=!<>]/);
  if (at < 0) return key.test(text);
  if (at === 0) return text.startsWith('!') && key.test(text.slice(1).trim());
  const operator = ['==', '!=', '=', '<', '>'].find((each) => text.startsWith(each, at));
  if (operator === undefined) return false;
  return key.test(text.slice(0, at).trim()) && value.test(text.slice(at + operator.length).trim());
}
