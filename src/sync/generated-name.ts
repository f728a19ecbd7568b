import type { SyncPhase } from './operation.ts';

/** What the name of a `generateName` hook is made of. */
export interface NameParts {
  /** The resolved revision; empty for an application with several sources. */
  readonly revision: string;
  /** `startedAt` of the operation, milliseconds since the epoch; the same in all its attempts. */
  readonly startedAt: number | undefined;
}

/**
 * The name that Argo CD makes for a hook with `generateName` (getSyncTasks in sync_context.go; seen
 * in the recording generated-hook-names: `migrate-1610973-presync-1795225156`). It ends with a dash
 * where the start of the operation is not known.
 */
export function generatedName(
  generateName: string,
  phase: SyncPhase,
  { revision, startedAt }: NameParts,
): string {
  const short = revision.length >= 8 ? revision.slice(0, 7) : revision;
  const seconds = startedAt === undefined ? '' : String(Math.floor(startedAt / 1000));
  return generateName + `${short}-${phase}-${seconds}`.toLowerCase();
}

/** Whether a name may have been made from this `generateName`, in this phase, by any operation. */
export function isGeneratedFrom(name: string, generateName: string, phase: SyncPhase): boolean {
  if (!name.startsWith(generateName)) return false;
  const [, generatedPhase] = /-([a-z]+)-[0-9]+$/.exec(name.slice(generateName.length)) ?? [];
  return generatedPhase === phase.toLowerCase();
}
