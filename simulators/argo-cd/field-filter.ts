/** Keeps the paths that `keeps` selects, including inside array items. */
function filter(value: unknown, keeps: (path: string) => boolean): unknown {
  const walk = (node: unknown, path: string): unknown => {
    if (Array.isArray(node)) return node.map((item) => walk(item, path));
    if (typeof node !== 'object' || node === null) return node;
    // The real filter uses Go maps, whose keys are written in order.
    const children = Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(
      children.flatMap(([name, child]) => {
        const at = path ? `${path}.${name}` : name;
        return keeps(at) ? [[name, walk(child, at)] as const] : [];
      }),
    );
  };
  return walk(value, '');
}

function holds(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`);
}

/**
 * Argo CD's `fields` filter of streams: paths match by text prefix (so `name` includes `namespace`), a
 * leading `-` excludes, and missing fields are absent (argo-cd.md §1.5).
 */
export function filterFields(value: unknown, fields: string | null): unknown {
  if (!fields) return value;
  const paths = fields.replace(/^-/, '').split(',');
  if (fields.startsWith('-')) {
    return filter(value, (path) => !paths.some((excluded) => holds(excluded, path)));
  }
  return filter(value, (path) =>
    paths.some((wanted) => path.startsWith(wanted) || holds(path, wanted)),
  );
}

/**
 * The only paths that `fields` supports on lists, and their values when empty: Go's zero values, since all
 * selected fields are written (`forwarder_overwrite.go`). Missing: `status.operationState.operation.sync`,
 * under which the real one returns the operation's result.
 */
const listFields: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['metadata.name', ''],
  ['metadata.namespace', ''],
  ['metadata.annotations', null],
  ['metadata.labels', null],
  ['metadata.creationTimestamp', null],
  ['metadata.deletionTimestamp', null],
  ['spec', {}],
  ['spec.destination', {}],
  ['spec.project', ''],
  ['spec.source', null],
  ['spec.sources', null],
  ['spec.sourceHydrator', null],
  ['spec.syncPolicy', null],
  ['status.sourceHydrator', {}],
  ['status.summary', {}],
  ['status.sync.status', ''],
  ['status.sync.revision', ''],
  ['status.health', {}],
  ['status.resources', undefined],
  ['operation.sync', null],
  ['status.operationState.startedAt', null],
  ['status.operationState.finishedAt', null],
  ['status.operationState.phase', ''],
]);

/** The `fields` of a list: unsupported ones select nothing, not even when excluded. */
export function filterListFields(list: ListAnswer, fields: string | null): unknown {
  if (!fields) return list;
  const asked = new Set(fields.replace(/^-/, '').split(','));
  const isExcluding = fields.startsWith('-');
  const wanted = [...listFields].filter(([path]) => asked.has(`items.${path}`) !== isExcluding);
  return {
    metadata: list.metadata,
    items:
      list.items?.map((item) =>
        wanted.reduce((kept, [path, empty]) => keep(kept, item, path.split('.'), empty), {}),
      ) ?? null,
  };
}

interface ListAnswer {
  readonly metadata: unknown;
  readonly items: readonly object[] | null;
}

/** Paths below a missing operation are left out. */
function keep(kept: object, item: object, path: readonly string[], empty: unknown): object {
  const [name = '', ...rest] = path;
  const value = (item as Readonly<Record<string, unknown>>)[name];
  if (rest.length === 0) {
    const shown = value ?? empty;
    return shown === undefined ? kept : { ...kept, [name]: shown };
  }
  const isOptional = name === 'operation' || name === 'operationState';
  if (value === undefined && isOptional) return kept;
  const inner = (kept as Readonly<Record<string, object>>)[name] ?? {};
  return { ...kept, [name]: keep(inner, value ?? {}, rest, empty) };
}
