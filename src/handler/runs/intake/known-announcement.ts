import type { Run, RunHead } from '../../run.ts';

/**
 * What an operation is to the runs of the task that it names. `known`: one of them is its own. `taken`:
 * one is at work that has nothing to do with it. `new`: none is its own, as far as anybody can tell;
 * whether Azure DevOps waits for one shows when it proves itself.
 */
export type Acquaintance = 'known' | 'taken' | 'new';

/** The application and the start of an operation; Argo CD's clock, milliseconds. */
export interface SeenOperation {
  readonly uid: string;
  /** Absent while it has not begun. */
  readonly startedAt: number | undefined;
}

/**
 * Each try of a task asks for the same operation, marker and all, and an operation is seen a hundred
 * times: so only the start tells whether the run that is there is its own. `last`: the newest run of the
 * task, and when the operation began that it followed, where that is known.
 */
export function acquaintanceOf(
  { uid, startedAt }: SeenOperation,
  last: { readonly run: RunHead; readonly startedAt: number | undefined } | undefined,
): Acquaintance {
  if (last === undefined) return 'new';
  const { state, outcome, spec } = last.run;
  const isOpen = state !== 'ended';
  if (spec.announced?.uid !== uid) return isOpen ? 'taken' : 'new';
  // One that came to nothing is not asked again, and one that has not seen the beginning yet will.
  const isOwn = outcome === 'refused' || state === 'accepted' || state === 'following';
  if (last.startedAt === undefined) return isOwn ? 'known' : 'new';
  return startedAt !== undefined && startedAt <= last.startedAt ? 'known' : 'new';
}

/** When the operation of an announced run began; undefined where it never learned that. */
export function operationStart({
  spec,
  results,
}: Pick<Run, 'spec' | 'results'>): number | undefined {
  return spec.announced?.startedAt ?? results[0]?.operation?.startedAt;
}
