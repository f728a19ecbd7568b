import { printName } from '../sync/model/application.ts';
import type { ApplicationResult } from '../sync/model/outcome.ts';
import { printSpan } from '../text/duration-text.ts';
import { isMessageTold } from './failure-lines.ts';
import { logLine } from '../text/foreign-text.ts';
import { operationPage } from './operation-page.ts';
import {
  askedRevisions,
  countOutcomes,
  outcomeWords,
  printDeployed,
  printOutcome,
  tellsMore,
} from './result.ts';
import { stepCells } from './step-line.ts';
import { textTable } from '../text/text-table.ts';

const widestCell = 60;

/** How an application ended, the evidence, and where to find more. */
export function resultLines(result: ApplicationResult): readonly string[] {
  const good = result.outcome === 'succeeded';
  const took = printSpan(result.startedAt, result.finishedAt);
  const end = `${printName(result)} ${outcomeWords[result.outcome]} after ${took}`;
  const headline = isMessageTold(result) ? end : `${end}: ${result.message}`;
  const page = result.url;
  const { drySourceRevision: dry, revisions } = result;
  const asked = askedRevisions(result);
  return [
    `${good ? '##[section]' : ''}${logLine(headline, 1_000)}`,
    ...(tellsMore(result) ? [`  How we know  ${logLine(result.evidence)}`] : []),
    ...(revisions.length === 0 ? [] : [`  Revision     ${logLine(revisions.join(', '))}`]),
    ...(asked.length === 0 ? [] : [`  Not deployed ${logLine(asked.join(', '))}`]),
    ...(dry === undefined ? [] : [`  Dry commit   ${logLine(dry)}`]),
    ...(page === '' ? [] : [`  Application  ${logLine(page)}`]),
    ...(page === '' || good || result.operation === undefined
      ? []
      : [`  Operation    ${logLine(operationPage(page))}`]),
  ];
}

/** All steps of an application as a group; empty if there are none. */
export function stepGroup(result: ApplicationResult): readonly string[] {
  const { steps } = result;
  if (steps.length === 0) return [];
  const count = `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`;
  const rows = steps.map((step) =>
    stepCells(step, result.outcome).map((cell) => logLine(cell, 300)),
  );
  return [`##[group]${logLine(printName(result))}: ${count}`, ...textTable(rows), '##[endgroup]'];
}

/** The final table of a run of several applications. */
export function closingTable(results: readonly ApplicationResult[]): readonly string[] {
  const rows = results.map((result) =>
    [
      printName(result),
      printOutcome(result.outcome),
      result.syncStatus ?? '',
      result.health?.status ?? '',
      printDeployed(result),
      printSpan(result.startedAt, result.finishedAt),
    ].map((cell) => logLine(cell, widestCell)),
  );
  const header = ['Application', 'Outcome', 'Sync', 'Health', 'Revision', 'Time'];
  const good = results.every(({ outcome }) => outcome === 'succeeded');
  const title = `${good ? '##[section]' : ''}${countOutcomes(results)}`;
  return [title, ...textTable([header, ...rows])];
}
