/** How many lines of an output without failures are shown: its end shows why it stopped. */
const mostOfEnd = 60;
/** How many lines of failures are shown: normally all of them. */
const mostOfFailures = 2_000;

/**
 * The failures in the output of `npm test`: everything that mocha prints after its count of failures, for
 * each suite. If that counts none, the end of the output. Says what it leaves out.
 */
export function failuresOf(output: string): readonly string[] {
  const lines = output.trimEnd().split('\n');
  const failures: string[] = [];
  let isFailure = false;
  for (const line of lines) {
    if (/^\s*\d+ failing$/.test(line)) isFailure = true;
    // `npm run unit` starts each suite with this.
    else if (/^Tests of /.test(line)) isFailure = false;
    if (isFailure) failures.push(line);
  }
  if (failures.length === 0) {
    const end = lines.slice(-mostOfEnd);
    return end.length < lines.length
      ? [`the last ${end.length} of ${lines.length} lines:`, ...end]
      : end;
  }
  if (failures.length <= mostOfFailures) return failures;
  const left = failures.length - mostOfFailures;
  return [...failures.slice(0, mostOfFailures), `and ${left} more lines, which are above`];
}
