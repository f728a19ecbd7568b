/** An application of the light server, and its progress. */
export interface LightApplication {
  readonly name: string;
  readonly uid: string;
  readonly phase: 'outOfSync' | 'asked' | 'running' | 'synced';
  readonly resourceVersion: number;
  readonly operation: LightOperation | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** As requested. */
export interface LightOperation {
  readonly sync: object;
  readonly initiatedBy: object;
  readonly info: readonly object[];
  readonly retry: object;
}

export const revision = '6b19d0368c92162715a709dd6bdd9baa9db090fd';
const before = '1f0c9d7e5b3a48c6a2d4e6f8091b3d5f7a9c1e30';
const namespace = 'shop';
const source = {
  repoURL: 'https://git.example.com/shop/gitops.git',
  path: 'deploy/overlays/production',
  targetRevision: 'main',
};
/** The options of its spec. */
export const syncOptions = ['CreateNamespace=true'];
const destination = { server: 'https://kubernetes.default.svc', namespace };

const kinds = [
  { group: '', version: 'v1', kind: 'ConfigMap', name: 'settings' },
  { group: '', version: 'v1', kind: 'ServiceAccount', name: 'web' },
  { group: '', version: 'v1', kind: 'Service', name: 'web' },
  { group: '', version: 'v1', kind: 'Service', name: 'worker' },
  { group: 'apps', version: 'v1', kind: 'Deployment', name: 'web' },
  { group: 'apps', version: 'v1', kind: 'Deployment', name: 'worker' },
  { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', name: 'web' },
  { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', name: 'web' },
];

/** An application whose name starts with this has five thousand resources. */
export const large = 'large-';
const many = Array.from({ length: 5_000 }, (_, index) => ({
  ...{ group: '', version: 'v1', kind: 'ConfigMap', name: `settings-of-a-service-${index}` },
}));

/** An application whose name begins so has a PostSync hook that runs as long as its operation. */
export const hooked = 'hooked-';
const hook = {
  ...{ group: 'batch', version: 'v1', kind: 'Job', name: 'smoke', namespace },
  ...{ hookType: 'PostSync', hookPhase: 'Running', syncPhase: 'PostSync' },
};

function kindsOf(name: string) {
  return name.startsWith(large) ? many : kinds;
}

/** The content of the repository, as Argo CD returns it: each manifest is a string. */
export function manifestsOf(application: string): readonly string[] {
  return kindsOf(application).map(({ group, version, kind, name }) =>
    JSON.stringify({
      apiVersion: group === '' ? version : `${group}/${version}`,
      kind,
      metadata: { name, namespace },
    }),
  );
}

/** The whole application, with the form and size (7 KB) of an ordinary one. */
export function wholeApplication(application: LightApplication): object {
  const { name, uid, phase, operation, resourceVersion, startedAt } = application;
  const isSynced = phase === 'synced';
  return {
    metadata: {
      name,
      namespace: 'argocd',
      uid,
      resourceVersion: String(resourceVersion),
      generation: resourceVersion,
      creationTimestamp: '2026-01-21T01:52:24Z',
      labels: { team: 'shop', 'app.kubernetes.io/instance': name },
    },
    spec: {
      source,
      destination,
      project: 'default',
      syncPolicy: { syncOptions },
    },
    status: {
      resources: kindsOf(name).map((resource) => ({
        ...resource,
        namespace,
        status: isSynced ? 'Synced' : 'OutOfSync',
        health: { status: 'Healthy' },
      })),
      sync: {
        status: isSynced ? 'Synced' : 'OutOfSync',
        comparedTo: { source, destination },
        revision,
      },
      health: { status: 'Healthy', lastTransitionTime: '2026-01-21T01:52:26Z' },
      history: [...pastHistory, ...(isSynced ? [historyEntry(10, revision)] : [])],
      reconciledAt: timestamp(Date.now()),
      ...((phase === 'running' || isSynced) && { operationState: stateOf(application) }),
      sourceType: 'Kustomize',
      summary: { images: ['registry.example.com/shop/web:1.27'] },
      controllerNamespace: 'argocd',
    },
    ...((phase === 'asked' || phase === 'running') && { operation }),
  };

  function historyEntry(id: number, deployed: string): object {
    return {
      revision: deployed,
      deployedAt: timestamp(startedAt),
      id,
      source,
      deployStartedAt: timestamp(startedAt),
      initiatedBy: { username: 'azure-pipelines' },
    };
  }
}

const pastHistory = Array.from({ length: 9 }, (_, id) => ({
  revision: before,
  deployedAt: '2026-01-20T10:00:00Z',
  id,
  source,
  deployStartedAt: '2026-01-20T09:59:00Z',
  initiatedBy: { username: 'azure-pipelines' },
}));

function stateOf({ name, phase, operation, startedAt, finishedAt }: LightApplication): object {
  const isDone = phase === 'synced';
  return {
    operation: operation ?? { sync: { revision }, initiatedBy: {}, retry: {} },
    phase: isDone ? 'Succeeded' : 'Running',
    message: isDone
      ? 'successfully synced (all tasks run)'
      : 'waiting for healthy state of apps/Deployment/web',
    syncResult: {
      resources: [
        ...kindsOf(name).map((resource) => ({
          ...resource,
          namespace,
          status: 'Synced',
          message: `${resource.kind.toLowerCase()}/${resource.name} configured`,
          hookPhase: 'Running',
          syncPhase: 'Sync',
        })),
        ...(name.startsWith(hooked)
          ? [{ ...hook, ...(isDone && { hookPhase: 'Succeeded' }) }]
          : []),
      ],
      revision,
      source,
    },
    startedAt: timestamp(startedAt),
    ...(isDone && { finishedAt: timestamp(finishedAt) }),
  };
}

/** The application in a list, with the fields that the handler selects. */
export function listedApplication(application: LightApplication): object {
  const { name, phase, startedAt, finishedAt } = application;
  const isSynced = phase === 'synced';
  return {
    metadata: { name, namespace: 'argocd', creationTimestamp: '2026-01-21T01:52:24Z' },
    spec: { project: 'default' },
    status: {
      sync: { status: isSynced ? 'Synced' : 'OutOfSync', revision },
      health: { status: 'Healthy', lastTransitionTime: '2026-01-21T01:52:26Z' },
      ...((phase === 'running' || isSynced) && {
        operationState: {
          phase: isSynced ? 'Succeeded' : 'Running',
          startedAt: timestamp(startedAt),
          ...(isSynced && { finishedAt: timestamp(finishedAt) }),
        },
      }),
    },
    ...((phase === 'asked' || phase === 'running') && { operation: { sync: {} } }),
  };
}

/** Kubernetes' time format: whole seconds. */
function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
