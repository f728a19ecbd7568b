import { printKey } from '../sync/model/application.ts';
import type { ApplicationResult, OperationStep } from '../sync/model/outcome.ts';
import { markdownCode, markdownText } from '../text/foreign-text.ts';
import { markdownTable } from '../text/markdown-table.ts';
import { phasesOf } from './phases.ts';
import { markState } from './mark.ts';
import { spanCell } from './span-cell.ts';
import { spanOf, timeBar, type Span } from './time-bar.ts';

/** From this number on, steps of a wave with the same state share a row. */
const fewestFolded = 5;
/** What kubectl reports for a resource that needed no change. */
const unchanged = 'unchanged';
const mostKinds = 4;
const shownMessage = 120;
/** More than is shown, so that truncation stays visible. */
const longestMessage = 2 * shownMessage;

/**
 * The phases of an application with their waves and resources, each with a bar that shows when it ran.
 * If there are more than `most` steps, hooks, failed and slow ones are kept.
 */
export function stepsTable(result: ApplicationResult, most: number): string {
  const kept = choose(result.steps, most);
  if (kept.length === 0) return '';
  const whole = spanOf(result.steps);
  const rows = phasesOf(kept).flatMap(({ title, steps, span }) => [
    [`**${title}**`, '', worstState(steps, result.outcome), ...timeCells(span, whole), ''],
    ...groupsOf(steps).map((group) => groupRow(group, whole, result.outcome)),
  ]);
  const left = result.steps.length - kept.length;
  const note = left > 0 ? `\n\n${left} more resources are in the result file.` : '';
  const header = ['Phase, wave', 'Resource', 'State', 'Time', 'When', 'Message'];
  return markdownTable(header, rows) + note;
}

/** Steps of one wave with the same state. */
interface Group {
  readonly steps: readonly [OperationStep, ...OperationStep[]];
  readonly message: string;
}

/**
 * Every hook and every failed step gets a row; failed steps come first in their wave. Other steps get a
 * row each if they are few. Many steps of a wave with the same state share a row, as do unchanged ones.
 */
function groupsOf(steps: readonly OperationStep[]): readonly Group[] {
  const groups = new Map<string, [OperationStep, ...OperationStep[]]>();
  for (const [place, step] of steps.entries()) {
    const isAlone = step.hook || step.state === 'Failed';
    const { wave = '', state } = step;
    const key = JSON.stringify([wave, state, tellingMessage(step), isAlone ? place : '']);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [step]);
    else group.push(step);
  }
  return [...groups.values()]
    .flatMap((group) => {
      const message = tellingMessage(group[0]);
      const least = message === unchanged ? 2 : fewestFolded;
      return group.length < least
        ? group.map((step): Group => ({ steps: [step], message }))
        : [{ steps: group, message }];
    })
    .sort((a, b) => waveOf(a) - waveOf(b) || Number(hasFailed(b)) - Number(hasFailed(a)));
}

function waveOf({ steps: [{ wave }] }: Group): number {
  return wave ?? Infinity;
}

function hasFailed({ steps: [{ state }] }: Group): boolean {
  return state === 'Failed';
}

function groupRow(
  { steps, message }: Group,
  whole: Span,
  outcome: ApplicationResult['outcome'],
): readonly string[] {
  const [step] = steps;
  return [
    step.wave === undefined ? '' : `wave ${step.wave}`,
    steps.length === 1
      ? markdownCode(printKey(step), 120) + (step.hook ? ' (hook)' : '')
      : countKinds(steps),
    markState(step, outcome),
    ...timeCells(spanOf(steps), whole),
    markdownText(message, shownMessage),
  ];
}

/**
 * What a step's message adds to its row: nothing for a successful hook, whose message only says that it
 * was created, and never the name of the resource (`deployment.apps/web configured`).
 */
function tellingMessage({ hook, state, message, name }: OperationStep): string {
  if (hook && state === 'Succeeded') return '';
  const repeated = /^[\w.-]{1,300}\/(\S{1,300}) /.exec(message);
  const told = repeated?.[1] === name ? message.slice(repeated[0].length) : message;
  return told.slice(0, longestMessage);
}

/** `12 resources: 8 ConfigMap, 4 Service`. */
function countKinds(steps: readonly OperationStep[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of steps) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].sort(([, a], [, b]) => b - a);
  const shown = kinds
    .slice(0, mostKinds)
    .map(([kind, count]) => `${count} ${markdownText(kind, 60)}`);
  const more = kinds.length > shown.length ? ', …' : '';
  return `${steps.length} resources: ${shown.join(', ')}${more}`;
}

function timeCells(span: Span, whole: Span): readonly [string, string] {
  return [spanCell(span), markdownCode(timeBar(span, whole))];
}

function choose(steps: readonly OperationStep[], most: number): readonly OperationStep[] {
  if (steps.length <= most) return steps;
  const byWeight = [...steps].sort((a, b) => weight(b) - weight(a)).slice(0, most);
  const chosen = new Set(byWeight);
  return steps.filter((step) => chosen.has(step));
}

function weight({ state, hook, startedAt, finishedAt }: OperationStep): number {
  if (state === 'Failed') return Number.MAX_SAFE_INTEGER;
  if (hook) return Number.MAX_SAFE_INTEGER - 1;
  return startedAt === undefined || finishedAt === undefined ? 0 : finishedAt - startedAt;
}

function worstState(
  steps: readonly OperationStep[],
  outcome: ApplicationResult['outcome'],
): string {
  // A phase that is only partly reached counts as not reached, so `Pending` precedes the states of ended
  // steps.
  const order = ['Failed', 'Running', 'Pending'] as const;
  const worst = order.find((state) => steps.some((step) => step.state === state));
  const dryRun = steps.some((step) => step.dryRun === true);
  return markState({ state: worst ?? 'Succeeded', hook: true, dryRun }, outcome);
}
