import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import { isGranted, type Grant } from '../../follow-ups/grants.ts';
import { printPipelineAddress } from '../../follow-ups/pipeline-address.ts';
import { foldProjectName } from '../../text/project-name.ts';
import type { Denial } from './rules.ts';

/** Where the rules of a run's input may queue with the handler's identity. */
export interface QueueReach {
  /** The name of the run's organization. */
  readonly organization: string;
  /** Id and, where it is known, name of the run's Azure project. */
  readonly projects: readonly string[];
  readonly argocd: string;
  /** Of the application; empty where it is not known. */
  readonly appProject: string;
}

/** Whether a pipeline is in the run's own project, or a grant for the AppProject names it. */
export function isInReach(
  { do: action }: FollowUpRule,
  { organization: own, projects, argocd, appProject }: QueueReach,
  grants: readonly Grant[],
): boolean {
  if (action.kind === 'postWebHook') return false;
  const { organization = own, project, pipeline } = action;
  if (isSame(organization, own)) {
    if (project === undefined || projects.some((one) => isSame(one, project))) return true;
  }
  if (project === undefined) return false;
  return isGranted(grants, { argocd, appProject, address: { organization, project, pipeline } });
}

/** Why a request with these rules is refused: a denial for each that leads too far. */
export function reachDenials(
  rules: readonly FollowUpRule[],
  reach: QueueReach,
  grants: readonly Grant[],
): readonly Denial[] {
  return rules
    .filter((rule) => !isInReach(rule, reach, grants))
    .map(({ do: action }) => {
      const name = action.kind === 'postWebHook' ? action.url : printPipelineAddress(action);
      const { appProject } = reach;
      const message = `followUps: a run of this project may not queue ${name}, which is in another, unless a grant for the AppProject${appProject === '' ? '' : ` ${appProject}`} allows it`;
      const advice =
        appProject === ''
          ? 'Set `project` to the AppProject of the applications; only by that can a grant be found.'
          : 'Queue a pipeline of its own project, or ask whoever runs the handler for an entry in `grants`.';
      return { message, advice };
    });
}

function isSame(one: string, other: string): boolean {
  return foldProjectName(one) === foldProjectName(other);
}
