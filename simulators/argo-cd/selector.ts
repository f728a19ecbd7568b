import { ApiError } from './errors.ts';

type Requirement = (labels: Readonly<Record<string, string>>) => boolean;

function requirement(text: string): Requirement {
  const set = /^\s*(\S+)\s+(in|notin)\s+\(([^)]*)\)\s*$/.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[key] ?? '') === (operator === 'in');
  }
  const equality = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(text);
  if (equality) {
    const [, key = '', operator, value = ''] = equality;
    if (value.includes('=')) {
      throw new ApiError(
        2,
        "error parsing the selector: found '=', expected: ',' or 'end of string'",
      );
    }
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const name = text.trim();
  if (name.startsWith('!')) return (labels) => !(name.slice(1) in labels);
  return (labels) => name in labels;
}

/** Kubernetes' label selector, with the error messages of its parser. */
export function parseSelector(text: string): Requirement {
  const parts = text.split(/,(?![^(]*\))/).filter((part) => part.trim() !== '');
  const requirements = parts.map(requirement);
  return (labels) => requirements.every((holds) => holds(labels));
}
