import * as z from 'zod/mini';
import type { PathFault } from '../settings/path-fault.ts';
import { faultsOf, valueAt } from '../settings/schema-fault.ts';
import { described } from '../settings/text-setting.ts';
import { queuePipelineSchema, type QueuePipeline } from './action-kinds/queue-pipeline.ts';
import type { FollowUpRule } from './follow-up.ts';
import { printPipelineAddress } from './pipeline-address.ts';
import { mostRules, ruleSchema } from './rule-schema.ts';
import { filterOf, triggerNames, type TriggerName } from './trigger.ts';

/** The setting `followUps` of the handler's configuration. */
export const followUpsSchema = described(
  z._default(z.array(ruleSchema('configuration')).check(z.maxLength(mostRules)), []),
  'What to do when something happens to an application.',
);

const mostOfTrigger = 10;

const pipelines = z.union([
  queuePipelineSchema('input'),
  z.array(queuePipelineSchema('input')).check(z.minLength(1), z.maxLength(mostOfTrigger)),
]);

/** The short form `onSuccess: smoke-tests`, or rules as in the configuration. */
const inputSchema = z.union([
  z.array(ruleSchema('input')).check(z.maxLength(mostRules)),
  z.strictObject(
    Object.fromEntries(triggerNames.map((name) => [name, z.optional(pipelines)])) as Record<
      TriggerName,
      z.ZodMiniOptional<typeof pipelines>
    >,
  ),
]);

/** The rules, or everything that is wrong with them. */
export type FollowUpReading =
  { readonly rules: readonly FollowUpRule[] } | { readonly faults: readonly PathFault[] };

/** Reads the parsed YAML of a task's input `followUps`. */
export function readFollowUpsInput(value: unknown): FollowUpReading {
  const parsed = z.safeParse(inputSchema, value);
  const wrong = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => faultsOf(issue, { schema: inputSchema, value }));
  const faults = [...wrong, ...repeatedRuleNames(value)];
  if (!parsed.success || faults.length > 0) return { faults };
  const rules = Array.isArray(parsed.data) ? parsed.data : expand(parsed.data);
  const named = rules.map((rule) => ({ ...rule, name: `input/${rule.name}` }));
  return hasTwice(named.map(({ name }) => name)) ? { faults: [twice] } : { rules: named };
}

/**
 * Reports names that several rules share. Takes the list as written, so that it works whatever else is
 * wrong.
 */
export function repeatedRuleNames(list: unknown): readonly PathFault[] {
  if (!Array.isArray(list)) return [];
  const seen = new Set<string>();
  return list.flatMap((_, at): readonly PathFault[] => {
    const name = valueAt(list, [at, 'name']);
    if (typeof name !== 'string') return [];
    const isNew = !seen.has(name);
    seen.add(name);
    if (isNew) return [];
    const problem = 'another rule has this name';
    return [{ path: [at, 'name'], problem, advice: 'Rename or remove one of them.' }];
  });
}

const twice: PathFault = {
  path: [],
  problem: 'one event queues the same pipeline twice',
  advice: 'Remove one of them, or write both as rules with names.',
};

function hasTwice(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

type ShortForm = {
  readonly [Name in TriggerName]?: QueuePipeline | readonly QueuePipeline[] | undefined;
};

function expand(given: ShortForm): readonly FollowUpRule[] {
  return triggerNames.flatMap((trigger) =>
    [given[trigger] ?? []].flat().map((action) => triggeredRule(trigger, action)),
  );
}

/**
 * The rule that a short name stands for. Its name contains the pipeline, so the order does not matter.
 */
export function triggeredRule(trigger: TriggerName, action: QueuePipeline): FollowUpRule {
  return {
    name: `${trigger}/${printPipelineAddress(action)}`,
    when: filterOf(trigger),
    for: { argocd: undefined, appProjects: undefined, applications: undefined, labels: undefined },
    do: action,
    each: 'operation',
  };
}
