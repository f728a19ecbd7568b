/**
 * Milliseconds on the machine's monotonic clock, which all processes share, so that times of different
 * processes can be subtracted.
 */
export function monotonicTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
