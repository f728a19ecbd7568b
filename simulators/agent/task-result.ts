/** The results of a step, best to worst, in the order in which the agent merges several. */
export const taskResults = [
  'Succeeded',
  'SucceededWithIssues',
  'Failed',
  'Canceled',
  'Skipped',
  'Abandoned',
] as const;
export type TaskResult = (typeof taskResults)[number];

/** The result named by `task.complete`; the agent distinguishes case. */
export function parseTaskResult(word: string): TaskResult | undefined {
  return taskResults.find((result) => result === word);
}

/** The worse of the two: a later, better result never replaces an earlier one. */
export function mergeTaskResults(current: TaskResult | undefined, coming: TaskResult): TaskResult {
  if (current === undefined) return coming;
  return taskResults.indexOf(current) > taskResults.indexOf(coming) ? current : coming;
}
