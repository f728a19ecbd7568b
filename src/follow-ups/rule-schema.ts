import * as z from 'zod/mini';
import { eventKinds, type EventKind } from '../sync/events/application-event.ts';
import type { OperationOrigin } from '../sync/events/operation-origin.ts';
import { syncPhases } from '../sync/plan/hook.ts';
import { namePattern, parseApplication, parseAppProject, parseName } from '../settings/names.ts';
import type { Setting } from '../settings/setting.ts';
import { described, textSetting } from '../settings/text-setting.ts';
import { readLabelSelector, type LabelRequirement } from '../text/label-selector.ts';
import { actionSchema, type Place } from './action-schema.ts';
import { recurrences, type FollowUpRule } from './follow-up.ts';

/** How many rules there may be in one place, and patterns in one list. */
export const mostRules = 1_000;
const mostPatterns = 100;
const longestSelector = 4_096;

/** Who may have started an operation, as rules say it. */
export const origins = [
  'run',
  'autoSync',
  'selfHeal',
  'applicationSet',
  'user',
] as const satisfies readonly OperationOrigin['kind'][];

const phased: readonly EventKind[] = ['phaseReached', 'hookEnded'];
/** What happens to an application whether it has an operation or not. */
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
    events: someOf(z.enum(eventKinds), 'What must have happened.'),
    phases: z.optional(
      someOf(z.enum(syncPhases), 'Of which phases: for phaseReached and hookEnded.'),
    ),
    startedBy: z.optional(someOf(z.enum(origins), 'Who must have started the operation.')),
    revisionChanged: z.optional(
      described(
        z.boolean(),
        'Whether something else is deployed than before. What nobody knows counts as changed.',
      ),
    ),
  })
  .check(({ value, issues }) => {
    const refuse = (events: readonly string[], key: string, why: string) => {
      if (events.length === 0) return;
      const message = `${events.join(' and ')} ${why}`;
      const params = { advice: 'Make it a rule of its own, without this.' };
      issues.push({ code: 'custom', message, params, path: [key], input: value });
    };
    const { events, phases, startedBy, revisionChanged } = value;
    const unphased = events.filter((event) => !phased.includes(event));
    const unasked = events.filter((event) => withoutOperation.includes(event));
    if (phases) refuse(unphased, 'phases', 'is of no phase');
    if (startedBy) refuse(unasked, 'startedBy', 'is of no operation');
    if (revisionChanged !== undefined) refuse(unasked, 'revisionChanged', 'is of no operation');
  });

const filter = z.strictObject({
  argocd: someTexts(parseName, 'Name of an Argo CD instance.', 'Argo CD instances; otherwise all.'),
  appProjects: someTexts(parseAppProject, 'Name with `*` and `?`.', 'AppProjects; otherwise all.'),
  applications: someTexts(
    parseApplication,
    '`name` or `namespace/name`, with `*` and `?`, which do not stand for a `/`.',
    'Applications; otherwise all.',
  ),
  labels: z.optional(
    textSetting(parseLabels, {
      description: 'Label selector, as for kubectl; otherwise whatever their labels.',
      examples: ['team=shop,tier in (web,api)'],
    }),
  ),
});

/** A rule as it is written, the same in each place but for what the place may leave out. */
export const ruleSchema = (place: Place) =>
  z.pipe(
    z
      .strictObject({
        name: textSetting(parseName, {
          description: 'How logs, pages and runs call it. Under another name it is another rule.',
          pattern: namePattern,
        }),
        when: described(when, 'Which events start it.'),
        for: z.prefault(described(filter, 'Which applications it is for; otherwise all.'), {}),
        do: actionSchema(place),
        each: described(
          z._default(z.enum(recurrences), 'operation'),
          'attempt: once more for each time that Argo CD retries the operation.',
        ),
      })
      .check(({ value, issues }) => {
        const events = value.when.events.filter((event) => withoutOperation.includes(event));
        if (value.each === 'operation' || events.length === 0) return;
        const message = `${events.join(' and ')} is of no operation, which could be tried again`;
        const params = { advice: 'Leave it out.' };
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
  const advice = 'Write it as for kubectl, such as `team=shop,tier in (web,api)`.';
  return { problem: 'it is not a label selector', advice };
}
