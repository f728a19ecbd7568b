import { namesakeId, type ResourceKey } from '../model/application.ts';
import { readTargets, type ManifestTarget } from './manifest-target.ts';

/**
 * One entry of the `resources` input. `*` matches any text within its part; an absent part matches
 * every object.
 */
export interface SelectionEntry {
  /** As typed. */
  readonly text: string;
  /** Empty means the core group. */
  readonly group: string | undefined;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** An entry of `resources`, or one sentence that says what is wrong with it. */
export type ParsedEntry = { readonly entry: SelectionEntry } | { readonly fault: string };

/** Limit on `*`: each makes a comparison slower, and no resource needs more. */
const mostStars = 8;
const form = '[group:]Kind:[namespace/]name, for example apps:Deployment:web or ConfigMap:shop/*';

/**
 * Reads one entry. A name may hold colons (`ClusterRole:system:reader`): a part that begins with a
 * capital letter is a kind, since API groups are lower case.
 */
export function parseSelectionEntry(text: string): ParsedEntry {
  const fault = (problem: string): ParsedEntry => ({ fault: `${problem}. Write ${form}.` });
  const typed = text.trim();
  if (typed === '') return fault('The entry is empty');
  if (typed.startsWith('!')) return fault('"!" excludes nothing here: list the resources to sync');
  if (typed.split('*').length > mostStars + 1) {
    return fault(`An entry can contain at most ${mostStars} "*"`);
  }
  if (/\s/.test(typed))
    return fault('An entry cannot contain spaces; put each one on its own line');

  const parts = typed.split(':');
  const groupGiven = parts.length > 2 && !/^[A-Z]/.test(parts[0] ?? '');
  const group = groupGiven ? parts[0] : undefined;
  const [kind = '', ...rest] = groupGiven ? parts.slice(1) : parts;
  const path = rest.join(':').split('/');
  const name = path.at(-1) ?? '';
  const namespace = path.length > 1 ? path[0] : undefined;

  if (parts.length === 1) return fault('The kind or the name is missing');
  if (group !== undefined && !/^[a-z0-9.*-]*$/.test(group)) {
    return fault('The API group contains invalid characters (omit its version)');
  }
  if (kind === '') return fault('The kind is missing');
  if (!/^[A-Za-z0-9*]+$/.test(kind)) return fault('The kind contains invalid characters');
  if (path.length > 2) return fault('The name contains more than one "/"');
  if (name === '') return fault('The name is missing');
  if (namespace !== undefined && !/^[a-z0-9*-]+$/.test(namespace)) {
    return fault('The namespace is empty or contains invalid characters');
  }
  return { entry: { text: typed, group, kind, namespace, name } };
}

/** The exact resources that entries match, as the sync request wants them. */
export interface Selection {
  /** Without duplicates, in the order of the manifests. */
  readonly resources: readonly ResourceKey[];
  /** One sentence for each entry that matches nothing: which one, and why. */
  readonly unmatched: readonly string[];
}

/**
 * Expands entries over the application's manifests, since the server compares exactly and ignores
 * what it does not find. Hooks are left out: a selective sync runs none. Since entries times
 * manifests are many, it yields the number of comparisons since it last yielded, so that others can
 * run.
 */
export function* expandSelection(
  entries: readonly SelectionEntry[],
  manifests: readonly unknown[],
  destinationNamespace: string,
): Generator<number, Selection> {
  const targets = yield* readTargets(manifests, destinationNamespace);
  const named = targets.filter(({ manifest }) => manifest.name !== '');
  const applied = named.filter(({ hook }) => hook.role === 'resource');
  const places = new Map<string, ManifestTarget[]>();
  for (const target of applied) {
    const there = places.get(placeOf(target.key));
    if (there) there.push(target);
    else places.set(placeOf(target.key), [target]);
  }
  const selected = new Set<ManifestTarget>();
  const unmatched: string[] = [];
  for (const entry of entries) {
    const matches = matcherOf(entry);
    // An exact entry is looked up directly.
    const candidates = isExact(entry) ? (places.get(placeOf(entry)) ?? []) : applied;
    const found = candidates.filter(matches);
    for (const target of found) selected.add(target);
    yield candidates.length;
    if (found.length === 0) unmatched.push(yield* whyNothing(entry, named));
  }
  return {
    resources: applied.filter((one) => selected.has(one)).map(exactKeys(applied)),
    unmatched,
  };
}

function isExact({ kind, name }: SelectionEntry): boolean {
  return !kind.includes('*') && !name.includes('*');
}

function placeOf({ kind, name }: Pick<ResourceKey, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

function matcherOf(entry: SelectionEntry): (target: ManifestTarget) => boolean {
  const group = glob(entry.group ?? '*');
  const kind = glob(entry.kind);
  const namespace = glob(entry.namespace ?? '*');
  const name = glob(entry.name);
  return ({ key, clusterScoped }) =>
    group(key.group) &&
    kind(key.kind) &&
    name(key.name) &&
    namespace(clusterScoped ? '' : key.namespace);
}

/** `*` matches any text. Without backtracking, so that no pattern can take long. */
function glob(pattern: string): (text: string) => boolean {
  const [first = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return (text) => text === pattern;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let from = first.length;
    for (const piece of pieces) {
      const at = text.indexOf(piece, from);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return text.length - last.length >= from && text.endsWith(last);
  };
}

/**
 * The server knows cluster-scoped objects without a namespace, and an empty namespace matches any.
 * So the namespace is given where the kind certainly has one, or where objects differ only in it.
 */
function exactKeys(all: readonly ManifestTarget[]): (target: ManifestTarget) => ResourceKey {
  const namespaces = new Map<string, Set<string>>();
  for (const { key } of all) {
    const id = namesakeId(key);
    namespaces.set(id, (namespaces.get(id) ?? new Set()).add(key.namespace));
  }
  return ({ key, manifest, clusterScoped, namespaced }) => {
    const several = (namespaces.get(namesakeId(key))?.size ?? 0) > 1;
    const sure = !clusterScoped && (namespaced || manifest.namespace !== '' || several);
    return sure ? key : { ...key, namespace: '' };
  };
}

function* whyNothing(
  entry: SelectionEntry,
  targets: readonly ManifestTarget[],
): Generator<number, string> {
  const begin = `"${entry.text}" selects nothing: `;
  const isMeant = targets.some(matcherOf(entry));
  yield targets.length;
  if (isMeant) {
    return `${begin}only hooks or skipped objects match, and a selective sync runs none of them.`;
  }
  const lower = (text: string) => text.toLowerCase();
  const loose = matcherOf({ ...entry, kind: lower(entry.kind) });
  const near = targets.find((target) =>
    loose({ ...target, key: { ...target.key, kind: lower(target.key.kind) } }),
  );
  yield targets.length;
  if (near) return `${begin}kinds are case-sensitive. Did you mean ${near.key.kind}?`;
  const elsewhere = targets.find(matcherOf({ ...entry, group: undefined, namespace: undefined }));
  yield targets.length;
  if (elsewhere) {
    const { namespace } = elsewhere.key;
    const where = elsewhere.clusterScoped ? 'without a namespace' : `in namespace ${namespace}`;
    const nearest = `${elsewhere.key.group}:${elsewhere.key.kind}:${elsewhere.key.name}`;
    return `${begin}the closest match is ${nearest} ${where}.`;
  }
  return `${begin}the application does not have this resource.`;
}
