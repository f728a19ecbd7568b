import { printKey } from '../sync/application.ts';
import type { ApplicationResult, Step } from '../sync/outcome.ts';
import { printSpan } from '../text/duration-text.ts';
import { markdownCode, markdownText } from '../text/foreign-text.ts';
import { markdownTable } from '../text/markdown-table.ts';
import { phasesOf } from './phases.ts';
import { printState, stateWords } from './step-line.ts';
import { spanOf, timeBar, type Span } from './time-bar.ts';

/**
 * The phases of an application with their waves and resources, each with a bar that shows when it
 * ran. Of more steps than `most` the hooks, the failed and the slowest are kept.
 */
export function stepsTable(result: ApplicationResult, most: number): string {
  const kept = choose(result.steps, most);
  if (kept.length === 0) return '';
  const whole = spanOf(result.steps);
  const rows = phasesOf(kept).flatMap(({ title, steps, span }) => [
    [`**${title}**`, '', worstState(steps), ...timeCells(span, whole), ''],
    ...steps.map((step) => stepRow(step, whole)),
  ]);
  const left = result.steps.length - kept.length;
  const note = left > 0 ? `\n\n${left} more resources are in the result file.` : '';
  const header = ['Phase, wave', 'Resource', 'State', 'Time', 'When', 'Message'];
  return markdownTable(header, rows) + note;
}

function stepRow(step: Step, whole: Span): readonly string[] {
  return [
    step.wave === undefined ? '' : `wave ${step.wave}`,
    markdownCode(printKey(step), 120) + (step.hook ? ' (hook)' : ''),
    printState(step),
    ...timeCells(step, whole),
    step.state === 'Succeeded' && step.hook ? '' : markdownText(step.message, 120),
  ];
}

function timeCells(span: Span, whole: Span): readonly [string, string] {
  return [
    printSpan(span.startedAt, span.finishedAt).replace('<', '&lt;'),
    markdownCode(timeBar(span, whole)),
  ];
}

function choose(steps: readonly Step[], most: number): readonly Step[] {
  if (steps.length <= most) return steps;
  const byWeight = [...steps].sort((a, b) => weight(b) - weight(a)).slice(0, most);
  const chosen = new Set(byWeight);
  return steps.filter((step) => chosen.has(step));
}

function weight({ state, hook, startedAt, finishedAt }: Step): number {
  if (state === 'Failed') return Number.MAX_SAFE_INTEGER;
  if (hook) return Number.MAX_SAFE_INTEGER - 1;
  return startedAt === undefined || finishedAt === undefined ? 0 : finishedAt - startedAt;
}

function worstState(steps: readonly Step[]): string {
  // Reached in part is not reached: so `Pending` stands before what ended.
  const order = ['Failed', 'Running', 'Pending'] as const;
  const worst = order.find((state) => steps.some((step) => step.state === state));
  return stateWords[worst ?? 'Succeeded'];
}
