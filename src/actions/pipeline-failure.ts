import { PipelineError, type PipelineReason } from '../azure/pipelines/pipeline-error.ts';
import { ActionError } from './action-target.ts';

/**
 * What a refusal means for the action. `later`: it will succeed once somebody grants, creates or enables
 * something in Azure DevOps, so it is retried until it expires, and the message is shown in the
 * meantime. A missing pipeline looks like one that the identity may not see. `refused`: rule and
 * pipeline contradict each other, and one of them must change.
 */
const onRefusal: Readonly<Record<PipelineReason, 'later' | 'refused'>> = {
  unknownProject: 'later',
  unknownPipeline: 'later',
  notAuthorized: 'later',
  needsEditQueueConfiguration: 'later',
  disabledPipeline: 'later',
  unauthenticated: 'later',
  noToken: 'later',
  // The branch may be pushed soon, or the run of a resource may not have ended yet.
  missingBranch: 'later',
  missingResource: 'later',
  throttled: 'later',
  unavailable: 'later',
  unclear: 'later',
  ambiguousPipeline: 'refused',
  unknownRun: 'refused',
  unknownStage: 'refused',
  undeclaredParameter: 'refused',
  missingParameter: 'refused',
  invalidParameter: 'refused',
  variableNotSettable: 'refused',
  invalidPipeline: 'refused',
  unknownOrganization: 'refused',
  unreadable: 'refused',
  rejected: 'refused',
};

/** Converts a failed call about pipelines to the failure of an action; other errors stay unchanged. */
export function actionErrorOf(error: unknown): unknown {
  if (!(error instanceof PipelineError)) return error;
  const { kind, reason, message, advice, retryAfter } = error;
  return new ActionError(actionKindOf(kind, reason), `${message} ${advice}`, retryAfter, reason);
}

function actionKindOf(kind: PipelineError['kind'], reason: PipelineReason): ActionError['kind'] {
  switch (kind) {
    case 'refused':
      return onRefusal[reason];
    case 'throttled':
    case 'unavailable':
      return 'later';
    case 'unclear':
      return 'unclear';
  }
}
