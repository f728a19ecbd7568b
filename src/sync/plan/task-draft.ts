import type { ResourceKey } from '../model/application.ts';
import type { Movable } from './dependency.ts';
import { generatedName, type NameParts } from './generated-name.ts';
import type { Manifest } from './manifest.ts';
import type { SyncPhase } from '../model/operation.ts';
import type { Task } from './plan.ts';
import type { ManifestTarget } from './manifest-target.ts';
import { ownWave } from './wave.ts';

/** A task whose phase, wave and position are not final yet. */
export interface TaskDraft extends Movable {
  readonly key: ResourceKey;
  /** Empty if it is not a hook. */
  readonly hookTypes: readonly SyncPhase[];
  readonly deletePolicies: Task['deletePolicies'];
  readonly generateName: string | undefined;
  readonly prune: Task['prune'];
  readonly pruneLast: boolean;
  tied: boolean;
}

/** The task of an ordinary resource. */
export function resourceDraft({ manifest, key }: ManifestTarget): TaskDraft {
  const { defines } = manifest;
  const generateName = manifest.generateName || undefined;
  return draft(key, 'Sync', ownWave(manifest), { generateName, defines });
}

/** The tasks of a hook, one for each of its phases. */
export function hookDrafts(
  { manifest, key, hook }: ManifestTarget,
  parts: NameParts,
): readonly TaskDraft[] {
  const { defines } = manifest;
  const generateName = manifest.generateName || undefined;
  return hook.phases.map((phase) => {
    const name = generateName ? generatedName(generateName, phase, parts) : key.name;
    const { phases: hookTypes, deletePolicies } = hook;
    const extras = { hookTypes, deletePolicies, generateName, defines };
    return draft({ ...key, name }, phase, ownWave(manifest), extras);
  });
}

/** The task that creates or labels the destination namespace: `CreateNamespace=true`. */
export function namespaceDraft(name: string): TaskDraft {
  return draft({ group: '', kind: 'Namespace', namespace: '', name }, 'PreSync', 0, {});
}

/** The task of a live object that no longer has a manifest. */
export function pruneDraft(
  live: Manifest,
  prune: NonNullable<Task['prune']>,
  pruneLast: boolean,
): TaskDraft {
  const { group, kind, namespace, name } = live;
  return draft({ group, kind, namespace, name }, 'Sync', ownWave(live), { prune, pruneLast });
}

type Extras = Partial<
  Pick<
    TaskDraft,
    'hookTypes' | 'deletePolicies' | 'generateName' | 'defines' | 'prune' | 'pruneLast'
  >
>;

/**
 * All properties in one literal: with thousands of tasks, spreading would take most of the time.
 */
function draft(key: ResourceKey, phase: SyncPhase, wave: number, extras: Extras): TaskDraft {
  const { hookTypes = [], deletePolicies = [], generateName, defines } = extras;
  const { prune, pruneLast = false } = extras;
  return {
    key,
    phase,
    wave,
    hookTypes,
    deletePolicies,
    generateName,
    defines,
    prune,
    pruneLast,
    moved: false,
    tied: false,
  };
}
