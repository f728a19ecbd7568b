import { listAnnotation, type Manifest } from './manifest.ts';
import type { SyncPhase } from '../model/operation.ts';

/** The phases of a sync in their order; `SyncFail` replaces what is left after a failure. */
export const syncPhases = ['PreSync', 'Sync', 'PostSync', 'SyncFail'] as const;
/** When Argo CD deletes a hook's object (`hook-delete-policy`). */
export type DeletePolicy = 'HookSucceeded' | 'HookFailed' | 'BeforeHookCreation';

/** What the hook annotations of an object mean. */
export interface HookRole {
  /**
   * `resource`: applied in phase Sync. `hook`: runs in its `phases`. `skipped`: never applied.
   * `deletion`: runs only when the application is deleted. `unknown`: a hook of no known type,
   * which Argo CD silently ignores.
   */
  readonly role: 'resource' | 'hook' | 'skipped' | 'deletion' | 'unknown';
  /** The phases in which it runs during a sync, in order. */
  readonly phases: readonly SyncPhase[];
  /**
   * Values that are not hook types; the Helm types that Argo CD does not run are not among them.
   */
  readonly unknownTypes: readonly string[];
  /** `Skip` is given with another type, and so has no effect. */
  readonly skipIgnored: boolean;
  /** For hooks. Never empty: without a valid one it is `BeforeHookCreation`. */
  readonly deletePolicies: readonly DeletePolicy[];
  readonly unknownDeletePolicies: readonly string[];
}

const hookAnnotation = 'argocd.argoproj.io/hook';
const deletePolicyAnnotation = 'argocd.argoproj.io/hook-delete-policy';
const helmHookAnnotation = 'helm.sh/hook';
const helmDeletePolicyAnnotation = 'helm.sh/hook-delete-policy';

const helmPhases: ReadonlyMap<string, SyncPhase> = new Map([
  ['pre-install', 'PreSync'],
  ['pre-upgrade', 'PreSync'],
  ['post-install', 'PostSync'],
  ['post-upgrade', 'PostSync'],
]);

/** Helm's own types that Argo CD runs in no sync, as is well known. */
const helmTypesBeside: ReadonlySet<string> = new Set([
  'crd-install',
  'pre-delete',
  'post-delete',
  'pre-rollback',
  'post-rollback',
  'test',
  'test-success',
  'test-failure',
]);

const helmDeletePolicies: ReadonlyMap<string, DeletePolicy> = new Map([
  ['before-hook-creation', 'BeforeHookCreation'],
  ['hook-succeeded', 'HookSucceeded'],
  ['hook-failed', 'HookFailed'],
]);

const ordinary: HookRole = {
  role: 'resource',
  phases: [],
  unknownTypes: [],
  skipIgnored: false,
  deletePolicies: ['BeforeHookCreation'],
  unknownDeletePolicies: [],
};

/**
 * Reads the hook annotations of Argo CD and Helm (gitops-engine pkg/sync/hook; the deletion hooks:
 * controller/hook.go and `partitionTargetObjsForSync`). Helm's count only where Argo CD's name no
 * sync hook type, and never for `crd-install`.
 */
export function hookRoleOf(manifest: Manifest): HookRole {
  const { annotations } = manifest;
  if (!annotations.has(hookAnnotation) && !annotations.has(helmHookAnnotation)) return ordinary;
  const own = listAnnotation(manifest, hookAnnotation);
  const helm = listAnnotation(manifest, helmHookAnnotation);
  const ownPhases = syncPhases.filter((phase) => own.includes(phase));
  const skip = own.includes('Skip');
  const readsHelm = ownPhases.length === 0 && !skip;
  const phases = readsHelm ? helmSyncPhases(helm) : ownPhases;
  const runsAtDeletion =
    ['PreDelete', 'PostDelete'].some((type) => own.includes(type)) ||
    ['pre-delete', 'post-delete'].some((type) => helm.includes(type));
  const unknownTypes = [
    ...own.filter((type) => !isOwnType(type)),
    ...(readsHelm ? helm.filter((type) => !isHelmType(type)) : []),
  ];
  return {
    role: roleOf(manifest, phases, runsAtDeletion, skip),
    phases,
    // An annotation without a type makes its object a hook, too.
    unknownTypes: own.length + helm.length === 0 ? [''] : unknownTypes,
    skipIgnored: skip && own.some((type) => type !== 'Skip' && isOwnType(type)),
    ...deletePoliciesOf(manifest),
  };
}

function roleOf(
  { annotations }: Manifest,
  phases: readonly SyncPhase[],
  runsAtDeletion: boolean,
  skip: boolean,
): HookRole['role'] {
  if (phases.length > 0) return 'hook';
  if (runsAtDeletion) return 'deletion';
  if (skip) return 'skipped';
  if (annotations.has(hookAnnotation)) return 'unknown';
  // Helm marks definitions that it installs first with the same annotation; they are not hooks.
  const helm = annotations.get(helmHookAnnotation);
  return helm === undefined || helm === 'crd-install' ? 'resource' : 'unknown';
}

function helmSyncPhases(types: readonly string[]): readonly SyncPhase[] {
  const phases = types.map((type) => helmPhases.get(type));
  return syncPhases.filter((phase) => phases.includes(phase));
}

function isOwnType(type: string): boolean {
  return ['Skip', 'PreDelete', 'PostDelete', ...syncPhases].includes(type);
}

function isHelmType(type: string): boolean {
  return helmPhases.has(type) || helmTypesBeside.has(type);
}

/** Helm's policies are added to Argo CD's (hook/delete_policy.go). */
function deletePoliciesOf(
  manifest: Manifest,
): Pick<HookRole, 'deletePolicies' | 'unknownDeletePolicies'> {
  const own = listAnnotation(manifest, deletePolicyAnnotation);
  const helm = listAnnotation(manifest, helmDeletePolicyAnnotation);
  const known = new Set([
    ...own.filter(isDeletePolicy),
    ...helm
      .map((policy) => helmDeletePolicies.get(policy))
      .filter((policy) => policy !== undefined),
  ]);
  return {
    deletePolicies: known.size > 0 ? [...known] : ['BeforeHookCreation'],
    unknownDeletePolicies: [
      ...own.filter((policy) => !isDeletePolicy(policy)),
      ...helm.filter((policy) => !helmDeletePolicies.has(policy)),
    ],
  };
}

function isDeletePolicy(policy: string): policy is DeletePolicy {
  return ['HookSucceeded', 'HookFailed', 'BeforeHookCreation'].includes(policy);
}
