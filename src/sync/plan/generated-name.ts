import { syncPhases } from './hook.ts';
import type { SyncPhase } from '../model/operation.ts';

/** The parts of the name of a `generateName` hook. */
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

/** How many characters of a revision a name contains. */
const longestRevision = 7;

/** What a name may have been generated from. */
export interface GeneratedName {
  readonly phase: SyncPhase;
  /** Candidates for `generateName`, longest first: it is not known where the revision begins. */
  readonly beginnings: readonly string[];
}

/** Parses a generated name, of any operation; undefined if it is not one. */
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
