import * as z from 'zod/mini';
import { bounded } from './bounded-text.ts';

/** A container of a pod, and its state. */
export interface PodContainer {
  readonly name: string;
  /** `exit code 1`, `running`, `PodInitializing`; empty if unknown. */
  readonly state: string;
  readonly hasFailed: boolean;
}

/** A pod whose logs must be read per container. */
export interface SplitPod {
  readonly name: string;
  /** The containers that Kubernetes named. */
  readonly containers: readonly PodContainer[];
}

/** Pods in a service mesh have three or four. */
const mostContainers = 10;
/** Kubernetes' own limit for a name. */
const longestName = 253;

const unnamed =
  /^a container name must be specified for pod (\S+), choose one of: \[([^\]]*)\](?: or one of the init containers: \[([^\]]*)\])?/;
const waiting = /^container "[^"]*" in pod "([^"]+)" is waiting to start/;

/**
 * Recognizes a pod with several containers by what Kubernetes returned instead of the log
 * (registry/core/pod/strategy.go); undefined for any other fault.
 */
export function splitPodOf(fault: string): SplitPod | undefined {
  const found = unnamed.exec(fault) ?? waiting.exec(fault);
  const [, name = '', own = '', init = ''] = found ?? [];
  if (name === '' || name.length > longestName) return undefined;
  const names = [...own.split(' '), ...init.split(' ')].filter((each) => each !== '');
  const containers = names.map((each) => ({ name: each, state: '', hasFailed: false }));
  return { name, containers: containers.slice(0, mostContainers) };
}

const terminatedSchema = z.lazy(() =>
  z.nullish(z.object({ exitCode: z.nullish(z.number()), finishedAt: z.nullish(z.string()) })),
);
const statusSchema = z.lazy(() =>
  z.object({
    name: z.string(),
    state: z.nullish(
      z.object({
        terminated: terminatedSchema,
        waiting: z.nullish(z.object({ reason: z.nullish(z.string()) })),
        running: z.nullish(z.object({})),
      }),
    ),
    lastState: z.nullish(z.object({ terminated: terminatedSchema })),
  }),
);
const specSchema = z.lazy(() => z.array(z.object({ name: z.string() })));
const podSchema = z.lazy(() =>
  z.object({
    spec: z.object({ containers: specSchema, initContainers: z.nullish(specSchema) }),
    status: z.nullish(
      z.object({
        containerStatuses: z.nullish(z.array(statusSchema)),
        initContainerStatuses: z.nullish(z.array(statusSchema)),
      }),
    ),
  }),
);
type Status = z.output<typeof statusSchema>;

/**
 * The containers of a pod: failed ones first, in the order in which they ended, because a sidecar is
 * often killed when another container fails; then its own and its init containers. Throws if the JSON is
 * not a pod.
 */
export function readContainers(pod: unknown): readonly PodContainer[] {
  const { spec, status } = podSchema.parse(pod);
  const statuses = new Map(
    [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].map((each) => [
      each.name,
      each,
    ]),
  );
  return [...spec.containers, ...(spec.initContainers ?? [])]
    .map(({ name }) => describe(name, statuses.get(name)))
    .sort((a, b) => a.failedAt - b.failedAt)
    .slice(0, mostContainers)
    .map(({ name, state, failedAt }) => ({ name, state, hasFailed: failedAt !== never }));
}

/** Later than any time, but sortable as a number. */
const never = Number.MAX_SAFE_INTEGER;

function describe(
  name: string,
  status: Status | undefined,
): { readonly name: string; readonly state: string; readonly failedAt: number } {
  const short = bounded(name, longestName);
  const terminated = status?.state?.terminated ?? status?.lastState?.terminated;
  const code = terminated?.exitCode ?? 0;
  const finishedAt = Date.parse(terminated?.finishedAt ?? '');
  if (code !== 0) {
    const failedAt = Number.isNaN(finishedAt) ? never - 1 : finishedAt;
    return { name: short, state: `exit code ${code}`, failedAt };
  }
  return { name: short, state: printState(status), failedAt: never };
}

function printState(status: Status | undefined): string {
  const { terminated, waiting: waits, running } = status?.state ?? {};
  if (terminated) return 'exit code 0';
  if (waits) return bounded(waits.reason ?? 'waiting', 100);
  return running ? 'running' : '';
}
