import type { Schema } from './closed-schema.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'body';
  readonly required?: boolean;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly schema?: Schema;
}

/** One operation of Microsoft's description, with the additions of `operations.json`. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly file: string;
  /** Versions from the published descriptions and from recordings. */
  readonly apiVersions: readonly string[];
  readonly consumes: readonly string[];
  readonly parameters: readonly Parameter[];
  /** By status, as text; undefined if no body is described. */
  readonly answers: ReadonlyMap<string, Schema | undefined>;
}

interface Template {
  readonly operation: Operation;
  readonly segments: readonly string[];
  /** Query parameters in the template itself. */
  readonly query: readonly string[];
}

export interface Found {
  readonly operation: Operation;
  readonly values: ReadonlyMap<string, string>;
}

const isParameter = (segment: string) => segment.startsWith('{');

function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/').slice(1);
}

/** Finds the operation of a request like Azure DevOps does, ignoring case. */
export class OperationIndex {
  readonly #templates = new Map<string, Template[]>();

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) {
      const [path = '', query = ''] = operation.path.split('?');
      const segments = segmentsOf(path);
      const key = this.#key(operation.method, segments);
      const template = { operation, segments, query: [...new URLSearchParams(query).keys()] };
      this.#templates.set(key, [...(this.#templates.get(key) ?? []), template]);
    }
  }

  find(method: string, path: string, query: URLSearchParams): Found | undefined {
    const segments = segmentsOf(path);
    const candidates = this.#templates.get(this.#key(method, segments)) ?? [];
    const [best] = candidates
      .filter((template) => fits(template, segments))
      .sort((a, b) => compare(a, b, query));
    if (!best) return undefined;
    const values = best.segments.flatMap((name, place): [string, string][] =>
      isParameter(name) ? [[name.slice(1, -1), decodeURIComponent(segments[place] ?? '')]] : [],
    );
    return { operation: best.operation, values: new Map(values) };
  }

  #key(method: string, segments: readonly string[]): string {
    return `${method.toUpperCase()} ${segments.length}`;
  }
}

function fits(template: Template, segments: readonly string[]): boolean {
  return template.segments.every((name, place) =>
    isParameter(name)
      ? segments[place] !== ''
      : name.toLowerCase() === segments[place]?.toLowerCase(),
  );
}

/** A literal takes precedence over a parameter, from left to right; for equal paths, the query decides. */
function compare(a: Template, b: Template, query: URLSearchParams): number {
  for (const [place, name] of a.segments.entries()) {
    const difference = Number(isParameter(name)) - Number(isParameter(b.segments[place] ?? ''));
    if (difference !== 0) return difference;
  }
  return misfit(a, query) - misfit(b, query);
}

function misfit({ operation, query: demanded }: Template, query: URLSearchParams): number {
  const declared = operation.parameters.filter((one) => one.in === 'query');
  const names = [...query.keys()];
  const strange = names.filter((name) => !declared.some((one) => one.name === name));
  const missing = [
    ...demanded.filter((name) => !query.has(name)),
    ...declared.filter(
      ({ name, required }) => required === true && name !== 'api-version' && !query.has(name),
    ),
  ];
  return strange.length + missing.length;
}
