import type { Expression } from './expression-syntax.ts';
import { parseExpression } from './expression-syntax.ts';
import { jsonPath } from './json-path.ts';

/** What an expression can access. */
export interface ExpressionScope {
  /** The parsed response. */
  readonly root: unknown;
  readonly response: {
    /** The name of the status, such as `OK`. */
    readonly statuscode: string;
    /** By lower-case name. */
    readonly headers: Readonly<Record<string, string>>;
    readonly content: unknown;
  };
  /** By lower-case name, like all variables. */
  readonly taskInputs: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
}

type Values = readonly unknown[];
type Function = (values: Values) => unknown;

/**
 * The value of an expression in a server task (azure-devops.md §1.6). Throws where the real behavior is
 * unknown, such as the count of nothing.
 */
export function evaluateExpression(source: string, scope: ExpressionScope): unknown {
  return valueOf(parseExpression(source), scope);
}

/** Whether a value counts as true. */
export function truth(value: unknown): boolean {
  return !(value == null || value === false || value === 0 || value === '');
}

function valueOf(expression: Expression, scope: ExpressionScope): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return named(expression.name, scope);
    case 'index':
      return indexed(
        valueOf(expression.of, scope),
        valueOf(expression.at, scope),
        ignoresCase(expression.of),
      );
    case 'call':
      return called(expression.name, expression.parameters, scope);
  }
}

function named(name: string, scope: ExpressionScope): unknown {
  switch (name.toLowerCase()) {
    case 'root':
      return scope.root;
    case 'response':
      return scope.response;
    case 'taskinputs':
      return scope.taskInputs;
    case 'variables':
      return scope.variables;
    default:
      throw new Error(`The expression names ${name}, which does not exist.`);
  }
}

/** Names in a response's JSON are case-sensitive; headers, inputs and variables are not. */
function ignoresCase(of: Expression): boolean {
  if (of.kind === 'name') return of.name.toLowerCase() !== 'root';
  return of.kind === 'index' && of.at.kind === 'literal' && isHeaders(of.of, of.at.value);
}

function isHeaders(of: Expression, at: unknown): boolean {
  return (
    of.kind === 'name' &&
    of.name.toLowerCase() === 'response' &&
    typeof at === 'string' &&
    at.toLowerCase() === 'headers'
  );
}

function indexed(of: unknown, at: unknown, anyCase: boolean): unknown {
  if (typeof of !== 'object' || of === null) return null;
  if (Array.isArray(of)) return typeof at === 'number' ? ((of[at] as unknown) ?? null) : null;
  const key = anyCase ? text(at).toLowerCase() : text(at);
  return Object.hasOwn(of, key) ? (of as Record<string, unknown>)[key] : null;
}

function called(name: string, parameters: readonly Expression[], scope: ExpressionScope): unknown {
  const lazy = parameters.map((one) => () => valueOf(one, scope));
  const known = name.toLowerCase();
  if (known === 'and') return counted(name, lazy, 2, Infinity).every((one) => truth(one()));
  if (known === 'or') return counted(name, lazy, 2, Infinity).some((one) => truth(one()));
  if (known === 'jsonpath') {
    return jsonPath(scope.root, text(counted(name, lazy, 1, 1)[0]?.()));
  }
  const found = functions.get(known);
  if (!found) throw new Error(`There is no function ${name}.`);
  const [least, most, run] = found;
  return run(counted(name, lazy, least, most).map((one) => one()));
}

function counted<T>(name: string, values: readonly T[], least: number, most: number) {
  if (values.length < least || values.length > most) {
    throw new Error(`The function ${name} does not take ${values.length} parameters.`);
  }
  return values;
}

const functions = new Map<string, readonly [least: number, most: number, run: Function]>([
  ['not', [1, 1, ([a]) => !truth(a)]],
  ['xor', [2, 2, ([a, b]) => truth(a) !== truth(b)]],
  ['eq', [2, 2, ([a, b]) => equal(a, b)]],
  ['ne', [2, 2, ([a, b]) => !equal(a, b)]],
  ['in', [2, Infinity, ([a, ...others]) => others.some((other) => equal(a, other))]],
  ['notin', [2, Infinity, ([a, ...others]) => !others.some((other) => equal(a, other))]],
  ['ge', [2, 2, ([a, b]) => compared(a, b, (order) => order >= 0)]],
  ['gt', [2, 2, ([a, b]) => compared(a, b, (order) => order > 0)]],
  ['le', [2, 2, ([a, b]) => compared(a, b, (order) => order <= 0)]],
  ['lt', [2, 2, ([a, b]) => compared(a, b, (order) => order < 0)]],
  ['contains', [2, 2, ([a, b]) => lower(a).includes(lower(b))]],
  ['startswith', [2, 2, ([a, b]) => lower(a).startsWith(lower(b))]],
  ['endswith', [2, 2, ([a, b]) => lower(a).endsWith(lower(b))]],
  ['count', [1, 1, ([a]) => count(a)]],
  ['isnullorempty', [1, 1, ([a]) => isNullOrEmpty(a)]],
  ['isurl', [1, 1, ([a]) => URL.canParse(text(a))]],
  ['split', [2, 2, ([a, b]) => text(a).split(text(b))]],
  ['intersect', [2, 2, ([a, b]) => items(a).filter((one) => items(b).some((o) => equal(one, o)))]],
]);

function count(value: unknown): number {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length;
  throw new Error('undefined behavior: count of something that is neither list nor object');
}

function isNullOrEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && value !== null) {
    throw new Error('undefined behavior: isNullOrEmpty of an object');
  }
  return text(value) === '';
}

function items(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw new Error('undefined behavior: intersect of something that is no list');
}

function lower(value: unknown): string {
  return text(value).toLowerCase();
}

/** The text of a value; undefined for a list or an object. */
function text(value: unknown): string {
  if (value == null) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new Error('undefined behavior: the text of a list or an object');
}

function number(value: unknown): number {
  if (value == null || value === '') return 0;
  return typeof value === 'object' ? NaN : Number(value);
}

/** The right side is converted to the type of the left one; if that fails, they are not equal. */
function equal(a: unknown, b: unknown): boolean {
  if (typeof a === 'number') return a === number(b);
  if (typeof a === 'boolean') return typeof b !== 'object' && a === truth(b);
  if (a === null || a === undefined) return b == null || b === '';
  if (typeof a === 'object' || (typeof b === 'object' && b !== null)) return a === b;
  return lower(a) === lower(b);
}

function compared(a: unknown, b: unknown, holds: (order: number) => boolean): boolean {
  if (typeof a === 'number' || typeof a === 'boolean') {
    const order = Number(a) - number(b);
    return !Number.isNaN(order) && holds(order);
  }
  const [left, right] = [lower(a), lower(b)];
  return holds(left < right ? -1 : left > right ? 1 : 0);
}
