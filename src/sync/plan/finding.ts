import { printKey, type ResourceKey } from '../model/application.ts';
import type { HookRole } from './hook.ts';
import type { Manifest } from './manifest.ts';
import { invalidWave, waveAnnotation } from './wave.ts';

/** Which kind of surprise a finding is about. */
export type FindingCode =
  | 'noManifest'
  | 'untypedAnnotation'
  | 'invalidWave'
  | 'wavelessHook'
  | 'unknownHook'
  | 'unknownHookType'
  | 'ignoredSkip'
  | 'unknownDeletePolicy'
  | 'notRerun'
  | 'duplicate'
  | 'nameless';

/** Something about a manifest that will surprise its author. */
export interface Finding {
  readonly code: FindingCode;
  /** `error`: the sync fails. `warning`: it does something else than was meant. */
  readonly severity: 'error' | 'warning';
  readonly key: ResourceKey;
  /** One sentence or two, with text of the manifest in it: escape it where it goes. */
  readonly message: string;
}

/** What is wrong with one manifest in itself. */
export function lint(manifest: Manifest, hook: HookRole, key: ResourceKey): readonly Finding[] {
  const findings: Finding[] = [];
  const add = (severity: Finding['severity'], code: FindingCode, problem: string) => {
    findings.push({ severity, code, key, message: `${printKey(key)}: ${problem}` });
  };
  const sync = hook.role === 'resource' || hook.role === 'hook';

  for (const annotation of manifest.untypedAnnotations) {
    if (manifest.defines) {
      const problem = `annotation ${quote(annotation)} is not a string, so Argo CD may ignore all annotations of the object. Put the value in quotes.`;
      add('warning', 'untypedAnnotation', problem);
    } else {
      const problem = `annotation ${quote(annotation)} is not a string, so Argo CD cannot load the manifests. Put the value in quotes.`;
      add('error', 'untypedAnnotation', problem);
    }
  }

  const wave = invalidWave(manifest);
  if (wave !== undefined) {
    const problem = `${waveAnnotation} ${quote(wave)} is not an integer, so Argo CD ignores it. Write digits only, such as "-1" or "5".`;
    add('warning', 'invalidWave', problem);
  } else if (manifest.annotations.has(waveAnnotation) && hook.phases.includes('SyncFail')) {
    const problem = `${waveAnnotation} does not delay a SyncFail hook: all of them start together.`;
    add('warning', 'wavelessHook', problem);
  }

  if (hook.role === 'unknown') {
    const types = hook.unknownTypes.map(quote).join(', ') || 'an empty string';
    const problem = `Argo CD runs no hooks of type ${types} and skips the object. Use PreSync, Sync, PostSync, SyncFail, Skip, PreDelete or PostDelete.`;
    add('warning', 'unknownHook', problem);
  } else if (hook.unknownTypes.length > 0) {
    const problem = `hook type ${hook.unknownTypes.map(quote).join(', ')} is unknown and ignored.`;
    add('warning', 'unknownHookType', problem);
  }
  if (hook.skipIgnored) {
    const problem = 'hook type Skip has no effect together with another type. Remove one of them.';
    add('warning', 'ignoredSkip', problem);
  }

  if (hook.role === 'hook') {
    if (hook.unknownDeletePolicies.length > 0) {
      const problem = `hook delete policy ${hook.unknownDeletePolicies.map(quote).join(', ')} is unknown and ignored. Use BeforeHookCreation, HookSucceeded or HookFailed.`;
      add('warning', 'unknownDeletePolicy', problem);
    }
    if (manifest.name !== '' && !isAlwaysDeleted(hook)) {
      const problem = `its hook delete policy is only ${hook.deletePolicies.join(', ')}: if an earlier one still exists, Argo CD takes it for this one and does not run it again. Add BeforeHookCreation, or use generateName.`;
      add('warning', 'notRerun', problem);
    }
  }
  if (sync && manifest.name === '' && (hook.role !== 'hook' || manifest.generateName === '')) {
    const problem =
      'it has no metadata.name, so it cannot be applied. generateName is for hooks only.';
    add('error', 'nameless', problem);
  }
  return findings;
}

/** A later manifest has the same key. */
export function duplicateFinding(key: ResourceKey): Finding {
  const problem = 'there is more than one manifest for it; only the last one is applied.';
  return { code: 'duplicate', severity: 'warning', key, message: `${printKey(key)}: ${problem}` };
}

/** A document that is no Kubernetes object; `position` counts from 0. */
export function noManifestFinding(key: ResourceKey, position: number): Finding {
  const message = `Document ${position + 1} is not a Kubernetes object: it has no kind. Argo CD cannot load the manifests.`;
  return { code: 'noManifest', severity: 'error', key, message };
}

/** HookSucceeded and HookFailed act at the end of the whole sync: both together always do. */
function isAlwaysDeleted({ deletePolicies }: HookRole): boolean {
  return (
    deletePolicies.includes('BeforeHookCreation') ||
    (deletePolicies.includes('HookSucceeded') && deletePolicies.includes('HookFailed'))
  );
}

/** Foreign text as a bounded, one-line quotation. */
function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
