import { ownAnnotationPrefix } from '../sync/model/application.ts';
import { plainLine } from '../text/foreign-text.ts';
import { nearest } from '../text/nearest.ts';
import { plainQueuePipeline } from './action-kinds/queue-pipeline.ts';
import type { FollowUpRule } from './follow-up.ts';
import { parsePipelineAddress, type PipelineAddress } from './pipeline-address.ts';
import { triggeredRule } from './read-follow-ups.ts';
import { annotationPart, triggerNames, type TriggerName } from './trigger.ts';

/** What is wrong with an annotation. `annotation` and `value` are foreign texts, cut to one line. */
export interface AnnotationFault {
  readonly annotation: string;
  readonly value: string;
  readonly problem: string;
  readonly advice: string;
}

/** The rules of an application's annotations, and the faults of invalid ones. */
export interface AnnotationReading {
  /** For this application alone, and not yet checked against the grants: see `grantedRules`. */
  readonly rules: readonly FollowUpRule[];
  readonly faults: readonly AnnotationFault[];
}

/** How many of our annotations are read, pipelines per annotation, and faults reported. */
const most = { annotations: 100, pipelines: 10, faults: 20 } as const;
const longestValue = 2_000;
const forms = new Map(
  triggerNames.map((name) => [ownAnnotationPrefix + annotationPart(name), name]),
);

/**
 * Reads annotations such as `azure-pipelines/on-success: shop/smoke-tests`; semicolons separate several
 * pipelines. The project must be named, because an application has no Azure DevOps project. An invalid
 * annotation makes no rule; the others still count.
 */
export function readAnnotations(annotations: Readonly<Record<string, string>>): AnnotationReading {
  const own = ownOf(annotations);
  const rules = new Map<string, FollowUpRule>();
  const faults: AnnotationFault[] = [];
  const refuse = (annotation: string, value: string, problem: string, advice: string) => {
    if (faults.length >= most.faults) return;
    const shown = { annotation: plainLine(annotation, 100), value: plainLine(value, 200) };
    faults.push({ ...shown, problem, advice });
  };
  const [next] = own.slice(most.annotations);
  if (next !== undefined) {
    const problem = `more than ${most.annotations} annotations begin with \`${ownAnnotationPrefix}on\``;
    refuse(next[0], next[1], problem, 'Remove those that name no event: the rest is not read.');
  }
  for (const [annotation, value] of own.slice(0, most.annotations)) {
    const trigger = forms.get(annotation);
    if (trigger === undefined) {
      const { problem, advice } = unknownName(annotation);
      refuse(annotation, value, problem, advice);
      continue;
    }
    for (const read of readValue(value)) {
      if ('problem' in read) {
        refuse(annotation, read.text, read.problem, read.advice);
      } else {
        const rule = ruleOf(trigger, read.address);
        rules.set(rule.name, rule);
      }
    }
  }
  return { rules: [...rules.values()], faults };
}

/** The annotation that a rule was read from, as it is written, by the rule's name. */
export function printAnnotation(rule: string): string {
  const [, trigger = '', pipeline = ''] = /^annotation\/(\w+)\/(.*)$/s.exec(rule) ?? [];
  const name = [...forms].find(([, each]) => each === trigger)?.[0] ?? ownAnnotationPrefix;
  return `${name}: ${pipeline}`;
}

/** The annotations meant for us, the known ones first, and no more than are read. */
function ownOf(
  annotations: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  const own: (readonly [string, string])[] = [];
  for (const name of forms.keys()) {
    if (Object.hasOwn(annotations, name)) own.push([name, annotations[name] ?? '']);
  }
  for (const name in annotations) {
    if (own.length > most.annotations) break;
    if (!isMeant(name) || forms.has(name)) continue;
    own.push([name, annotations[name] ?? '']);
  }
  return own;
}

/** Others may use our prefix for something else, so only names that look like an event count. */
function isMeant(name: string): boolean {
  return /^azure-pipelines\/[oO]n(?![a-z])/.test(name);
}

function unknownName(annotation: string): { readonly problem: string; readonly advice: string } {
  const known = [...forms.keys()];
  const meant = nearest(annotation.slice(0, 100), known);
  const advice = meant ? `Did you mean \`${meant}\`?` : `Use one of: ${known.join(', ')}.`;
  return { problem: 'no event has this name', advice };
}

type ReadPart =
  | { readonly address: PipelineAddress }
  | { readonly text: string; readonly problem: string; readonly advice: string };

function readValue(value: string): readonly ReadPart[] {
  const advice = 'Use `project/pipeline`, and `;` between several.';
  if (value.length > longestValue) {
    const problem = `it has more than ${longestValue} characters`;
    return [{ text: value, problem, advice }];
  }
  const parts = value
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return [{ text: value, problem: 'it names no pipeline', advice }];
  if (parts.length > most.pipelines) {
    const problem = `it names more than ${most.pipelines} pipelines`;
    return [{ text: value, problem, advice: 'Queue one that queues the others.' }];
  }
  return parts.map((text) => {
    const address = parsePipelineAddress(text);
    if ('problem' in address) return { text, ...address };
    if (address.value.project !== undefined) return { address: address.value };
    return { text, problem: 'it does not name the project of the pipeline', advice };
  });
}

function ruleOf(trigger: TriggerName, address: PipelineAddress): FollowUpRule {
  const rule = triggeredRule(trigger, plainQueuePipeline(address));
  return { ...rule, name: `annotation/${rule.name}` };
}
