import type { Plan } from '../../src/sync/plan/plan.ts';

export const hook = (value: string) => ({ 'argocd.argoproj.io/hook': value });
export const wave = (value: string) => ({ 'argocd.argoproj.io/sync-wave': value });
export const options = (value: string) => ({ 'argocd.argoproj.io/sync-options': value });

const apiVersions: Readonly<Record<string, string>> = {
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  Deployment: 'apps/v1',
  Job: 'batch/v1',
};

/** An object from `Kind/name` or `Kind/namespace/name`. */
export function object(path: string, annotations: Record<string, unknown> = {}, more: object = {}) {
  const [kind = '', ...rest] = path.split('/');
  const [name, namespace] = rest.reverse();
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), annotations };
  return { apiVersion: apiVersions[kind] ?? 'v1', kind, metadata, ...more };
}

export function definition(kind: string, annotations: Record<string, unknown> = {}) {
  const spec = { group: 'example.com', names: { kind }, scope: 'Namespaced' };
  return object(`CustomResourceDefinition/${kind.toLowerCase()}`, annotations, { spec });
}

export function custom(kind: string, name: string, annotations: Record<string, unknown> = {}) {
  return { apiVersion: 'example.com/v1', kind, metadata: { name, annotations } };
}

/** Tasks as `Phase wave Kind/name`, in order. */
export function steps(plan: Plan): readonly string[] {
  return plan.tasks.map(({ phase, wave: at, key }) => `${phase} ${at} ${key.kind}/${key.name}`);
}
