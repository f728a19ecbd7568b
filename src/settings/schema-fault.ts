import type * as z from 'zod/mini';
import { nearest } from '../text/nearest.ts';
import type { Path, PathFault } from './path-fault.ts';
import { about } from './text-setting.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** The value that was read, and its schema. */
export interface Read {
  readonly schema: Schema;
  readonly value: unknown;
}

/** Converts an issue to faults in words for people. */
export function faultsOf(issue: Issue, read: Read, above: Path = []): readonly PathFault[] {
  const { value } = read;
  const path = [...above, ...issue.path.map((part) => (typeof part === 'symbol' ? '' : part))];
  const fault = (problem: string, advice: string) => [{ path, problem, advice }];
  switch (issue.code) {
    case 'custom':
      return fault(issue.message, String(issue.params?.['advice'] ?? ''));
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(read.schema, path, key));
    case 'invalid_union':
      return bestOf(issue.errors).flatMap((inner) => faultsOf(inner, read, path));
    case 'invalid_key':
      return issue.issues.flatMap((inner) => faultsOf({ ...inner, path: [] }, read, path));
    case 'invalid_value':
      return fault('not a valid choice', choose(valueAt(value, path), issue.values));
    case 'too_small':
    case 'too_big':
      // A list's bounds are tried on a text as well, whose type is reported.
      return isForeignBound(issue, read, path) ? [] : [{ path, ...outOfBounds(issue) }];
    case 'invalid_type':
      return [{ path, ...wrongType(read, path, issue.expected) }];
    default:
      return fault('it has the wrong format', issue.message);
  }
}

/** The value at a path; undefined if there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part)
        ? (inner as Readonly<Record<string | number, unknown>>)[part]
        : undefined,
    value,
  );
}

/** Of the forms that a setting may have, the intended one: its faults are deepest. */
function bestOf(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  return [...branches].sort((one, other) => depthOf(other) - depthOf(one))[0] ?? [];
}

/** The depth of the deepest fault; a form of a different type was not intended. */
function depthOf(issues: readonly Issue[]): number {
  const depths = issues.map((issue) => {
    const inside =
      issue.code === 'invalid_union'
        ? depthOf(bestOf(issue.errors))
        : issue.code === 'invalid_type'
          ? 0
          : 1;
    return issue.path.length + inside;
  });
  return Math.max(0, ...depths);
}

function unknownKey(schema: Schema, path: Path, key: string): PathFault {
  const known = schemasAt(schema, path).flatMap((form) => Object.keys(shapeOf(form) ?? {}));
  const meant = nearest(key, known);
  const place = meant ? undefined : placeOf(schema, path, key);
  const advice = place ? `It belongs in \`${place}\`.` : `Known settings: ${known.join(', ')}.`;
  return {
    path: [...path, key],
    problem: 'unknown setting',
    advice: meant ? `Did you mean \`${meant}\`?` : advice,
  };
}

/** Where a key is known that is at the wrong level: below it, or else anywhere. */
function placeOf(schema: Schema, path: Path, key: string): string | undefined {
  const names = path.map((part) => (typeof part === 'number' ? '[]' : part));
  const below = schemasAt(schema, path).map((form) => ({ form, names }));
  return [below, [{ form: schema, names: [] }]]
    .map((starts) => firstWith(key, starts))
    .find((found) => found !== undefined)
    ?.map((name, at) => (name === '[]' || at === 0 ? name : `.${name}`))
    .join('');
}

interface NamedSchema {
  readonly form: Schema;
  readonly names: readonly string[];
}

/** Levels of settings that are searched: no configuration has more. */
const mostLevels = 6;

/** The names that lead to the nearest mapping with a key, level by level. */
function firstWith(key: string, starts: readonly NamedSchema[]): readonly string[] | undefined {
  let level = starts;
  for (let depth = 0; depth < mostLevels; depth += 1) {
    const forms = level.flatMap(({ form, names }) =>
      formsOf(form).map((each) => ({ form: each, names })),
    );
    const found = forms.find(({ form }) => Object.hasOwn(shapeOf(form) ?? {}, key));
    if (found !== undefined && found.names.length > 0) return found.names;
    level = forms.flatMap(({ form, names }) => innerSchemas(form, names));
  }
  return undefined;
}

function innerSchemas(form: Schema, names: readonly string[]): readonly NamedSchema[] {
  const { def } = (form as z.core.$ZodTypes)._zod;
  if (def.type === 'array') return [{ form: def.element, names: [...names, '[]'] }];
  return Object.entries(shapeOf(form) ?? {}).map(([name, inner]) => ({
    form: inner,
    names: [...names, name],
  }));
}

/** The schemas that apply at a path: the schema itself, all that it wraps, and every form of a union. */
function schemasAt(schema: Schema, path: Path): readonly Schema[] {
  return path.reduce<readonly Schema[]>(
    (forms, part) => forms.flatMap((form) => formsOf(innerOf(form, part))),
    formsOf(schema),
  );
}

function formsOf(schema: Schema | undefined): readonly Schema[] {
  if (schema === undefined) return [];
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'pipe':
      return [schema, ...formsOf(def.in)];
    case 'optional':
    case 'default':
    case 'prefault':
      return [schema, ...formsOf(def.innerType)];
    case 'union':
      return [schema, ...def.options.flatMap(formsOf)];
    default:
      return [schema];
  }
}

function innerOf(schema: Schema, part: string | number): Schema | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'array') return typeof part === 'number' ? def.element : undefined;
  if (def.type === 'record') return def.valueType;
  const shape = shapeOf(schema);
  return shape !== undefined && Object.hasOwn(shape, part) ? shape[part] : undefined;
}

function shapeOf(schema: Schema): Readonly<Record<string, Schema>> | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'object' ? def.shape : undefined;
}

function descriptionAt(schema: Schema, path: Path): string | undefined {
  return schemasAt(schema, path)
    .map((form) => about.get(form)?.description)
    .find(Boolean);
}

function choose(given: unknown, choices: readonly unknown[]): string {
  const names = choices.map(String);
  const meant = typeof given === 'string' ? nearest(given, names) : undefined;
  return meant ? `Did you mean \`${meant}\`?` : `Choose one of: ${names.join(', ')}.`;
}

type Bound = Extract<Issue, { readonly code: 'too_small' | 'too_big' }>;

function isForeignBound({ origin }: Bound, { schema }: Read, path: Path): boolean {
  const types = schemasAt(schema, path).map((form) => (form as z.core.$ZodTypes)._zod.def.type);
  return origin === 'string' && !types.includes('string');
}

function outOfBounds(issue: Bound): Omit<PathFault, 'path'> {
  const bound = String(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  const side = issue.code === 'too_small' ? 'at least' : 'at most';
  if (issue.origin === 'string') {
    const advice = issue.code === 'too_small' ? 'Write more.' : 'Shorten it.';
    return { problem: `it must have ${side} ${bound} characters`, advice };
  }
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
  record: 'a mapping: `{ key: value }`, or one `key: value` per line',
  object: 'a mapping: `{ key: value }`, or one `key: value` per line',
  boolean: '`true` or `false`',
  int: 'a whole number',
  number: 'a whole number',
};

function wrongType({ schema, value }: Read, path: Path, expected: string): Omit<PathFault, 'path'> {
  const given = valueAt(value, path);
  const advice = `Write ${wanted[expected] ?? expected}.`;
  if (given === undefined) {
    return { problem: 'it is missing', advice: descriptionAt(schema, path) ?? advice };
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
