import type { InfoRow } from '../sync/model/operation.ts';
import { markerName } from '../sync/model/operation.ts';
import type { Parsed, Problem } from './fault.ts';

const mostLines = 100;
const longestValue = 1_024;

/**
 * Parses Argo CD's sync options, one `Key=value` per line. Which keys exist depends on Argo CD's
 * version, so keys are not checked here; `warnOfSyncOptions` warns about those that no version knows.
 */
export function parseSyncOptions(text: string): Parsed<readonly string[]> {
  const parsed = parseLines(text, /^[A-Za-z][A-Za-z0-9]{0,99}$/, {
    problem: 'this is not `Key=value`',
    advice: 'Write one sync option per line, such as `CreateNamespace=true`.',
  });
  if ('problems' in parsed) return parsed;
  return { value: parsed.value.map(({ name, value }) => `${name}=${value}`) };
}

/** Parses rows for the operation's information, one `name=value` per line. */
export function parseInfo(text: string): Parsed<readonly InfoRow[]> {
  const parsed = parseLines(text, /^[^\p{Cc}\p{Cf}\p{Cs}]{1,253}$/u, {
    problem: 'this is not `name=value`',
    advice: 'Write one row per line, such as `Change=CHG0012345`.',
  });
  if ('problems' in parsed || parsed.value.every(({ name }) => name !== markerName)) return parsed;
  const problem = {
    text: markerName,
    problem: 'this name marks the operation as belonging to this run',
    advice: 'Choose another name.',
  };
  return { problems: [problem] };
}

function parseLines(
  text: string,
  key: RegExp,
  malformed: Omit<Problem, 'text'>,
): Parsed<readonly InfoRow[]> {
  const lines = text
    .split(/[\n\r]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length > mostLines) {
    const problem = `at most ${mostLines} lines are allowed`;
    return { problems: [{ text: `${lines.length} lines`, problem, advice: 'Remove some.' }] };
  }
  const problems: Problem[] = [];
  const rows = new Map<string, string>();
  for (const line of lines) {
    const [name = '', value = ''] = splitOnce(line);
    if (!key.test(name) || value === '' || /\p{Cc}/u.test(value)) {
      problems.push({ text: line, ...malformed });
    } else if (value.length > longestValue) {
      const problem = `the value has more than ${longestValue} characters`;
      problems.push({ text: line, problem, advice: 'Shorten it.' });
    } else if (rows.has(name) && rows.get(name) !== value) {
      const problem = `${name} is given twice, with different values`;
      problems.push({ text: line, problem, advice: 'Keep one of the two.' });
    } else {
      rows.set(name, value);
    }
  }
  if (problems.length > 0) return { problems };
  return { value: [...rows].map(([name, value]) => ({ name, value })) };
}

function splitOnce(line: string): readonly string[] {
  const at = line.indexOf('=');
  return at < 0 ? [] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}
