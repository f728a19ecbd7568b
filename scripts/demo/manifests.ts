interface HookOptions {
  readonly phase: 'PreSync' | 'PostSync' | 'SyncFail';
  /** How long its pod runs, on the simulator's clock. */
  readonly seconds: number;
  readonly exitCode?: number;
  readonly log: readonly string[];
}

/** An object in the repository. */
export type Manifest = Readonly<Record<string, unknown>>;

/** A Job that Argo CD runs in a phase of the sync. `lab/…` controls the simulated pod. */
export function hook(name: string, { phase, seconds, exitCode = 0, log }: HookOptions): Manifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      annotations: {
        'argocd.argoproj.io/hook': phase,
        'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
      },
    },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: {
          annotations: {
            'lab/seconds': String(seconds),
            'lab/exit': String(exitCode),
            'lab/log': log.join('|'),
          },
        },
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'main', image: `registry.example.com/shop/${name}:42` }],
        },
      },
    },
  };
}

export function configMap(name: string, wave: number): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, annotations: inWave(wave) },
    data: { currency: 'EUR' },
  };
}

/** A Service; the Kubernetes API refuses a port above 65535. */
export function service(name: string, wave: number, port: number): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, annotations: inWave(wave) },
    spec: { selector: { app: name }, ports: [{ port }] },
  };
}

/** A Deployment whose two pods are ready after a second of the simulator's clock. */
export function deployment(name: string, wave: number): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, annotations: inWave(wave) },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: { 'lab/seconds': '1' } },
        spec: { containers: [{ name: 'main', image: `registry.example.com/shop/${name}:42` }] },
      },
    },
  };
}

function inWave(wave: number): Readonly<Record<string, string>> {
  return { 'argocd.argoproj.io/sync-wave': String(wave) };
}
