/**
 * The abort reason when only this process ends: nothing is terminated, reported or judged, since
 * another process resumes from the checkpoint store.
 */
export class Detachment extends Error {
  override readonly name = 'Detachment';
}

/** Throws the reason if the signal was aborted by a detachment. */
export function throwIfDetached(signal: AbortSignal): void {
  if (signal.aborted && signal.reason instanceof Detachment) throw signal.reason;
}
