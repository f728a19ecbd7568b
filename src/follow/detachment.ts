/**
 * The reason to abort a following with when only this process ends: nothing is terminated, reported
 * or judged, since another process takes up what the checkpoint store holds.
 */
export class Detachment extends Error {
  override readonly name = 'Detachment';
}

/** Throws the reason if the signal was aborted by a detachment. */
export function throwIfDetached(signal: AbortSignal): void {
  if (signal.aborted && signal.reason instanceof Detachment) throw signal.reason;
}
