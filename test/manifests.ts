/** YAML of small objects like those in the recordings; `lab/…` annotations say what pods do. */
export interface JobOptions {
  readonly hook?: string;
  readonly policy?: string;
  readonly wave?: number;
  readonly seconds?: number;
  readonly exit?: number;
  readonly log?: string;
  /** The minimum number of characters in each line of the log. */
  readonly logWidth?: number;
  readonly forever?: boolean;
}

export function job(name: string, options: JobOptions = {}): string {
  const { hook, policy, wave = 0, seconds = 1, exit = 0, log, logWidth, forever = false } = options;
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations:
${hook === undefined ? '' : `    argocd.argoproj.io/hook: ${hook}\n`}${policy === undefined ? '' : `    argocd.argoproj.io/hook-delete-policy: ${policy}\n`}    argocd.argoproj.io/sync-wave: "${wave}"
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations: { lab/seconds: "${seconds}", lab/exit: "${exit}"${log === undefined ? '' : `, lab/log: ${JSON.stringify(log)}`}${logWidth === undefined ? '' : `, lab/log-width: "${logWidth}"`}${forever ? ', lab/forever: "true"' : ''} }
    spec:
      restartPolicy: Never
      containers: [{ name: main, image: busybox:1.36 }]
`;
}

export function configMap(name: string, { wave = 0, value = 'x' } = {}): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  annotations: { argocd.argoproj.io/sync-wave: "${wave}" }
data: { value: "${value}" }
`;
}

export function deployment(
  name: string,
  { wave = 0, ready = true, deadline = 600, tag = '1.27', seconds = 0 } = {},
): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  annotations: { argocd.argoproj.io/sync-wave: "${wave}" }
spec:
  replicas: 1
  progressDeadlineSeconds: ${deadline}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} }, annotations: { lab/ready: "${ready}", lab/seconds: "${seconds}" } }
    spec: { containers: [{ name: main, image: "nginx:${tag}" }] }
`;
}

export function service(name: string, { port = 80 } = {}): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: ${port} }] }
`;
}

export function childApplication(name: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  source: { repoURL: https://git.example.com/shop/gitops.git, path: ${name}, targetRevision: main }
  destination: { server: https://kubernetes.default.svc, namespace: ns-${name} }
  syncPolicy: { automated: { prune: true }, syncOptions: [CreateNamespace=true] }
`;
}

/** One file in a folder of the configuration repository. */
export function files(...documents: readonly string[]): Readonly<Record<string, string>> {
  return { 'all.yaml': documents.join('---\n') };
}
