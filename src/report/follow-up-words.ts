import type {
  FollowUpReport,
  FollowUpResult,
  FollowUpState,
} from '../sync/model/follow-up-report.ts';
import type { ApplicationResult } from '../sync/model/outcome.ts';
import { logLine, markdownLink, markdownText, plainLine } from '../text/foreign-text.ts';
import { markdownTable } from '../text/markdown-table.ts';

/** The limit of listed follow-ups of one application. */
const most = 100;
/** The limit for all applications in an output variable. */
const mostOutput = 20;

const states: Readonly<Record<Exclude<FollowUpState, 'ended'>, string>> = {
  waiting: 'waiting',
  queued: 'queued',
  running: 'running',
  notQueued: 'not queued',
};
const results: Readonly<Record<FollowUpResult, string>> = {
  succeeded: 'succeeded',
  partiallySucceeded: 'partially succeeded',
  failed: 'failed',
  canceled: 'canceled',
};

/** The state of a follow-up, in words. */
export function followUpState({ state, result }: FollowUpReport): string {
  return state === 'ended' ? results[result ?? 'failed'] : states[state];
}

/** One line of the log: `Follow-up smoke-tests: queued, 20261121.1, https://…`. */
export function followUpLine(report: FollowUpReport): string {
  const { pipeline, run, message } = report;
  const details = run === undefined ? [message] : [run.name, run.page];
  return [`Follow-up ${pipeline}: ${followUpState(report)}`, ...details].filter(Boolean).join(', ');
}

/** The section of the summary; empty if there are no follow-ups. */
export function followUpSection({ followUps = [] }: ApplicationResult, of: string): string {
  if (followUps.length === 0) return '';
  const rows = followUps.slice(0, most).map((report) => {
    const { pipeline, event, run, message } = report;
    const page = run === undefined ? '' : markdownLink(run.name || String(run.id), run.page);
    const cells = [markdownText(pipeline), event, page, followUpState(report)];
    return [...cells, markdownText(message, 300)];
  });
  const table = markdownTable(['Follow-up', 'Event', 'Run', 'State', ''], rows);
  const left = followUps.length - rows.length;
  const note = left > 0 ? `\n\n${left} more are in the result file.` : '';
  return `### Follow-ups${of}\n\n${table}${note}`;
}

/**
 * The machine-readable fields of a follow-up: those of the result file; the output variable has fewer.
 */
export function followUpFields(report: FollowUpReport) {
  const { rule, event, pipeline, state, run, result, message } = report;
  return {
    rule: plainLine(rule),
    event,
    pipeline: plainLine(pipeline),
    state,
    result: result ?? null,
    runId: run?.id ?? null,
    runName: run === undefined ? null : plainLine(run.name),
    url: run?.page ?? null,
    message: plainLine(message, 2_000),
  };
}

/**
 * The output variable `followUps` as JSON. Scripts echo it into logs, so logging commands are defused.
 */
export function followUpsOutput(applications: readonly ApplicationResult[]): string {
  const told = applications.flatMap(({ followUps = [] }) => followUps).slice(0, mostOutput);
  const rows = told.map((report) => {
    const { pipeline, state, result, runId, url } = followUpFields(report);
    return { pipeline: logLine(pipeline, 200), state, result, runId, url: url && logLine(url) };
  });
  return JSON.stringify(rows);
}
