import type { Fault } from '../../inputs/fault.ts';
import { plainLine } from '../../text/foreign-text.ts';

/** The texts of a request by name. Absent: not given. */
export type Sections = ReadonlyMap<string, string>;

type Reading = { readonly sections: Sections } | { readonly faults: readonly Fault[] };

/** How many names a fault lists; the rest is counted. */
const mostNames = 10;

/**
 * Parses the body of a request: a JSON object, or sections (azure-devops.md §12.5). `names`: the known ones,
 * in the order of sections. `added`: those that an older task does not send.
 */
export function readBody(
  body: string,
  contentType: string | undefined,
  planId: string,
  names: readonly string[],
  added: readonly string[] = [],
): Reading {
  const saysJson = /^application\/([\w.-]+\+)?json\b/i.test(contentType ?? '');
  const isJson = /^\s*\{/.test(body) || (saysJson && !body.startsWith('--'));
  return isJson ? readJson(body, names) : readSections(body, planId, names, added);
}

/**
 * Parses sections: a line `--<plan id> <name>`, then the raw value up to the next such line. Azure Pipelines
 * inserts values unchanged, so a value may contain anything, even a line that looks like a section of this
 * plan. Then a name occurs twice, and the whole request is refused.
 */
export function readSections(
  text: string,
  planId: string,
  known: readonly string[],
  added: readonly string[] = [],
): Reading {
  const found = splitSections(text, planId);
  if (found.length === 0) {
    const problem = `it has no line \`--${planId} <name>\`, which starts a section`;
    const advice = 'Send the sections that the documentation of the handler lists, or JSON.';
    return refuse(problem, advice);
  }
  const order = found.map(({ name }) => name);
  // All or none of the added ones: a task never sends only some.
  const isOlder = !order.some((name) => added.includes(name));
  const names = isOlder ? known.filter((name) => !added.includes(name)) : known;
  const faults = [
    ...faultsOfPreamble(text, found[0]?.start ?? 0),
    ...faultsOfNames(order, names),
    ...faultsOfOrder(order, names),
  ];
  if (faults.length > 0) return { faults };
  return { sections: new Map(found.map(({ name, value }) => [name, value])) };
}

interface Section {
  readonly start: number;
  readonly name: string;
  readonly value: string;
}

function splitSections(text: string, planId: string): readonly Section[] {
  const starts = startsIn(text, planId);
  // The sender uses one kind of line break; values may contain others.
  const lineBreak = lineAt(text, starts[0] ?? 0).endsWith('\r') ? '\r\n' : '\n';
  return starts.map((start, index) => {
    const line = lineAt(text, start);
    const value = text.slice(start + line.length + 1, starts[index + 1]);
    return { start, name: nameIn(line, planId), value: dropLineBreak(value, lineBreak) };
  });
}

/**
 * The starts of the lines that start a section. Searched by hand, since a pattern would have to be compiled
 * for every plan.
 */
function startsIn(text: string, planId: string): readonly number[] {
  const wanted = planId.toLowerCase();
  const starts: number[] = [];
  for (let at = text.startsWith('--') ? 0 : lineWith('--', text, 0); at >= 0;) {
    const id = text.slice(at + 2, at + 2 + wanted.length);
    if (id.toLowerCase() === wanted) starts.push(at);
    at = lineWith('--', text, at);
  }
  return starts;
}

/** The start of the next line with the prefix; -1 if there is none. */
function lineWith(prefix: string, text: string, from: number): number {
  const found = text.indexOf(`\n${prefix}`, from);
  return found < 0 ? -1 : found + 1;
}

function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? undefined : end);
}

/** Anything not written exactly like this is not a known name. */
function nameIn(line: string, planId: string): string {
  const text = line.replace(/\r$/, '');
  const prefix = `--${planId} `;
  return text.length > prefix.length && text.charAt(prefix.length - 1) === ' '
    ? text.slice(prefix.length)
    : text;
}

function dropLineBreak(value: string, lineBreak: string): string {
  if (value.endsWith(lineBreak)) return value.slice(0, -lineBreak.length);
  return value.endsWith('\n') ? value.slice(0, -1) : value;
}

function faultsOfPreamble(text: string, first: number): readonly Fault[] {
  if (text.slice(0, first).trim() === '') return [];
  return [fault('there is text before the first section', 'Start the body with a section.')];
}

function faultsOfNames(order: readonly string[], names: readonly string[]): readonly Fault[] {
  const counts = new Map<string, number>();
  for (const name of order) counts.set(name, (counts.get(name) ?? 0) + 1);
  const unknown = [...counts.keys()].filter((name) => !names.includes(name));
  const repeated = [...counts].filter(([name, count]) => count > 1 && names.includes(name));
  const missing = names.filter((name) => !counts.has(name));
  const faults: Fault[] = [];
  if (unknown.length > 0) faults.push(unknownNames('section', unknown));
  if (repeated.length > 0) {
    const problem = `sections occur more than once: ${list(repeated.map(([name]) => name))}`;
    const advice = 'Look for an input with a line that starts with `--` and the ID of the plan.';
    faults.push(fault(problem, advice));
  }
  if (missing.length > 0) {
    const advice = 'Use the same version of the task and the handler.';
    faults.push(fault(`sections are missing: ${list(missing)}`, advice));
  }
  return faults;
}

/** Only if all names are right; otherwise, it says nothing new. */
function faultsOfOrder(order: readonly string[], names: readonly string[]): readonly Fault[] {
  if (order.length !== names.length || names.some((name) => !order.includes(name))) return [];
  const misplaced = order.find((name, index) => name !== names[index]);
  if (misplaced === undefined) return [];
  const advice = `The order is ${names.join(', ')}.`;
  return [fault(`the section ${misplaced} is out of order`, advice)];
}

/** Parses an object of strings, numbers and booleans. */
export function readJson(text: string, names: readonly string[]): Reading {
  const parsed = parseObject(text);
  if ('faults' in parsed) return parsed;
  const { entries } = parsed;
  const faults: Fault[] = [];
  const unknown = entries.map(([name]) => name).filter((name) => !names.includes(name));
  if (unknown.length > 0) faults.push(unknownNames('name', unknown));
  const wrong = entries.filter(([, value]) => !isScalar(value)).map(([name]) => name);
  if (wrong.length > 0) {
    const problem = `values are neither strings nor numbers nor booleans: ${list(wrong)}`;
    faults.push(fault(problem, 'Write lists as text, with commas or line breaks.'));
  }
  // Readers differ in which of two equal names they believe. In a flat object, every string before a colon is
  // a name.
  if (faults.length === 0 && countNames(text) > entries.length) {
    const advice =
      'Look for a variable whose value contains quotes: values are inserted without escaping.';
    faults.push(fault('a name occurs more than once', advice));
  }
  if (faults.length > 0) return { faults };
  return { sections: new Map(entries.map(([name, value]) => [name, String(value)])) };
}

function parseObject(
  text: string,
): { readonly entries: readonly (readonly [string, unknown])[] } | { faults: readonly Fault[] } {
  const advice = 'Variables are inserted without escaping: quotes and line breaks break JSON.';
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return refuse('it is not a JSON object', 'Write `{ "argocd": "…", … }`.');
    }
    return { entries: Object.entries(value) };
  } catch (error) {
    const reason = error instanceof Error ? plainLine(error.message, 120) : 'unreadable';
    return refuse(`it is not JSON: ${reason}`, advice);
  }
}

function countNames(json: string): number {
  const strings = json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g);
  return [...strings].filter(([, colon]) => colon !== undefined).length;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function unknownNames(what: string, names: readonly string[]): Fault {
  const advice = 'Check the spelling, and that task and handler have the same version.';
  return fault(`unknown ${what}: ${list(names)}`, advice);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((name) => `"${plainLine(name, 40)}"`);
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function refuse(problem: string, advice: string): { readonly faults: readonly Fault[] } {
  return { faults: [fault(problem, advice)] };
}

function fault(problem: string, advice: string): Fault {
  return { input: 'body', value: '', problem, advice };
}
