import { syncPhases } from './hook.ts';
import type { SyncPhase } from '../model/operation.ts';

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
  const short = revision.slice(0, longestRevision);
  const seconds = startedAt === undefined ? '' : String(Math.floor(startedAt / 1000));
  return generateName + `${short}-${phase}-${seconds}`.toLowerCase();
}

/** As much of a revision stands in a name. */
const longestRevision = 7;

/** What a name may have been made from. */
export interface GeneratedName {
  readonly phase: SyncPhase;
  /** What `generateName` may be, longest first: how much of it is the revision nobody knows. */
  readonly beginnings: readonly string[];
}

/** Reads a generated name, whatever the operation that it was made for; undefined where it is none. */
export function readGeneratedName(name: string): GeneratedName | undefined {
  const [end = '', lowered] = /-([a-z]+)-[0-9]+$/.exec(name) ?? [];
  const phase = syncPhases.find((each) => each.toLowerCase() === lowered);
  if (phase === undefined) return undefined;
  const rest = name.slice(0, name.length - end.length);
  const shortest = Math.max(0, rest.length - longestRevision);
  const beginnings: string[] = [];
  for (let length = rest.length; length >= shortest; length -= 1) {
    beginnings.push(rest.slice(0, length));
  }
  return { phase, beginnings };
}
