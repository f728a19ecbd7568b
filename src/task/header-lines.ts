import { Secret } from '../secret.ts';
import type { Problem } from '../inputs/fault.ts';
import { unexpandedIn } from '../inputs/unexpanded.ts';

interface Header {
  readonly name: string;
  readonly value: Secret;
}

const most = 50;
/** A token of RFC 9110 §5.6.2. */
const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
const reserved = [
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
];

/**
 * Parses headers for a proxy in front of Argo CD, one `Name: value` per line. Problems never contain the
 * value, which may be a secret.
 */
export function parseHeaders(text: string | undefined): {
  readonly headers: readonly Header[];
  readonly problems: readonly Problem[];
} {
  const lines = (text ?? '').split(/[\n\r]/).filter((line) => line.trim() !== '');
  const headers: Header[] = [];
  const problems: Problem[] = [];
  if (lines.length > most) {
    const problem = `there are more than ${most} extra headers`;
    return { headers, problems: [{ text: '', problem, advice: 'Remove some.' }] };
  }
  lines.forEach((line, index) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    const value = line.slice(colon + 1).trim();
    const where = `line ${index + 1} of the extra headers`;
    // In the whole line: a variable may stand for it, or for the name.
    const missing = unexpandedIn(line);
    if (missing.length > 0) {
      const advice = 'Enter its value in the service connection.';
      const problem = `${where} contains a variable, but connections do not expand variables`;
      // The rest of the line may be a secret.
      for (const { text: variable } of missing) problems.push({ text: variable, problem, advice });
    } else if (!headerName.test(name) || !/^[\x20-\x7e]+$/.test(value)) {
      const advice = 'Write one header per line, in ASCII characters.';
      problems.push({ text: '', problem: `${where} is not \`Name: value\``, advice });
    } else if (reserved.includes(name.toLowerCase())) {
      const advice = 'Remove it: the task sets it.';
      problems.push({
        text: name,
        problem: `${where} sets a header that the task sets itself`,
        advice,
      });
    } else {
      headers.push({ name, value: new Secret(value) });
    }
  });
  return { headers, problems };
}
