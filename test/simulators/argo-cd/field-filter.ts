/** Keeps what `keeps` says of each path, and looks through array items. */
function filter(value: unknown, keeps: (path: string) => boolean): unknown {
  const walk = (node: unknown, path: string): unknown => {
    if (Array.isArray(node)) return node.map((item) => walk(item, path));
    if (typeof node !== 'object' || node === null) return node;
    // The real filter goes through Go maps, whose keys are written in their order.
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
 * Argo CD's `fields` filter of streams: paths by text prefix (so that `name` brings `namespace`
 * with it), a leading `-` excludes, and what is missing is simply absent (argo-cd.md §1.5).
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

/** The only paths that `fields` knows on lists (`forwarder_overwrite.go`, argo-cd.md §1.5). */
const listFields: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.annotations',
  'metadata.labels',
  'metadata.creationTimestamp',
  'metadata.deletionTimestamp',
  'spec',
  'spec.destination',
  'spec.project',
  'spec.source',
  'spec.sources',
  'spec.sourceHydrator',
  'spec.syncPolicy',
  'status.sourceHydrator',
  'status.summary',
  'status.sync.status',
  'status.sync.revision',
  'status.health',
  'status.resources',
  'operation.sync',
  'status.operationState.startedAt',
  'status.operationState.finishedAt',
  'status.operationState.phase',
  'status.operationState.operation.sync',
].map((path) => `items.${path}`);

/** The `fields` of a list: those outside its fixed set give nothing. */
export function filterListFields(list: unknown, fields: string | null): unknown {
  if (!fields || fields.startsWith('-')) return filterFields(list, fields);
  const known = fields.split(',').filter((path) => listFields.includes(path));
  return filter(list, (path) =>
    [...known, 'metadata'].some((wanted) => holds(wanted, path) || holds(path, wanted)),
  );
}
