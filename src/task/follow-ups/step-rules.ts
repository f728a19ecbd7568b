import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { Problem } from '../../inputs/fault.ts';
import { foldProjectName } from '../../text/project-name.ts';
import type { Job } from './job.ts';

/** What a step cannot do, though a handler could. */
export function problemsOfRules(
  rules: readonly FollowUpRule[],
  { organization }: Pick<Job, 'organization'>,
): readonly Problem[] {
  return rules.flatMap((rule): readonly Problem[] => {
    const name = rule.name.replace(/^input\//, '');
    const { argocd } = rule.for;
    const named = rule.do.kind === 'postWebHook' ? undefined : rule.do.organization;
    const isElsewhere =
      named !== undefined && foldProjectName(named) !== foldProjectName(organization);
    return [
      ...(isElsewhere
        ? [
            {
              text: '',
              problem: `${name}: the job's token leads to no organization but ${organization}`,
              advice: 'Leave the organization out, or have the handler queue it.',
            },
          ]
        : []),
      ...(argocd === undefined
        ? []
        : [
            {
              text: '',
              problem: `${name}: an agent's step knows no names of Argo CD instances`,
              advice: 'Take `argocd` out: the step works with the one of its service connection.',
            },
          ]),
    ];
  });
}
