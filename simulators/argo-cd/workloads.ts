import type { SimulatedClock } from './clock.ts';
import { timestamp } from './clock.ts';
import type { Cluster } from './cluster.ts';
import type { Identifiers } from './identifiers.ts';
import type { KubernetesObject, ObjectKey } from './kubernetes-object.ts';
import { groupOf, keyOf, keyText } from './kubernetes-object.ts';

export interface LogLine {
  readonly time: number;
  readonly text: string;
  /** Default: the only container. */
  readonly container?: string;
}

interface Container {
  readonly name: string;
  readonly image: string;
}

interface PodTemplate {
  readonly metadata?: {
    readonly annotations?: Record<string, string>;
    readonly labels?: Record<string, string>;
  };
  readonly spec?: {
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
}

/**
 * Runs the pod of a Job, in place of its `lab/…` annotations: resolves with its exit code, and writes
 * its log meanwhile. Undefined leaves the pod to its annotations.
 */
export type PodRunner = (
  pod: KubernetesObject,
  write: (line: string) => void,
) => Promise<number> | undefined;

/** Scheduling, and the time until the Job controller notices an end: measured in recordings. */
const podStart = 250;
const noticedAfter = 900;
const stagger = 150;

export function imagesOf(object: KubernetesObject): readonly string[] {
  const spec = (object.spec ?? {}) as { template?: PodTemplate } & NonNullable<PodTemplate['spec']>;
  return (spec.template?.spec ?? spec).containers?.map(({ image }) => image) ?? [];
}

/**
 * Simulates what controllers and nodes do with Jobs, Deployments and Pods, controlled by annotations of the
 * pod template:
 * - `lab/seconds`: how long a Job's pod runs (1), or until a Deployment's pod is ready (0)
 * - `lab/exit`: its exit code (0); `lab/forever`: it never ends
 * - `lab/ready: "false"`: a Deployment's pod stays unready, and so it misses its `progressDeadlineSeconds`
 * - `lab/log`: the pod's log, one line per `|`; the first half at its start, the rest at its end
 * - `lab/log-width`: the minimum length of each line of the log
 * - `lab/log.NAME`, `lab/exit.NAME`: log and exit code of one of several containers, including init
 *   containers
 */
export class Workloads {
  readonly #clock: SimulatedClock;
  readonly #cluster: Cluster;
  readonly #identifiers: Identifiers;
  readonly #logs = new Map<string, LogLine[]>();
  readonly #played = new Map<string, string>();
  #lastStart = 0;
  /** Asked for each pod of a Job. */
  runner: PodRunner | undefined;

  constructor(clock: SimulatedClock, cluster: Cluster, identifiers: Identifiers) {
    this.#clock = clock;
    this.#cluster = cluster;
    this.#identifiers = identifiers;
    cluster.listen((change, object) => {
      if (change === 'deleted') this.#removeOwned(object);
      else this.#play(object);
    });
  }

  /** The log of a pod so far; undefined if there is no such pod. */
  log(pod: ObjectKey): readonly LogLine[] | undefined {
    return this.#logs.get(keyText(pod));
  }

  /** The pods that an object owns, including itself if it is one. */
  podsOf(key: ObjectKey): readonly KubernetesObject[] {
    const text = keyText(key);
    return this.#cluster
      .objects()
      .filter((pod) => pod.kind === 'Pod' && (keyText(keyOf(pod)) === text || pod.owner === text));
  }

  #play(object: KubernetesObject): void {
    if (object.metadata.deletionTimestamp) return;
    const kind = `${groupOf(object)}/${object.kind}`;
    if (kind !== 'batch/Job' && kind !== 'apps/Deployment') return;
    const text = keyText(keyOf(object));
    const version = `${object.metadata.uid ?? ''} ${JSON.stringify(object.spec?.template)}`;
    if (this.#played.get(text) === version) return;
    this.#played.set(text, version);
    const template = (object.spec?.template ?? {}) as PodTemplate;
    if (kind === 'batch/Job') this.#playJob(object, template);
    else this.#playDeployment(object, template);
  }

  /** Nodes start pods one after another. */
  #startTime(): number {
    const at = Math.max(this.#clock.now + podStart, this.#lastStart + stagger);
    this.#lastStart = at;
    return at - this.#clock.now;
  }

  #playJob(job: KubernetesObject, template: PodTemplate): void {
    const notes = template.metadata?.annotations ?? {};
    const width = Number(notes['lab/log-width'] ?? 0);
    const lines = (notes['lab/log'] ?? 'started').split('|').map((line) => line.padEnd(width, '.'));
    const half = Math.ceil(lines.length / 2);
    this.#clock.after(this.#startTime(), () => {
      const labelled = withJobLabels(job, template);
      const pod = this.#createPod(job, labelled, { phase: 'Running', ready: true });
      if (!pod) return;
      if (this.#runs(job, pod, template)) return;
      this.#write(pod, lines.slice(0, half));
      this.#writeByContainer(pod, template);
      if (notes['lab/forever']) return;
      this.#clock.after(Number(notes['lab/seconds'] ?? 1) * 1000, () => {
        this.#write(pod, lines.slice(half));
        this.#endPod(job, pod, template, Number(notes['lab/exit'] ?? 0));
      });
    });
  }

  /** Leaves the pod to the runner, if that takes it. */
  #runs(job: KubernetesObject, pod: KubernetesObject, template: PodTemplate): boolean {
    const write = (text: string) => {
      this.#clock.arrive();
      this.#write(pod, [text]);
    };
    const running = this.runner?.(structuredClone(pod), write);
    if (running === undefined) return false;
    const end = (code: number) => {
      if (this.#clock.isStopped) return;
      this.#clock.arrive();
      this.#endPod(job, pod, template, code);
    };
    void running.then(end, (error: unknown) => {
      write(String(error));
      end(1);
    });
    return true;
  }

  #endPod(job: KubernetesObject, pod: KubernetesObject, template: PodTemplate, code: number): void {
    const phase = code === 0 ? 'Succeeded' : 'Failed';
    this.#setStatus(pod, { phase, ready: false, ...this.#ends(template, code) });
    const end = code === 0 ? completed : failureOf(job, pod, code);
    this.#clock.after(noticedAfter, () => {
      this.#setStatus(job, { conditions: [{ ...end, status: 'True' }] });
    });
  }

  /** How a pod's containers ended, for its status. */
  #ends({ metadata, spec }: PodTemplate, code: number): Record<string, unknown> {
    const notes = metadata?.annotations ?? {};
    const finishedAt = timestamp(this.#clock.now);
    const end = ({ name }: Container) => {
      const exitCode = Number(notes[`lab/exit.${name}`] ?? code);
      return { name, state: { terminated: { exitCode, finishedAt } } };
    };
    return {
      containerStatuses: (spec?.containers ?? []).map(end),
      initContainerStatuses: (spec?.initContainers ?? []).map(end),
    };
  }

  #writeByContainer(pod: KubernetesObject, { metadata, spec }: PodTemplate): void {
    const notes = metadata?.annotations ?? {};
    for (const { name } of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
      const text = notes[`lab/log.${name}`];
      if (text !== undefined) this.#write(pod, text.split('|'), name);
    }
  }

  #playDeployment(deployment: KubernetesObject, template: PodTemplate): void {
    const notes = template.metadata?.annotations ?? {};
    const { replicas = 1, progressDeadlineSeconds = 600 } = (deployment.spec ?? {}) as {
      replicas?: number;
      progressDeadlineSeconds?: number;
    };
    const ready = notes['lab/ready'] !== 'false';
    this.#clock.after(30, () => {
      this.#removeOwned(deployment);
      this.#setStatus(deployment, { observed: true, availableReplicas: 0 });
      const pods = Array.from({ length: replicas }, () =>
        this.#createPod(deployment, template, { phase: 'Pending', ready: false }),
      );
      this.#clock.after(this.#startTime() - 30, () => {
        for (const pod of pods) {
          if (!pod) continue;
          this.#write(pod, (notes['lab/log'] ?? 'started').split('|'));
          this.#setStatus(pod, { phase: 'Running', ready: false });
        }
      });
      if (!ready) {
        this.#clock.after(progressDeadlineSeconds * 1000 + 600, () => {
          const condition = {
            type: 'Progressing',
            status: 'False',
            reason: 'ProgressDeadlineExceeded',
          };
          this.#setStatus(deployment, {
            observed: true,
            availableReplicas: 0,
            conditions: [condition],
          });
        });
        return;
      }
      this.#clock.after(Number(notes['lab/seconds'] ?? 0) * 1000 + podStart, () => {
        for (const pod of pods) if (pod) this.#setStatus(pod, { phase: 'Running', ready: true });
        this.#setStatus(deployment, { observed: true, availableReplicas: replicas });
      });
    });
  }

  #createPod(
    owner: KubernetesObject,
    template: PodTemplate,
    status: Record<string, unknown>,
  ): KubernetesObject | undefined {
    if (!this.#isCurrent(owner)) return undefined;
    const pod: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...template.metadata,
        name: `${owner.metadata.name ?? ''}-${this.#identifiers.suffix()}`,
        namespace: owner.metadata.namespace ?? '',
      },
      spec: { ...template.spec },
      status,
      owner: keyText(keyOf(owner)),
    };
    this.#cluster.apply(pod);
    return this.#cluster.get(keyOf(pod));
  }

  #isCurrent(object: KubernetesObject): boolean {
    const live = this.#cluster.get(keyOf(object));
    return (
      live?.metadata.uid === object.metadata.uid &&
      JSON.stringify(live?.spec?.template) === JSON.stringify(object.spec?.template)
    );
  }

  #setStatus(object: KubernetesObject, status: Record<string, unknown>): void {
    if (!this.#isCurrent(object)) return;
    this.#cluster.change(keyOf(object), (live) => {
      live.status = { ...status, startTime: timestamp(this.#clock.now) };
    });
  }

  #write(pod: KubernetesObject, lines: readonly string[], container?: string): void {
    if (!this.#isCurrent(pod)) return;
    const text = keyText(keyOf(pod));
    const time = this.#clock.now;
    const written = lines.map((line) => ({ time, text: line, ...(container && { container }) }));
    this.#logs.set(text, [...(this.#logs.get(text) ?? []), ...written]);
  }

  #removeOwned(owner: KubernetesObject): void {
    const text = keyText(keyOf(owner));
    for (const pod of this.podsOf(keyOf(owner))) {
      if (pod.owner !== text) continue;
      this.#cluster.delete(keyOf(pod));
      this.#logs.delete(keyText(keyOf(pod)));
    }
    if (!this.#cluster.get(keyOf(owner))) this.#played.delete(text);
  }
}

const completed = {
  type: 'Complete',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

interface PodFailurePolicy {
  readonly rules?: readonly {
    readonly action: string;
    readonly onExitCodes?: { readonly operator: string; readonly values: readonly number[] };
  }[];
}

/** Why a Job has failed whose pod has: it has no second one here (seen on a real one, with a policy). */
function failureOf(job: KubernetesObject, pod: KubernetesObject, code: number) {
  const { rules = [] } = (job.spec?.podFailurePolicy ?? {}) as PodFailurePolicy;
  const at = rules.findIndex(
    ({ action, onExitCodes: of }) =>
      action === 'FailJob' &&
      of !== undefined &&
      of.values.includes(code) === (of.operator === 'In'),
  );
  if (at < 0) {
    const message = 'Job has reached the specified backoff limit';
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message };
  }
  const { containers = [] } = (pod.spec ?? {}) as { containers?: readonly Container[] };
  const { namespace = '', name = '' } = pod.metadata;
  const message = `Container ${containers[0]?.name ?? ''} for pod ${namespace}/${name} failed with exit code ${code} matching FailJob rule at index ${at}`;
  return { type: 'Failed', reason: 'PodFailurePolicy', message };
}

/** The Job controller labels the pods that it makes. */
function withJobLabels({ metadata }: KubernetesObject, template: PodTemplate): PodTemplate {
  const { name = '', uid = '' } = metadata;
  const own = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const labels = { ...template.metadata?.labels, ...own };
  return { ...template, metadata: { ...template.metadata, labels } };
}
