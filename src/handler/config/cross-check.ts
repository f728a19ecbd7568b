import { crossCheckHooks } from './hooks-cross-check.ts';
import { isLoopback, parseListener } from './listener.ts';
import { nearest, nearestFirst } from '../../text/nearest.ts';
import { organizationKey } from './organization-url.ts';
import type { Path, PathFault } from '../../settings/path-fault.ts';
import { valueAt } from '../../settings/schema-fault.ts';

/**
 * Faults between settings: names that are unknown or ambiguous. Takes the file as read, whatever else is
 * wrong with it, so that all faults are reported at once.
 */
export function crossCheck(file: unknown): readonly PathFault[] {
  return [
    ...repeated(textsAt(file, 'argocd', 'name'), 'another Argo CD has this name'),
    ...repeated(textsAt(file, 'clients', 'name'), 'another client has this name'),
    ...repeated(tokensIn(file), 'this hash is listed twice, so clients cannot be told apart'),
    ...repeated(organizationsIn(file), 'this organization is listed twice'),
    ...repeated(rulesIn(file), 'this rule is listed twice'),
    ...unknownNames(file, textsAt(file, 'rules', 'client'), 'clients'),
    ...unknownNames(file, textsAt(file, 'rules', 'argocd'), 'argocd'),
    ...unknownNames(file, textsAt(file, 'argocd', 'announcedRuns'), 'clients'),
    ...checkAnnouncedRuns(file),
    ...checkTokens(file),
    ...crossCheckHooks(file),
    ...checkListeners(file),
  ];
}

/** What tells entries apart, and its place in the file. */
export interface Mark {
  readonly path: Path;
  readonly text: string;
}

function repeated(marks: readonly Mark[], problem: string): readonly PathFault[] {
  const seen = new Set<string>();
  return marks.flatMap(({ path, text }) => {
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [{ path, problem, advice: 'Change one of the two, or remove it.' }];
  });
}

/** The names that do not occur in a list. If the list cannot be read, that is a fault of its own. */
export function unknownNames(
  file: unknown,
  marks: readonly Mark[],
  list: string,
): readonly PathFault[] {
  const entries = valueAt(file, [list]);
  if (entries !== undefined && !Array.isArray(entries)) return [];
  const names = textsAt(file, list, 'name').map(({ text }) => text);
  return marks
    .filter(({ text }) => !names.includes(text))
    .map(({ path, text }) => {
      const problem = `\`${list}\` has no such name`;
      return { path, problem, advice: adviceOnName(text, names, list) };
    });
}

/** How many names an advice lists. */
const mostNames = 10;

function adviceOnName(wrong: string, names: readonly string[], list: string): string {
  if (names.length === 0) return `Add it to \`${list}\`, which has no entries yet.`;
  const meant = nearest(wrong, names);
  if (meant !== undefined && names.length === 1) return `Did you mean \`${meant}\`?`;
  const listed = nearestFirst(wrong, [...new Set(names)]).slice(0, mostNames);
  const more = names.length > mostNames ? ', …' : '';
  const choices = `${listed.map((name) => `\`${name}\``).join(', ')}${more}`;
  return meant === undefined
    ? `Use one of: ${choices}.`
    : `Did you mean \`${meant}\`? Configured are: ${choices}.`;
}

/** Without its own identity, the handler cannot report how such a run ends. */
function checkAnnouncedRuns(file: unknown): readonly PathFault[] {
  const organizations = itemsAt(file, ['azureDevOps', 'organizations']);
  const hasIdentity =
    valueAt(file, ['azureDevOps', 'identity']) !== undefined ||
    organizations.some(({ item }) => valueAt(item, ['pat']) !== undefined);
  if (hasIdentity) return [];
  return textsAt(file, 'argocd', 'announcedRuns').map(({ path }) => ({
    path,
    problem: 'the handler has no identity, which it needs to report such runs',
    advice: 'Set `azureDevOps.identity`, or remove it.',
  }));
}

/** A client for announced runs needs no token, since it never calls. */
function checkTokens(file: unknown): readonly PathFault[] {
  const announced = textsAt(file, 'argocd', 'announcedRuns').map(({ text }) => text);
  return itemsAt(file, ['clients']).flatMap(({ path, item }) => {
    const tokens = valueAt(item, ['tokens']);
    const isEmpty = Array.isArray(tokens) && tokens.length === 0;
    if (!isEmpty || announced.includes(String(valueAt(item, ['name'])))) return [];
    const advice = 'Add what `handler hash-token` prints, or name the client in `announcedRuns`.';
    return [{ path: [...path, 'tokens'], problem: 'it is empty', advice }];
  });
}

function checkListeners(file: unknown): readonly PathFault[] {
  const given = valueAt(file, ['listen', 'admin']);
  const admin = typeof given === 'string' ? parseListener(given) : undefined;
  if (admin === undefined || 'problem' in admin) return [];
  const faults: PathFault[] = [];
  if (!isLoopback(admin.value.host) && !hasAdminToken(file)) {
    const problem = 'it can be reached from other machines, but there is no adminToken';
    const advice = 'Set adminToken, which protects metrics and pages, or listen on `127.0.0.1`.';
    faults.push({ path: ['listen', 'admin'], problem, advice });
  }
  if (given === valueAt(file, ['listen', 'public']) && admin.value.port !== 0) {
    const advice = 'Choose another port: these pages must not be public.';
    faults.push({ path: ['listen', 'admin'], problem: 'it is the same as listen.public', advice });
  }
  return faults;
}

/** A reference that cannot be resolved counts: that is a fault of its own. */
function hasAdminToken(file: unknown): boolean {
  return typeof file === 'object' && file !== null && 'adminToken' in file;
}

/** The strings under one key in the entries of a list. */
export function textsAt(file: unknown, list: string, key: string): readonly Mark[] {
  return textMarks(
    itemsAt(file, [list]).map(({ path, item }) => ({
      path: [...path, key],
      item: valueAt(item, [key]),
    })),
  );
}

function tokensIn(file: unknown): readonly Mark[] {
  const tokens = itemsAt(file, ['clients']).flatMap(({ path }) =>
    itemsAt(file, [...path, 'tokens']),
  );
  return textMarks(tokens).map(({ path, text }) => ({ path, text: text.toLowerCase() }));
}

function organizationsIn(file: unknown): readonly Mark[] {
  return organizationUrls(file).map(({ path, text }) => ({ path, text: organizationKey(text) }));
}

/** The URLs of organizations, in either form of their entries. */
export function organizationUrls(file: unknown): readonly Mark[] {
  const entries = itemsAt(file, ['azureDevOps', 'organizations']);
  return textMarks(
    entries.map(({ path, item }) => ({ path, item: valueAt(item, ['url']) ?? item })),
  );
}

function rulesIn(file: unknown): readonly Mark[] {
  return itemsAt(file, ['rules']).map(({ path, item }) => ({ path, text: JSON.stringify(item) }));
}

/** An entry of a list, and its place in the file. */
export interface Item {
  readonly path: Path;
  readonly item: unknown;
}

/** The entries of a list; none if it is not a list. */
export function itemsAt(file: unknown, path: Path): readonly Item[] {
  const list = valueAt(file, path);
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown, index) => ({ path: [...path, index], item }));
}

/** The non-empty strings among the entries. */
export function textMarks(items: readonly Item[]): readonly Mark[] {
  return items.flatMap(({ path, item }) =>
    typeof item === 'string' && item !== '' ? [{ path, text: item }] : [],
  );
}
