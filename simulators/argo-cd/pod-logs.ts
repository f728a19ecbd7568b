import { timestamp } from './clock.ts';
import type { Cluster } from './cluster.ts';
import type { ObjectKey } from './kubernetes-object.ts';
import { keyOf } from './kubernetes-object.ts';
import type { Workloads } from './workloads.ts';

const zeroTime = '0001-01-01T00:00:00Z';

interface Spec {
  readonly containers?: readonly { readonly name: string }[];
  readonly initContainers?: readonly { readonly name: string }[];
}

function listOf(containers: readonly { readonly name: string }[]): string {
  return `[${containers.map(({ name }) => name).join(' ')}]`;
}

function line(content: string, time: number | undefined, podName: string, last: boolean): string {
  const entry = {
    content,
    timeStamp: time === undefined ? null : timestamp(time),
    last,
    timeStampStr: time === undefined ? zeroTime : new Date(time).toISOString(),
    podName,
  };
  return `${JSON.stringify({ result: entry })}\n`;
}

/**
 * The body of `GET …/logs`: one JSON object per line, with a closing entry, or nothing if there is no pod.
 * Refusals by Kubernetes appear as a line of content (`hook-logs` recording).
 */
export function podLogs(
  workloads: Workloads,
  cluster: Cluster,
  query: URLSearchParams,
  pod: string | null,
  now: number,
): string {
  const namespace = query.get('namespace') ?? '';
  const named = pod ?? query.get('podName');
  const key: ObjectKey = named
    ? { group: '', kind: 'Pod', namespace, name: named }
    : {
        group: query.get('group') ?? '',
        kind: query.get('kind') ?? '',
        namespace,
        name: query.get('resourceName') ?? '',
      };
  const pods = named
    ? [cluster.get(key)].filter((found) => found !== undefined)
    : workloads.podsOf(key);
  if (pods.length === 0) return '';
  const container = query.get('container');
  const tail = Number(query.get('tailLines') ?? 0);
  const filter = query.get('filter') ?? '';
  const text = pods.map((found) => {
    const name = found.metadata.name ?? '';
    const { containers = [], initContainers = [] } = (found.spec ?? {}) as Spec;
    if (container && ![...containers, ...initContainers].some((one) => one.name === container)) {
      return line(`container ${container} is not valid for pod ${name}`, undefined, '', false);
    }
    if (!container && containers.length > 1) {
      const message = `a container name must be specified for pod ${name}, choose one of: ${listOf(containers)}`;
      const more =
        initContainers.length === 0
          ? ''
          : ` or one of the init containers: ${listOf(initContainers)}`;
      return line(message + more, undefined, '', false);
    }
    const written = workloads.log(keyOf(found));
    if (!written) {
      const first = containers[0]?.name ?? '';
      const message = `container "${first}" in pod "${name}" is waiting to start: ContainerCreating`;
      return line(message, undefined, '', false);
    }
    const isSplit = containers.length + initContainers.length > 1;
    const wanted = written.filter(
      (entry) =>
        (!isSplit ||
          (entry.container ?? containers[0]?.name) === (container || containers[0]?.name)) &&
        entry.text.includes(filter.replace(/^!/, '')) !== filter.startsWith('!'),
    );
    const shown = tail > 0 ? wanted.slice(-tail) : wanted;
    return shown.map((entry) => line(entry.text, entry.time, name, false)).join('');
  });
  return `${text.join('')}${line('', now, '', true)}`;
}
