import type { PipelineRun } from '../azure/pipelines/pipelines.ts';
import type { FollowUpReport } from '../sync/model/follow-up-report.ts';

/** What a pipeline's run, as last read, says of its follow-up. One that has not started is still queued. */
export function reportedRun({
  id,
  name,
  page,
  state,
  result,
}: PipelineRun): Partial<FollowUpReport> {
  const run = { id, name, page };
  if (state === 'completed') return { state: 'ended', run, result: result ?? 'failed' };
  return state === 'notStarted' ? { run } : { state: 'running', run };
}
