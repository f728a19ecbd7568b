import { actionKindOf, pipelineOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { Problem } from '../../inputs/fault.ts';
import { foldProjectName } from '../../text/project-name.ts';
import type { Job } from './job.ts';

/** Problems of rules that a handler could follow but a step cannot. */
export function problemsOfRules(
  rules: readonly FollowUpRule[],
  { organization }: Pick<Job, 'organization'>,
): readonly Problem[] {
  return rules.flatMap((rule): readonly Problem[] => {
    const name = rule.name.replace(/^input\//, '');
    const { argocd } = rule.for;
    const queued = pipelineOf(rule.do);
    const named = queued?.organization;
    const isElsewhere =
      named !== undefined && foldProjectName(named) !== foldProjectName(organization);
    return [
      ...(queued === undefined
        ? [
            {
              text: '',
              problem: `${name}: a step on an agent only queues pipelines, and this is to ${actionKindOf(rule.do).printDeed(rule.do)}`,
              advice: "Move the rule to the handler's configuration.",
            },
          ]
        : []),
      ...(isElsewhere
        ? [
            {
              text: '',
              problem: `${name}: the job's token is valid only for the organization ${organization}`,
              advice: 'Remove the organization, or let the handler queue it.',
            },
          ]
        : []),
      ...(argocd === undefined
        ? []
        : [
            {
              text: '',
              problem: `${name}: a step on an agent does not know names of Argo CD instances`,
              advice: 'Remove `argocd`: the step uses the Argo CD of its service connection.',
            },
          ]),
    ];
  });
}
