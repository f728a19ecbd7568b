import { PipelineError, type PipelineReason } from '../azure/pipelines/pipeline-error.ts';
import { ActionError } from './action-target.ts';

/**
 * What a refusal means for the action. `later`: it is done as it is once somebody grants, creates or
 * enables something in Azure DevOps, so it is tried until its time is up, and the sentence is shown
 * meanwhile. A pipeline that is not there reads like one that may not be seen. `refused`: rule and
 * pipeline contradict each other, and the run for this event would not be one of either as it is.
 */
const onRefusal: Readonly<Record<PipelineReason, 'later' | 'refused'>> = {
  unknownProject: 'later',
  unknownPipeline: 'later',
  notAuthorized: 'later',
  needsEditQueueConfiguration: 'later',
  disabledPipeline: 'later',
  unauthenticated: 'later',
  noToken: 'later',
  // A branch that is pushed in a moment, a run of a resource that has not ended yet.
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

/** The failure of a call to pipelines as that of an action; anything else stays what it is. */
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
