const term = /^(?<name>[A-Za-z]\w*)\s*(?<operator>==|=|!=|NotEndsWith)\s*(?<value>.*)$/;

/**
 * Whether the rule shows its input (azure-devops.md §3.2): terms joined by `&&` and `||`, without
 * parentheses. Throws if the rule cannot be parsed.
 */
export function holdsRule(rule: string, values: Readonly<Record<string, string>>): boolean {
  return rule.split('||').some((part) => part.split('&&').every((one) => holds(one, values)));
}

function holds(source: string, values: Readonly<Record<string, string>>): boolean {
  const { name = '', operator, value = '' } = term.exec(source.trim())?.groups ?? {};
  const actual = values[name];
  if (actual === undefined) throw new Error(`The visible rule "${source}" cannot be read.`);
  const wanted = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  switch (operator) {
    case '!=':
      return actual.toLowerCase() !== wanted.toLowerCase();
    case 'NotEndsWith':
      return !actual.toLowerCase().endsWith(wanted.toLowerCase());
    default:
      return actual.toLowerCase() === wanted.toLowerCase();
  }
}
