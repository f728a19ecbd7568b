import { atOnce } from '../../src/sync/model/at-once.ts';
import { planInTurns } from '../../src/sync/plan/order.ts';
import type { Figure } from './figure.ts';
import { monotonicTime } from './monotonic-time.ts';
import { median } from './percentile.ts';

const count = 5_000;
const rounds = 15;

/** Planning a large application: all kinds of objects in many namespaces, with waves and hooks. */
export function measurePlanning(): readonly Figure[] {
  const manifests = Array.from({ length: count }, (_, index) => manifest(index));
  const times = Array.from({ length: rounds }, () => {
    const startedAt = monotonicTime();
    atOnce(planInTurns(manifests, { destinationNamespace: 'shop' }));
    return monotonicTime() - startedAt;
  });
  const what = `planning ${count} manifests`;
  return [
    { what: `${what}: the first time, as a task does it`, value: times[0], unit: 'ms' },
    { what: `${what}: median of ${rounds}`, value: median(times), unit: 'ms' },
  ];
}

const kinds = [
  ['v1', 'Namespace'],
  ['v1', 'ConfigMap'],
  ['v1', 'Service'],
  ['apps/v1', 'Deployment'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['batch/v1', 'Job'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['example.com/v1', 'Widget'],
] as const;

function manifest(index: number): unknown {
  const [apiVersion, kind] = kinds[index % kinds.length] ?? kinds[0];
  const namespace = kind === 'Namespace' ? {} : { namespace: `team-${index % 40}` };
  const annotations = {
    'argocd.argoproj.io/sync-wave': String((index % 11) - 5),
    ...(kind === 'Job' && { 'argocd.argoproj.io/hook': index % 3 === 0 ? 'PreSync' : 'PostSync' }),
  };
  return { apiVersion, kind, metadata: { name: `object-${index}`, ...namespace, annotations } };
}
