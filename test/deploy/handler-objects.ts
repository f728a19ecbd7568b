import { load } from 'js-yaml';
import { find, type Manifest } from './kustomization.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface ContextOfContainer {
  readonly allowPrivilegeEscalation: boolean;
  readonly readOnlyRootFilesystem: boolean;
  readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
  readonly privileged?: boolean;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly resources: { readonly requests: Labels; readonly limits: Labels };
  readonly securityContext: ContextOfContainer;
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly subPath?: string;
    readonly readOnly?: boolean;
  }[];
}

export interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly emptyDir?: { readonly sizeLimit: string };
  readonly projected?: {
    readonly defaultMode: number;
    readonly sources: readonly {
      readonly secret?: {
        readonly name: string;
        readonly items: readonly { readonly key: string; readonly path: string }[];
      };
      readonly serviceAccountToken?: { readonly path: string; readonly audience?: string };
    }[];
  };
}

/** The fields of the handler's Deployment and its pod that tests look at. */
export interface Pod {
  readonly labels: Labels;
  readonly spec: {
    readonly serviceAccountName: string;
    readonly automountServiceAccountToken: boolean;
    readonly securityContext: {
      readonly runAsNonRoot: boolean;
      readonly runAsUser: number;
      readonly runAsGroup: number;
      readonly fsGroup: number;
      readonly seccompProfile: { readonly type: string };
    };
    readonly containers: readonly Container[];
    readonly volumes: readonly Volume[];
    readonly [field: string]: unknown;
  };
}

export interface Peer {
  readonly namespaceSelector?: { readonly matchLabels?: Labels };
  readonly podSelector?: { readonly matchLabels: Labels };
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Way {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly { readonly port: number | string; readonly protocol: string }[];
}

export interface PolicySpec {
  readonly podSelector: { readonly matchLabels: Labels };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Way[];
  readonly egress?: readonly Way[];
}

export interface ServiceSpec {
  readonly type: string;
  readonly selector: Labels;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly targetPort: string;
  }[];
}

/** The fields of `handler.yaml` that must match the manifests. */
export interface HandlerFile {
  readonly publicUrl: string;
  readonly listen: { readonly public: string; readonly admin: string };
  readonly store: { readonly sqlite: string };
}

/** The pod that a build would run. */
export function podOf(built: readonly Manifest[]): Pod {
  const { spec } = find(built, 'Deployment', 'argocd-handler') as unknown as {
    readonly spec: {
      readonly template: {
        readonly metadata: { readonly labels: Labels };
        readonly spec: Pod['spec'];
      };
    };
  };
  return { labels: spec.template.metadata.labels, spec: spec.template.spec };
}

/** Its only container. Throws if there are others. */
export function containerOf(built: readonly Manifest[]): Container {
  const [container, ...more] = podOf(built).spec.containers;
  if (container === undefined || more.length > 0) throw new Error('not one container');
  return container;
}

/** The text of `handler.yaml` in the ConfigMap of a build. */
export function handlerTextOf(built: readonly Manifest[]): string {
  const { data } = find(built, 'ConfigMap', 'argocd-handler') as unknown as {
    readonly data: Readonly<Record<string, string>>;
  };
  const text = data['handler.yaml'];
  if (text === undefined) throw new Error('no handler.yaml in the ConfigMap');
  return text;
}

export function handlerFileOf(built: readonly Manifest[]): HandlerFile {
  return load(handlerTextOf(built)) as HandlerFile;
}

/** All objects of a kind. */
export function kindOf(built: readonly Manifest[], kind: string): readonly Manifest[] {
  return built.filter((manifest) => manifest.kind === kind);
}

/** Whether a selector with these labels matches an object with those. */
export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
