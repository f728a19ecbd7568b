import * as z from 'zod/mini';
import { eventKinds, type EventKind } from '../sync/events/application-event.ts';
import type { OperationOrigin } from '../sync/events/operation-origin.ts';
import { syncPhases } from '../sync/plan/hook.ts';
import { namePattern, parseApplication, parseAppProject, parseName } from '../settings/names.ts';
import type { Setting } from '../settings/setting.ts';
import { described, textSetting } from '../settings/text-setting.ts';
import { readLabelSelector, type LabelRequirement } from '../text/label-selector.ts';
import type { Place } from './action-kinds/action-kind.ts';
import { actionSchema } from './action-schema.ts';
import { recurrences, type FollowUpRule } from './follow-up.ts';

/** The limit of rules in one place, and of patterns in one list. */
export const mostRules = 1_000;
const mostPatterns = 100;
const longestSelector = 4_096;

/** Who started an operation, as rules write it. */
export const origins = [
  'run',
  'autoSync',
  'selfHeal',
  'applicationSet',
  'user',
] as const satisfies readonly OperationOrigin['kind'][];

const phased: readonly EventKind[] = ['phaseReached', 'hookEnded'];
/** Events that need no operation. */
export const withoutOperation: readonly EventKind[] = [
  'healthDegraded',
  'healthRecovered',
  'deleted',
];

const someOf = <T extends z.core.$ZodType>(item: T, description: string) =>
  described(z.array(item).check(z.minLength(1), z.maxLength(mostPatterns)), description);

const someTexts = (parse: (text: string) => Setting<string>, item: string, description: string) =>
  z.optional(someOf(textSetting(parse, { description: item }), description));

const when = z
  .strictObject({
    events: someOf(z.enum(eventKinds), 'Kinds of events.'),
    phases: z.optional(someOf(z.enum(syncPhases), 'Phases, for phaseReached and hookEnded.')),
    startedBy: z.optional(someOf(z.enum(origins), 'Who started the operation.')),
    revisionChanged: z.optional(
      described(
        z.boolean(),
        'Whether the operation deploys another revision than before. Unknown counts as changed.',
      ),
    ),
  })
  .check(({ value, issues }) => {
    const refuse = (events: readonly string[], key: string, why: string) => {
      if (events.length === 0) return;
      const message = `${events.join(' and ')} ${why}`;
      const params = { advice: 'Move it to a separate rule without this condition.' };
      issues.push({ code: 'custom', message, params, path: [key], input: value });
    };
    const { events, phases, startedBy, revisionChanged } = value;
    const unphased = events.filter((event) => !phased.includes(event));
    const unasked = events.filter((event) => withoutOperation.includes(event));
    if (phases) refuse(unphased, 'phases', 'has no phase');
    if (startedBy) refuse(unasked, 'startedBy', 'has no operation');
    if (revisionChanged !== undefined) refuse(unasked, 'revisionChanged', 'has no operation');
  });

const filter = z.strictObject({
  argocd: someTexts(parseName, 'Name of an Argo CD instance.', 'Argo CD instances; default: all.'),
  appProjects: someTexts(parseAppProject, 'Name with `*` and `?`.', 'AppProjects; default: all.'),
  applications: someTexts(
    parseApplication,
    '`name` or `namespace/name`, with `*` and `?`, which do not match `/`.',
    'Applications; default: all.',
  ),
  labels: z.optional(
    textSetting(parseLabels, {
      description: 'Label selector, as in kubectl; default: any labels.',
      examples: ['team=shop,tier in (web,api)'],
    }),
  ),
});

/** A rule as written. Places differ only in what a rule may omit. */
export const ruleSchema = (place: Place) =>
  z.pipe(
    z
      .strictObject({
        name: textSetting(parseName, {
          description: 'The name in logs, pages and runs. A renamed rule is a new rule.',
          pattern: namePattern,
        }),
        when: described(when, 'Which events start it.'),
        for: z.prefault(described(filter, 'Which applications it covers; default: all.'), {}),
        do: actionSchema(place),
        each: described(
          z._default(z.enum(recurrences), 'operation'),
          'attempt: again each time Argo CD retries the operation.',
        ),
      })
      .check(({ value, issues }) => {
        const events = value.when.events.filter((event) => withoutOperation.includes(event));
        if (value.each === 'operation' || events.length === 0) return;
        const message = `${events.join(' and ')} has no operation that could be retried`;
        const params = { advice: 'Remove it.' };
        issues.push({ code: 'custom', message, params, path: ['each'], input: value });
      }),
    z.transform(({ when: given, for: whose, ...rest }): FollowUpRule => {
      const { phases, startedBy, revisionChanged } = given;
      const { argocd, appProjects, applications, labels } = whose;
      return {
        ...rest,
        when: { events: given.events, phases, startedBy, revisionChanged },
        for: { argocd, appProjects, applications, labels },
      };
    }),
  );

function parseLabels(text: string): Setting<readonly LabelRequirement[]> {
  const requirements = text.length > longestSelector ? undefined : readLabelSelector(text);
  if (requirements !== undefined) return { value: requirements };
  const advice = 'Write it as in kubectl, such as `team=shop,tier in (web,api)`.';
  return { problem: 'it is not a label selector', advice };
}
