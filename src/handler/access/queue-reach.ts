import { actionKindOf, pipelineOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import { isGranted, type Grant } from '../../follow-ups/grants.ts';
import { foldProjectName } from '../../text/project-name.ts';
import type { Denial } from './rules.ts';

/** Where the rules of a run's input may queue with the handler's identity. */
export interface QueueReach {
  /** The name of the run's organization. */
  readonly organization: string;
  /** Id and, if known, name of the run's Azure project. */
  readonly projects: readonly string[];
  readonly argocd: string;
  /** Of the application; empty if unknown. */
  readonly appProject: string;
}

/** Whether a pipeline is in the run's own project, or a grant allows it for the AppProject. */
export function isInReach(
  { do: action }: FollowUpRule,
  { organization: own, projects, argocd, appProject }: QueueReach,
  grants: readonly Grant[],
): boolean {
  const queued = pipelineOf(action);
  if (queued === undefined) return false;
  const { organization = own, project, pipeline } = queued;
  if (isSame(organization, own)) {
    if (project === undefined || projects.some((one) => isSame(one, project))) return true;
  }
  if (project === undefined) return false;
  return isGranted(grants, { argocd, appProject, address: { organization, project, pipeline } });
}

/** Why a request with these rules is refused: a denial for each pipeline out of reach. */
export function reachDenials(
  rules: readonly FollowUpRule[],
  reach: QueueReach,
  grants: readonly Grant[],
): readonly Denial[] {
  return rules
    .filter((rule) => !isInReach(rule, reach, grants))
    .map(({ do: action }) => {
      const name = actionKindOf(action).print(action);
      const { appProject } = reach;
      const message = `followUps: ${name} is in another project; queuing it requires a grant for the AppProject${appProject === '' ? '' : ` ${appProject}`}`;
      const advice =
        appProject === ''
          ? 'Set `project` to the AppProject of the applications, so that a grant can be found.'
          : "Queue a pipeline of the run's own project, or ask the operator of the handler for an entry in `grants`.";
      return { message, advice };
    });
}

function isSame(one: string, other: string): boolean {
  return foldProjectName(one) === foldProjectName(other);
}
