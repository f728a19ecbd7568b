import type { KubernetesObject } from './kubernetes-object.ts';
import { annotationList } from './kubernetes-object.ts';

const helmPolicies: Readonly<Record<string, string>> = {
  'before-hook-creation': 'BeforeHookCreation',
  'hook-succeeded': 'HookSucceeded',
  'hook-failed': 'HookFailed',
};

/** When a hook's object is deleted, by Argo CD's and Helm's annotations; by default, before its next run. */
export function policies(hook: KubernetesObject | undefined): ReadonlySet<string> {
  if (!hook) return new Set();
  const known = new Set(Object.values(helmPolicies));
  const own = annotationList(hook, 'argocd.argoproj.io/hook-delete-policy');
  const helm = annotationList(hook, 'helm.sh/hook-delete-policy').map(
    (item) => helmPolicies[item] ?? '',
  );
  const found = new Set([...own, ...helm].filter((policy) => known.has(policy)));
  return found.size > 0 ? found : new Set(['BeforeHookCreation']);
}
