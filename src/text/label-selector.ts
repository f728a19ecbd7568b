const key = /^[A-Za-z0-9](?:[-A-Za-z0-9_./]{0,316}[A-Za-z0-9])?$/;
const value = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** One comma-separated requirement of a label selector. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | '>' | '<';
  /** Empty for `exists` and `absent`, one value for `>` and `<`. */
  readonly values: readonly string[];
}

/** The labels of a Kubernetes object. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Parses a selector as kubectl does, such as `team=shop,tier in (web,api)`; undefined if it is invalid.
 */
export function readLabelSelector(text: string): readonly LabelRequirement[] | undefined {
  const requirements = splitRequirements(text.trim()).map(readRequirement);
  return requirements.every((each) => each !== undefined) ? requirements : undefined;
}

/** Whether labels meet all requirements. As in Kubernetes, an absent label does not equal any value. */
export function hasLabels(labels: Labels, requirements: readonly LabelRequirement[]): boolean {
  return requirements.every(({ key: name, operator, values }) => {
    const label = Object.hasOwn(labels, name) ? labels[name] : undefined;
    switch (operator) {
      case 'exists':
        return label !== undefined;
      case 'absent':
        return label === undefined;
      case 'in':
        return label !== undefined && values.includes(label);
      case 'notin':
        return label === undefined || !values.includes(label);
      case '>':
      case '<':
        return label !== undefined && isBeyond(label, operator, values[0] ?? '');
    }
  });
}

function isBeyond(label: string, operator: '>' | '<', bound: string): boolean {
  if (!/^-?\d{1,18}$/.test(label) || !/^-?\d{1,18}$/.test(bound)) return false;
  return operator === '>' ? BigInt(label) > BigInt(bound) : BigInt(label) < BigInt(bound);
}

/** Splits at commas outside parentheses. */
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

function readRequirement(text: string): LabelRequirement | undefined {
  if (text.endsWith(')')) return readSet(text);
  const at = text.search(/[=!<>]/);
  if (at < 0) return named({ key: text, operator: 'exists', values: [] });
  if (at === 0) {
    if (!text.startsWith('!')) return undefined;
    return named({ key: text.slice(1).trim(), operator: 'absent', values: [] });
  }
  const sign = ['==', '!=', '=', '<', '>'].find((each) => text.startsWith(each, at));
  if (sign === undefined) return undefined;
  const operator = sign === '<' || sign === '>' ? sign : sign === '!=' ? 'notin' : 'in';
  const values = [text.slice(at + sign.length).trim()];
  return named({ key: text.slice(0, at).trim(), operator, values });
}

function readSet(text: string): LabelRequirement | undefined {
  const open = text.indexOf('(');
  const [name = '', operator, ...rest] = text.slice(0, Math.max(0, open)).trim().split(/\s+/);
  if ((operator !== 'in' && operator !== 'notin') || rest.length > 0) return undefined;
  const values = text
    .slice(open + 1, -1)
    .split(',')
    .map((each) => each.trim());
  return named({ key: name, operator, values });
}

function named(requirement: LabelRequirement): LabelRequirement | undefined {
  const isRight = key.test(requirement.key) && requirement.values.every((one) => value.test(one));
  return isRight ? requirement : undefined;
}
