import type { PathFault } from '../settings/path-fault.ts';
import { parseYaml, type YamlDocument } from '../settings/yaml-document.ts';
import type { FollowUpRule } from './follow-up.ts';
import { readFollowUpsInput } from './read-follow-ups.ts';
import { withoutOperation } from './rule-schema.ts';

/** What is wrong with a part of the text. The problem names the part by its line and key. */
export interface FollowUpsProblem {
  /** Always empty: the problem already says where it is. */
  readonly text: string;
  readonly problem: string;
  readonly advice: string;
}

/** Characters. Bounded because the handler stores the text with each run. */
const longest = 16_000;
/** How many faults of one text are reported. */
const mostProblems = 20;

/**
 * Reads the text of a task's input `followUps` (YAML). Returns the rules, or everything that is wrong.
 */
export function parseFollowUps(
  text: string,
):
  { readonly value: readonly FollowUpRule[] } | { readonly problems: readonly FollowUpsProblem[] } {
  if (text.length > longest) {
    const problem = `the text has more than ${longest} characters`;
    const advice = "Shorten it, or move the rules to the handler's configuration.";
    return { problems: [{ text: '', problem, advice }] };
  }
  const document = parseYaml(text);
  if ('fault' in document) {
    const { line, problem, advice } = document.fault;
    return { problems: [{ text: '', problem: `line ${line}: ${problem}`, advice }] };
  }
  const read = readFollowUpsInput(document.value);
  const faults = 'rules' in read ? idleFaults(read.rules, document.value) : read.faults;
  if ('rules' in read && faults.length === 0) return { value: read.rules };
  const lineOf = ({ path }: PathFault) => document.lineOf(path) ?? 0;
  const told = [...faults].sort((one, other) => lineOf(one) - lineOf(other)).slice(0, mostProblems);
  return { problems: told.map((fault) => problemOf(fault, document)) };
}

/** Conditions that cannot apply here: the rules of a run cover only the operation that it starts. */
function idleFaults(rules: readonly FollowUpRule[], value: unknown): readonly PathFault[] {
  return rules.flatMap(({ name, when: { events, startedBy } }, at): readonly PathFault[] => {
    const isIdle = events.some((event) => withoutOperation.includes(event));
    // The short form names its rules after their events: `input/onSuccess/…`.
    const [, trigger = ''] = name.split('/');
    const place = Array.isArray(value) ? [at, 'when'] : [trigger];
    return [
      ...(isIdle
        ? [{ path: Array.isArray(value) ? [...place, 'events'] : place, ...elsewhere }]
        : []),
      ...(startedBy?.includes('run') === false
        ? [{ path: [...place, 'startedBy'], ...byOthers }]
        : []),
    ];
  });
}

const elsewhere = {
  problem: 'this event belongs to an application, not to the operation that a run starts',
  advice: "Move it to the handler's configuration, or to an annotation of the application.",
};
const byOthers = {
  problem: 'this run always starts the operation itself',
  advice: "Remove it, or move the rule to the handler's configuration.",
};

function problemOf({ path, problem, advice }: PathFault, document: YamlDocument): FollowUpsProblem {
  const line = document.lineOf(path);
  const place = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(path.length === 0 ? [] : [path.join('.')]),
  ].join(', ');
  return { text: '', problem: place === '' ? problem : `${place}: ${problem}`, advice };
}
