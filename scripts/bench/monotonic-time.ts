/**
 * Milliseconds on the machine's monotonic clock, which all its processes share: what one of them
 * writes down may be subtracted from what another does.
 */
export function monotonicTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
