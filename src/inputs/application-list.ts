import { printName, type ApplicationName } from '../sync/model/application.ts';
import { readArgoCDPage } from './argocd-page.ts';
import type { Parsed, Problem } from './fault.ts';

/** The separators between names, for all texts that describe such a list. */
export const separators = 'commas, semicolons, spaces or line breaks';

const most = 1_000;
/** In Kubernetes, names of applications are DNS subdomains, and names of namespaces are DNS labels. */
const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const longestName = 253;

/**
 * Parses names of applications, separated by `separators`, which names cannot contain. Duplicates count
 * once.
 */
export function parseApplicationList(text: string): Parsed<readonly ApplicationName[]> {
  const entries = text.split(/[,;\s]+/).filter((entry) => entry !== '');
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
      problem: `one step can have at most ${most} applications`,
      advice: 'Split them across several steps.',
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
  const page = pageOf(entry);
  if (page !== undefined) {
    const advice = isName(page) ? `Write \`${page}\`.` : form;
    return { text: entry, problem: 'this is the URL of a page, not a name', advice };
  }
  const small = entry.toLowerCase();
  if (isName(small)) {
    const problem = 'this is not the name of an application: names must be lowercase';
    return { text: entry, problem, advice: `Write \`${small}\`.` };
  }
  return {
    text: entry,
    problem: 'this is not the name of an application',
    advice: form,
  };
}

const form =
  'Use `name` or `namespace/name`, with lowercase letters, digits, `-` and `.`, as `argocd app list` prints it.';

/** The application whose page this is; empty for another page, undefined if it is not a page. */
function pageOf(entry: string): string | undefined {
  const hasScheme = /^https?:\/\//i.test(entry);
  const address = hasScheme ? entry : `https://${entry}`;
  const page = URL.canParse(address) ? readArgoCDPage(new URL(address).pathname) : undefined;
  // Browsers sometimes copy a URL without its scheme.
  return page?.application ?? (hasScheme ? '' : undefined);
}

function isName(text: string): boolean {
  return parseName(text) !== undefined;
}
