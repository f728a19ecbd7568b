import { createHash } from 'node:crypto';
import { printKey, printName } from '../sync/model/application.ts';
import type { Goal } from '../sync/model/goal.ts';
import type { ApplicationResult, Cause } from '../sync/model/outcome.ts';
import { markdownBlock, markdownCode, markdownLink, markdownText } from '../text/foreign-text.ts';
import { markdownTable } from '../text/markdown-table.ts';
import { followUpSection } from './follow-up-words.ts';
import { operationPage } from './operation-page.ts';
import { markOutcome } from './mark.ts';
import { conclude, outcomeWords, tellsMore, worstFirst } from './result.ts';
import { revisionCell } from './revision-link.ts';
import { spanCell } from './span-cell.ts';
import { stepsTable } from './summary-steps.ts';

/** Characters; with the surrounding words, titles and file names have up to about 120. */
const longestSubject = 90;

const mostApplications = 100;
const mostSteps = 2_000;
const mostCauses = 20;
const mostConcerns = 20;
const mostChildren = 100;
/** Characters; the page must still open for a run with a hundred failing applications. */
const longest = 500_000;
const messageBounds = { lines: 50, width: 500 };
const logBounds = { lines: 200, width: 500 };

/** The cost of writing a section, in comparisons. */
const stepsOfSection = 2_000;

/**
 * The section of the run's page: the contents of the log, most important first. Yields the work done
 * since the last yield, because there may be thousands of resources.
 */
export function* summaryInTurns(results: readonly ApplicationResult[]): Generator<number, string> {
  const sections = yield* cut(sectionsOf(results));
  return `${sections.join('\n\n')}\n`;
}

/** Lazy, so that sections beyond the limit are never made: texts may be very long. */
function* sectionsOf(results: readonly ApplicationResult[]): Generator<string> {
  const shown = worstFirst(results).slice(0, mostApplications);
  const stepsEach = Math.max(10, Math.floor(mostSteps / Math.max(1, shown.length)));
  yield `**${markdownText(conclude(results).message, 1_000)}**`;
  yield applicationsTable(shown, results.length - shown.length);
  for (const result of shown) if (result.outcome !== 'succeeded') yield failureSection(result);
  yield concernsSection(shown);
  for (const result of shown) yield followUpSection(result, ofName(result, results.length > 1));
  for (const result of shown) yield stepsSection(result, stepsEach, results.length > 1);
  for (const result of shown) yield childrenSection(result);
  for (const result of shown) yield evidenceLine(result);
}

/** The title of the section, which is also the file name; valid on any file system. */
export function summaryTitle(action: Goal['action'], names: readonly string[]): string {
  const [first = ''] = names;
  const subject =
    names.length === 1 ? fileNameOf(first.replace('/', ' ')) : `${names.length} applications`;
  return names.length === 0 ? `Argo CD ${action}` : `Argo CD ${action} of ${subject}`;
}

/**
 * Cuts a long name and makes it unique with a digest: names have up to 317 characters, file names 255,
 * and whole paths on Windows often no more than 260.
 */
function fileNameOf(name: string): string {
  if (name.length <= longestSubject) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${name.slice(0, longestSubject - digest.length - 1)}-${digest}`;
}

function applicationsTable(results: readonly ApplicationResult[], left: number): string {
  const header = ['Application', 'Outcome', 'Sync', 'Health', 'Revision', 'Time'];
  const rows = results.map((result) => [
    markdownLink(printName(result), result.url),
    markOutcome(result),
    result.syncStatus ?? '',
    result.health?.status ?? '',
    revisionCell(result),
    spanCell(result),
  ]);
  const note = left > 0 ? `\n\n${left} more applications are in the result file.` : '';
  return markdownTable(header, rows) + note;
}

function failureSection(result: ApplicationResult): string {
  const causes = result.causes.slice(0, mostCauses).map(causeText);
  const left = result.causes.length - causes.length;
  return [
    `### Why ${markdownText(printName(result))} ${outcomeWords[result.outcome]}`,
    ...(result.causes.some(({ title }) => result.message.includes(title))
      ? []
      : [markdownText(result.message, 1_000)]),
    ...causes,
    ...(left > 0 ? [`${left} more causes are in the result file.`] : []),
    ...(result.operation && result.url !== ''
      ? [markdownLink('Open the operation in Argo CD', operationPage(result.url))]
      : []),
  ].join('\n\n');
}

function causeText({ title, message, advice, resource, log }: Cause): string {
  const of = resource ? ` of ${markdownCode(printKey(resource))}` : '';
  return [
    `**${markdownText(title)}**`,
    ...(message.trim() === '' ? [] : [markdownBlock(message, messageBounds)]),
    ...(advice === '' ? [] : [`What to do: ${markdownText(advice)}`]),
    ...(log.length === 0 ? [] : [`Last lines of the log${of}:`, markdownBlock(log, logBounds)]),
  ].join('\n\n');
}

function concernsSection(results: readonly ApplicationResult[]): string {
  const lines = results.flatMap((result) =>
    result.concerns.map(({ title, message }) => {
      const told = message === '' ? '' : `: ${markdownText(message)}`;
      return `- ${markdownText(printName(result))}: ${markdownText(title)}${told}`;
    }),
  );
  if (lines.length === 0) return '';
  const left = lines.length - mostConcerns;
  const note = left > 0 ? [`- ${left} more are in the result file.`] : [];
  return ['### Needs attention', '', ...lines.slice(0, mostConcerns), ...note].join('\n');
}

function ofName(result: ApplicationResult, several: boolean): string {
  return several ? ` of ${markdownText(printName(result))}` : '';
}

function stepsSection(result: ApplicationResult, most: number, several: boolean): string {
  const table = stepsTable(result, most);
  if (table === '') return '';
  return `### Phases and resources${ofName(result, several)}\n\n${table}`;
}

function childrenSection(result: ApplicationResult): string {
  if (result.children.length === 0) return '';
  const rows = result.children
    .slice(0, mostChildren)
    .map((child) => [
      markdownText(printName(child)),
      child.ready ? 'yes' : 'no',
      child.syncStatus,
      child.health.status,
      markdownText(child.why, 200),
    ]);
  const table = markdownTable(['Application', 'Ready', 'Sync', 'Health', 'Why not'], rows);
  const left = result.children.length - rows.length;
  const note = left > 0 ? `\n\n${left} more are in the result file.` : '';
  return `### Children of ${markdownText(printName(result))}\n\n${table}${note}`;
}

function evidenceLine(result: ApplicationResult): string {
  if (!tellsMore(result)) return '';
  return `How we know of ${markdownText(printName(result))}: ${markdownText(result.evidence)}`;
}

/** Keeps whole sections only, so that no table or block is left unclosed. */
function* cut(sections: Iterable<string>): Generator<number, readonly string[]> {
  const kept: string[] = [];
  let length = 0;
  for (const section of sections) {
    yield stepsOfSection;
    if (section === '') continue;
    length += section.length;
    if (length > longest) {
      return [...kept, 'The rest is omitted because of its size: see the log and the result file.'];
    }
    kept.push(section);
  }
  return kept;
}
