import { printKey, type ResourceKey } from '../model/application.ts';
import type { OperationStep } from '../model/outcome.ts';
import type { ManifestTarget } from './manifest-target.ts';
import type { Task } from './plan.ts';
import { invalidWave, waveAnnotation } from './wave.ts';

/** Which kind of surprise a finding is about. */
export type FindingCode =
  | 'invalidWave'
  | 'unknownHook'
  | 'unknownHookType'
  | 'ignoredSkip'
  | 'unknownDeletePolicy'
  | 'notRerun';

/**
 * Something that Argo CD silently does with a manifest, and that its author cannot have meant. What
 * Argo CD reports itself is not a finding: a manifest that it cannot load, or one of two with the
 * same name.
 */
export interface Finding {
  readonly code: FindingCode;
  readonly key: ResourceKey;
  /** What is wrong and what to do, with text of the manifest in it: escape it where it goes. */
  readonly problem: string;
}

const mostFindings = 5;
const mostNames = 3;

/** Kinds that run to completion: one that still exists has ended. */
const finite: ReadonlySet<string> = new Set(['Job', 'Pod']);

const hookTypes =
  'Set argocd.argoproj.io/hook to PreSync, Sync, PostSync, SyncFail, Skip, PreDelete or PostDelete; the names are case-sensitive.';

/** What is wrong with one manifest that a sync applies, or leaves out although it should not. */
export function lint({ manifest, key, hook }: ManifestTarget): readonly Finding[] {
  const findings: Finding[] = [];
  const { name, generateName } = manifest;
  const add = (code: FindingCode, problem: string) => {
    findings.push({ code, key: { ...key, name: name || generateName }, problem });
  };

  const wave = invalidWave(manifest);
  const hasWave = hook.role === 'resource' || hook.phases.some((phase) => phase !== 'SyncFail');
  if (wave !== undefined && hasWave) {
    add(
      'invalidWave',
      `${waveAnnotation} ${quote(wave)} is not an integer, so Argo CD ignores it. Write digits only, such as "-1" or "5".`,
    );
  }

  const types = hook.unknownTypes.map(quote).join(', ');
  if (types !== '' && hook.role === 'unknown') {
    add('unknownHook', `Argo CD runs no hooks of type ${types} and skips the object. ${hookTypes}`);
  } else if (types !== '' && hook.role === 'hook') {
    add('unknownHookType', `hook type ${types} is unknown and ignored. ${hookTypes}`);
  }
  if (hook.role !== 'hook') return findings;

  if (hook.skipIgnored) {
    add(
      'ignoredSkip',
      'hook type Skip has no effect together with another type. Remove one of them.',
    );
  }
  if (hook.unknownDeletePolicies.length > 0) {
    const policies = hook.unknownDeletePolicies.map(quote).join(', ');
    add(
      'unknownDeletePolicy',
      `hook delete policy ${policies} is unknown and ignored. Use BeforeHookCreation, HookSucceeded or HookFailed.`,
    );
  }
  const staysAfterSuccess = hook.deletePolicies.every((policy) => policy === 'HookFailed');
  if (staysAfterSuccess && name !== '' && finite.has(key.kind) && !manifest.expires) {
    add(
      'notRerun',
      'its hook delete policy is only HookFailed: it still exists after a success, so the next sync takes it for done and does not run it. Add BeforeHookCreation.',
    );
  }
  return findings;
}

/** What to do about a hook that failed and stays in the cluster; empty where nothing is needed. */
export function adviceOnRerun(
  { key, generateName, deletePolicies }: Pick<Task, 'key' | 'generateName' | 'deletePolicies'>,
  { state, message, dryRun }: Pick<OperationStep, 'state' | 'message' | 'dryRun'>,
): string {
  // The controller deletes the hooks that it terminates (recording `terminate`).
  const isThere = state === 'Failed' && dryRun !== true && message !== 'Terminated';
  const stays =
    deletePolicies.length > 0 && deletePolicies.every((policy) => policy === 'HookSucceeded');
  if (!isThere || !stays || generateName !== undefined || !finite.has(key.kind)) return '';
  return 'Its hook delete policy is only HookSucceeded: while it exists, Argo CD does not run it again. Delete it before the next sync, and add BeforeHookCreation.';
}

/** A few lines for people: each problem once, with the resources that have it. */
export function printFindings(findings: readonly Finding[]): readonly string[] {
  const keys = new Map<string, ResourceKey[]>();
  for (const { problem, key } of findings) {
    const known = keys.get(problem);
    if (known === undefined) keys.set(problem, [key]);
    else known.push(key);
  }
  const lines = [...keys].slice(0, mostFindings).map(([problem, of]) => {
    const more = of.length > mostNames ? ` and ${of.length - mostNames} more` : '';
    return `${of.slice(0, mostNames).map(printKey).join(', ')}${more}: ${problem}`;
  });
  const rest = keys.size - lines.length;
  if (rest <= 0) return lines;
  return [
    ...lines,
    `The manifests have ${rest} more problems like these. Correct the ones above to see them.`,
  ];
}

/** Foreign text as a bounded, one-line quotation. */
function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
