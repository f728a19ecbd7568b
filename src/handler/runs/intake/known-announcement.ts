import type { Run, RunHead } from '../../run.ts';

/**
 * How an operation relates to the runs of the task that it names. `known`: one of them is its own. `taken`:
 * another run of the task is open. `new`: none is its own, as far as known; whether Azure DevOps waits for
 * one shows when it proves itself.
 */
export type AnnouncementStatus = 'known' | 'taken' | 'new';

/** The application and the start of an operation, in milliseconds of Argo CD's clock. */
export interface SeenOperation {
  readonly uid: string;
  /** Absent if it has not started. */
  readonly startedAt: number | undefined;
}

/**
 * Each try of a task requests the same operation, with the same marker, and an operation is seen many times,
 * so only its start shows whether an existing run is its own. `last`: the newest run of the task, and when
 * the operation that it followed started, if known.
 */
export function announcementStatusOf(
  { uid, startedAt }: SeenOperation,
  last: { readonly run: RunHead; readonly startedAt: number | undefined } | undefined,
): AnnouncementStatus {
  if (last === undefined) return 'new';
  const { state, outcome, spec } = last.run;
  const isOpen = state !== 'ended';
  if (spec.announced?.uid !== uid) return isOpen ? 'taken' : 'new';
  // A run without a result is not asked again; one that has not seen the start will see it.
  const isOwn = outcome === 'refused' || state === 'accepted' || state === 'following';
  if (last.startedAt === undefined) return isOwn ? 'known' : 'new';
  return startedAt !== undefined && startedAt <= last.startedAt ? 'known' : 'new';
}

/** When the operation of an announced run started; undefined if the run never learned that. */
export function operationStart({
  spec,
  results,
}: Pick<Run, 'spec' | 'results'>): number | undefined {
  return spec.announced?.startedAt ?? results[0]?.operation?.startedAt;
}
