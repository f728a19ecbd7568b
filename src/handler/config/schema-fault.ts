import type * as z from 'zod/mini';
import { configJsonSchema, type JsonSchema } from './config-json-schema.ts';
import { nearest } from '../../text/nearest.ts';
import type { PathFault } from './references.ts';
import type { Path } from './yaml-document.ts';

type Issue = z.core.$ZodIssue;

const jsonSchema = configJsonSchema();

/** The faults of an issue, in words for people. `value` is what was read as a whole. */
export function faultsOf(issue: Issue, value: unknown, above: Path = []): readonly PathFault[] {
  const path = [...above, ...issue.path.map((part) => (typeof part === 'symbol' ? '' : part))];
  const fault = (problem: string, advice: string) => [{ path, problem, advice }];
  switch (issue.code) {
    case 'custom':
      return fault(issue.message, String(issue.params?.['advice'] ?? ''));
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key));
    case 'invalid_union':
      return bestOf(issue.errors).flatMap((inner) => faultsOf(inner, value, path));
    case 'invalid_value':
      return fault('not a valid choice', choose(valueAt(value, path), issue.values));
    case 'too_small':
    case 'too_big':
      return [{ path, ...outOfBounds(issue) }];
    case 'invalid_type':
      return [{ path, ...wrongType(path, issue.expected, valueAt(value, path)) }];
    default:
      return fault('it has the wrong format', issue.message);
  }
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part)
        ? (inner as Readonly<Record<string | number, unknown>>)[part]
        : undefined,
    value,
  );
}

/** Of two forms that a setting may have, the one that was tried: its faults lie further inside. */
function bestOf(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) =>
    Math.max(0, ...issues.map(({ code, path }) => (code === 'invalid_type' ? path.length : 1)));
  return [...branches].sort((one, other) => depth(other) - depth(one))[0] ?? [];
}

function unknownKey(path: Path, key: string): PathFault {
  const known = formsOf(schemaAt(path)).flatMap(({ properties = {} }) => Object.keys(properties));
  const meant = nearest(key, known);
  return {
    path: [...path, key],
    problem: 'unknown setting',
    advice: meant ? `Did you mean \`${meant}\`?` : `Known settings: ${known.join(', ')}.`,
  };
}

function schemaAt(path: Path): JsonSchema {
  return path.reduce<JsonSchema>((schema, part) => {
    const forms = formsOf(schema);
    if (typeof part === 'number') return forms.find(({ items }) => items)?.items ?? {};
    return forms.find(({ properties }) => properties?.[part])?.properties?.[part] ?? {};
  }, jsonSchema);
}

function formsOf(schema: JsonSchema): readonly JsonSchema[] {
  return [schema, ...(schema.anyOf ?? [])];
}

function choose(given: unknown, choices: readonly unknown[]): string {
  const names = choices.map(String);
  const meant = typeof given === 'string' ? nearest(given, names) : undefined;
  return meant ? `Did you mean \`${meant}\`?` : `Choose one of: ${names.join(', ')}.`;
}

type Bound = Extract<Issue, { readonly code: 'too_small' | 'too_big' }>;

function outOfBounds(issue: Bound): Omit<PathFault, 'path'> {
  const bound = String(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  const side = issue.code === 'too_small' ? 'at least' : 'at most';
  if (issue.origin !== 'array') {
    return { problem: `it must be ${side} ${bound}`, advice: 'Choose another number.' };
  }
  return issue.code === 'too_small'
    ? { problem: 'the list is empty', advice: 'Add at least one entry, or remove the list.' }
    : { problem: `the list has more than ${bound} entries`, advice: 'Remove some.' };
}

const wanted: Readonly<Record<string, string>> = {
  string: 'a string, in quotes if it looks like something else',
  array: 'a list: `[a, b]`, or one `- …` per line',
  object: 'a mapping: `{ key: value }`, or one `key: value` per line',
  boolean: '`true` or `false`',
  int: 'a whole number',
  number: 'a whole number',
};

function wrongType(path: Path, expected: string, given: unknown): Omit<PathFault, 'path'> {
  const advice = `Write ${wanted[expected] ?? expected}.`;
  if (given === undefined) {
    return { problem: 'it is missing', advice: schemaAt(path).description ?? advice };
  }
  if (given === null) {
    return { problem: 'it is empty', advice: `${advice} Or remove the key.` };
  }
  return { problem: `it is ${kindOf(given)}`, advice };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return 'a string';
  return typeof value === 'boolean' ? '`true` or `false`' : 'a number';
}
