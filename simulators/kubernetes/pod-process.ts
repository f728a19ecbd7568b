import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TokenRequest } from './service-account-issuer.ts';

/** The fields of a pod that matter to its process. */
export interface Pod {
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: PodSpec | Readonly<Record<string, unknown>>;
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly containers?: readonly Container[];
  readonly volumes?: readonly Volume[];
}

interface Container {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
  }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Volume {
  readonly name: string;
  readonly projected?: {
    readonly sources: readonly {
      readonly serviceAccountToken?: { readonly path: string; readonly audience: string };
    }[];
  };
}

export interface PodProcessesOptions {
  /**
   * The substitute for a program of the image, by the words that start it there: `node
   * /app/hook.js`.
   */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** The address of a cluster service, by its URL. */
  readonly services: Readonly<Record<string, string>>;
  /** Arguments that tell the program where its mounted folders are on this machine. */
  readonly mounted: (folderOf: (mountPath: string) => string) => readonly string[];
  readonly issueToken: (request: TokenRequest) => string | Promise<string>;
}

/** Runs the container of a pod as a process of this machine, with the environment of its manifest. */
export class PodProcesses {
  readonly #options: PodProcessesOptions;
  readonly #running = new Set<ChildProcess>();

  constructor(options: PodProcessesOptions) {
    this.#options = options;
  }

  /** Resolves with the exit code; undefined if there is no substitute for the pod's program. */
  run(pod: Pod, write: (line: string) => void): Promise<number> | undefined {
    const spec = (pod.spec ?? {}) as PodSpec;
    const [container] = spec.containers ?? [];
    const program = this.#options.programs[container?.command?.join(' ') ?? ''];
    if (container === undefined || program === undefined) return undefined;
    return this.#run(pod, spec, container, program, write);
  }

  /** Ends all processes that still run. */
  close(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  async #run(
    pod: Pod,
    spec: PodSpec,
    container: Container,
    program: readonly string[],
    write: (line: string) => void,
  ): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), 'pod-'));
    try {
      const { issueToken, mounted } = this.#options;
      const { namespace = '', name = '' } = pod.metadata;
      for (const volume of spec.volumes ?? []) {
        for (const { serviceAccountToken } of volume.projected?.sources ?? []) {
          if (serviceAccountToken === undefined) continue;
          const { audience, path } = serviceAccountToken;
          const account = { namespace, serviceAccount: spec.serviceAccountName ?? 'default' };
          const token = await issueToken({ ...account, pod: name, audiences: [audience] });
          writeFileSync(join(folder, path), token);
        }
      }
      const mounts = container.volumeMounts ?? [];
      const words = mounted((path) => {
        if (mounts.some(({ mountPath }) => mountPath === path)) return folder;
        throw new Error(`The pod ${name} mounts nothing at ${path}.`);
      });
      const [file = '', ...first] = program;
      const child = spawn(file, [...first, ...(container.args ?? []), ...words], {
        env: this.#environment(pod, container),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      this.#running.add(child);
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', write);
      }
      const [code] = (await once(child, 'close')) as [number | null];
      this.#running.delete(child);
      return code ?? 137;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #environment(pod: Pod, { env = [] }: Container): Record<string, string> {
    const { services } = this.#options;
    return Object.fromEntries(
      env.map(({ name, value, valueFrom }) => {
        const text = value ?? fieldOf(pod, valueFrom?.fieldRef?.fieldPath ?? '');
        return [name, services[text] ?? text];
      }),
    );
  }
}

/** The fields of the downward API that hooks use. */
function fieldOf({ metadata }: Pod, path: string): string {
  if (path === 'metadata.name') return metadata.name ?? '';
  if (path === 'metadata.namespace') return metadata.namespace ?? '';
  const [, kind, key = ''] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? [];
  if (kind === 'labels') return metadata.labels?.[key] ?? '';
  if (kind === 'annotations') return metadata.annotations?.[key] ?? '';
  throw new Error(`The downward API has no field ${path} here.`);
}
