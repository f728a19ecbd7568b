type Step =
  | { readonly kind: 'name'; readonly name: string; readonly deep: boolean }
  | { readonly kind: 'all' }
  | { readonly kind: 'place'; readonly place: number }
  | { readonly kind: 'filter'; readonly holds: (value: unknown) => boolean };

const stepPattern =
  /(?<deep>\.\.)(?<deepName>[\w-]+)|\.(?<name>[\w-]+)|(?<all>\.\*|\[\*\])|\[(?<place>-?\d+)\]|\['(?<quoted>(?:[^'\\]|\\.)*)'\]|\[\?\((?<filter>(?:'(?:[^'\\]|\\.)*'|[^'\])])*)\)\]/y;
const termPattern =
  /^@(?<path>(?:\.[\w-]+|\['[^']*'\])*)\s*(?:(?<operator>==|!=|<=|>=|<|>)\s*(?:'(?<text>(?:[^'\\]|\\.)*)'|(?<number>-?\d+(?:\.\d+)?)|(?<word>true|false|null)))?$/;

/**
 * What a JSONPath selects, always as a list: names, positions, `*`, `..name` and filters such as
 * `[?(@.kind=='Job' && @.hook!=true)]`. Throws if the path contains anything else.
 */
export function jsonPath(root: unknown, path: string): readonly unknown[] {
  return steps(path).reduce<unknown[]>(
    (values, step) => values.flatMap((value) => taken(value, step)),
    [root],
  );
}

function steps(path: string): Step[] {
  if (!path.startsWith('$')) throw new Error(`The JSONPath ${path} does not start with $.`);
  const found: Step[] = [];
  // A filter contains a path, which is parsed while this one is, so each needs its own position.
  const pattern = new RegExp(stepPattern);
  pattern.lastIndex = 1;
  while (pattern.lastIndex < path.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(path)?.groups;
    if (!groups) throw new Error(`The JSONPath cannot be read from: ${path.slice(at)}`);
    found.push(stepOf(groups));
  }
  return found;
}

function stepOf(groups: Record<string, string | undefined>): Step {
  if (groups.all !== undefined) return { kind: 'all' };
  if (groups.place !== undefined) return { kind: 'place', place: Number(groups.place) };
  if (groups.filter !== undefined) return { kind: 'filter', holds: filter(groups.filter) };
  const name = groups.name ?? groups.quoted ?? groups.deepName ?? '';
  return { kind: 'name', name, deep: groups.deep !== undefined };
}

function taken(value: unknown, step: Step): unknown[] {
  switch (step.kind) {
    case 'name':
      return (step.deep ? descendants(value) : [value]).flatMap((one) => field(one, step.name));
    case 'all':
      return children(value);
    case 'place': {
      const found: unknown = Array.isArray(value) ? value.at(step.place) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'filter':
      return children(value).filter(step.holds);
  }
}

function children(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : Object.values(value);
}

function descendants(value: unknown): unknown[] {
  return [value, ...children(value).flatMap(descendants)];
}

function field(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.hasOwn(value, name) ? [(value as Record<string, unknown>)[name]] : [];
}

function filter(source: string): (value: unknown) => boolean {
  const alternatives = source.split('||').map((part) => part.split('&&').map(term));
  return (value) => alternatives.some((terms) => terms.every((holds) => holds(value)));
}

function term(source: string): (value: unknown) => boolean {
  const groups = termPattern.exec(source.trim())?.groups;
  if (!groups) throw new Error(`The JSONPath filter cannot be read: ${source}`);
  const { path = '', operator, text, number, word } = groups;
  const inner = steps(`$${path}`);
  const found = (value: unknown) =>
    inner.reduce<unknown[]>((values, step) => values.flatMap((one) => taken(one, step)), [value]);
  if (operator === undefined) return (value) => found(value).length > 0;
  const wanted =
    text?.replace(/\\(.)/g, '$1') ??
    (number === undefined ? (JSON.parse(word ?? 'null') as boolean | null) : Number(number));
  return (value) => {
    const values = found(value);
    if (operator === '!=') return !values.some((one) => one === wanted);
    return values.some((one) => related(one, operator, wanted));
  };
}

function related(value: unknown, operator: string, wanted: string | number | boolean | null) {
  if (operator === '==') return value === wanted;
  if (typeof value !== typeof wanted || value == null || wanted === null) return false;
  const left = value as string | number;
  switch (operator) {
    case '<':
      return left < wanted;
    case '>':
      return left > wanted;
    case '<=':
      return left <= wanted;
    default:
      return left >= wanted;
  }
}
