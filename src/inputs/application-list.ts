import { printName, type ApplicationName } from '../sync/application.ts';
import type { Parsed, Problem } from './fault.ts';

const most = 1_000;
/** Kubernetes: names of applications are DNS subdomains, those of namespaces are DNS labels. */
const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const longestName = 253;

/** Applications by name, separated by commas or line breaks. The same one twice counts once. */
export function parseApplicationList(text: string): Parsed<readonly ApplicationName[]> {
  const entries = text
    .split(/[,\n\r]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const problems: Problem[] = [];
  const names = new Map<string, ApplicationName>();
  for (const entry of new Set(entries)) {
    const parsed = parseName(entry);
    if (parsed) names.set(printName(parsed), parsed);
    else problems.push(badName(entry));
  }
  if (names.size > most) {
    problems.push({
      text: `${names.size} applications`,
      problem: `one step takes at most ${most} applications`,
      advice: 'Share them out over several steps.',
    });
  }
  return problems.length > 0 ? { problems } : { value: [...names.values()] };
}

function parseName(entry: string): ApplicationName | undefined {
  const parts = entry.split('/');
  const name = parts.pop() ?? '';
  const namespace = parts.pop();
  if (parts.length > 0 || !isSubdomain(name)) return undefined;
  if (namespace === undefined) return { name };
  return label.test(namespace) ? { name, namespace } : undefined;
}

function isSubdomain(text: string): boolean {
  return text.length <= longestName && text.split('.').every((part) => label.test(part));
}

function badName(entry: string): Problem {
  return {
    text: entry,
    problem: 'this is not the name of an application',
    advice:
      'Give `name` or `namespace/name`, in lower-case letters, digits, `-` and `.`, as `argocd app list` prints it.',
  };
}
