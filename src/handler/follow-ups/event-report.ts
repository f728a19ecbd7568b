import { valuesOf } from '../../follow-ups/template-values.ts';
import { printKey, printName } from '../../sync/model/application.ts';
import type {
  ApplicationEvent,
  EventOperation,
  MissedReason,
} from '../../sync/events/application-event.ts';
import { syncPhases } from '../../sync/plan/hook.ts';
import { operationPage } from '../../report/operation-page.ts';
import { linkRevisions } from '../../report/revision-link.ts';
import { spanCell } from '../../report/span-cell.ts';
import { printSpan } from '../../text/duration-text.ts';
import {
  logLine,
  markdownCode,
  markdownLink,
  markdownText,
  webAddress,
} from '../../text/foreign-text.ts';
import { isoTime } from '../../text/iso-time.ts';
import { markdownTable } from '../../text/markdown-table.ts';
import type { ActionBody } from '../../actions/action-body.ts';

/** The output variables of `ArgoCDEvent@1`, in the order of its task.json; pipelines read them. */
export const eventOutputNames = [
  'event',
  'application',
  'namespace',
  'project',
  'argocd',
  'revision',
  'revisions',
  'outcome',
  'phase',
  'hook',
  'message',
  'images',
  'applicationUrl',
  'startedBy',
  'startedByUrl',
] as const;

/** The output variables. Each is set; empty where there is no value. */
export type EventOutputs = Readonly<Record<(typeof eventOutputNames)[number], string>>;

/** What a follow-up run is told about its event, in every form in which it is published. */
export interface EventReport {
  /** One sentence: what happened to which application. */
  readonly headline: string;
  readonly lines: readonly string[];
  /** Markdown for the run's page. */
  readonly summary: string;
  readonly outputs: EventOutputs;
}

const longestMessage = 4_096;
const longestText = 1_024;
const shownHooks = 50;

/** The cause of a follow-up run: what happened, to what, by whom, and which hooks ran. */
export function eventReportOf(body: ActionBody): EventReport {
  const { event, applicationUrl, late } = body;
  const { operation } = event;
  const headline = logLine(
    `${printName(event.application)}: ${kindWords[event.kind]}`,
    longestText,
  );
  const facts = factsOf(body);
  const phases = phaseRows(event);
  const lines = [
    headline,
    ...facts.map(({ name, text }) => logLine(`${name}: ${text}`, longestText)),
    ...phases.map((row) => logLine(printPhase(row), longestText)),
    ...(late ? [lateWords] : []),
  ];
  const page = operation === undefined ? applicationUrl : operationPage(applicationUrl);
  const summary = [
    `**${markdownText(kindWords[event.kind])}**: ${markdownLink(printName(event.application), page)}`,
    markdownTable(
      ['', ''],
      facts.map(({ name, markdown }) => [name, markdown]),
    ),
    phases.length === 0
      ? ''
      : markdownTable(
          ['Phase', 'Began', 'Hooks'],
          phases.map(({ phase, began, hooks }) => [phase, began, markdownText(hooks, longestText)]),
        ),
    late ? lateWords : '',
  ];
  return {
    headline,
    lines,
    summary: `${summary.filter(Boolean).join('\n\n')}\n`,
    outputs: outputsOf(body),
  };
}

/** The outputs of a run that received no event. */
export function outputsWithout(message: string): EventOutputs {
  const empty = Object.fromEntries(eventOutputNames.map((name) => [name, '']));
  const outputs = { ...empty, revisions: '[]', images: '[]' } as EventOutputs;
  return { ...outputs, message: logLine(message, longestMessage) };
}

function outputsOf({ event, argocd, applicationUrl }: ActionBody): EventOutputs {
  const values = valuesOf(event, { argocd, applicationUrl });
  const text = (value: string) => logLine(value, longestText);
  const list = (values: readonly string[]) => JSON.stringify(values.map(text));
  return {
    event: event.kind,
    application: text(values.application),
    namespace: text(values.namespace),
    project: text(values.project),
    argocd: text(argocd),
    revision: text(values.revision),
    revisions: list(event.operation?.revisions ?? []),
    outcome: values.outcome,
    phase: values.phase,
    hook: text(values.hook),
    message: logLine(event.message, longestMessage),
    images: list(event.images),
    applicationUrl: webAddress(applicationUrl) ?? '',
    startedBy: text(values.startedBy),
    startedByUrl: runPageOf(event) ?? '',
  };
}

interface Fact {
  readonly name: string;
  readonly text: string;
  readonly markdown: string;
}

function factsOf({ event, argocd, applicationUrl, chain }: ActionBody): readonly Fact[] {
  const { operation, message, images } = event;
  const values = valuesOf(event, { argocd, applicationUrl });
  const run = runPageOf(event);
  const plain = (name: string, text: string) => ({
    name,
    text,
    markdown: markdownText(text, longestText),
  });
  const code = (name: string, text: string) => ({ name, text, markdown: markdownCode(text, 200) });
  const facts = [
    plain('Message', message),
    ...(operation === undefined ? [] : [revisionFact(operation)]),
    plain('Hook', values.hook),
    plain('Started by', values.startedBy),
    run === undefined
      ? plain('Triggering run', '')
      : { name: 'Triggering run', text: run, markdown: markdownLink(run, run) },
    plain('Operation started', operation === undefined ? '' : (isoTime(operation.startedAt) ?? '')),
    occurredFact(event),
    plain(
      'Attempt',
      operation !== undefined && operation.attempt > 0 ? String(operation.attempt + 1) : '',
    ),
    code('Images', images.slice(0, 10).join(', ')),
    plain('Argo CD', [argocd, webAddress(applicationUrl)].filter(Boolean).join(', ')),
    plain(
      'Earlier follow-ups',
      chain.map(({ application, rule }) => `${application} (${rule})`).join(', '),
    ),
  ];
  return facts.filter(({ text }) => text !== '');
}

/** When it happened, and how long after the start of its operation. */
function occurredFact({ at, operation }: ActionBody['event']): Fact {
  const time = isoTime(at) ?? '';
  if (operation === undefined) return { name: 'Occurred', text: time, markdown: time };
  const span = { startedAt: operation.startedAt, finishedAt: at };
  return {
    name: 'Occurred',
    text: `${time}, after ${printSpan(span.startedAt, at)}`,
    markdown: `${time}, after ${spanCell(span)}`,
  };
}

/** Each revision with a link to its commit, where its repository is on a known host. */
function revisionFact({ revisions, repositories, revisionChanged }: EventOperation): Fact {
  const { links, left } = linkRevisions(revisions, repositories);
  const rest = [
    links.length === 0 ? 'unknown' : '',
    left > 0 ? ` and ${left} more` : '',
    revisionChanged === false ? ' (unchanged)' : '',
  ].join('');
  const texts = links.map(({ text, page }) => (page === undefined ? text : `${text}, ${page}`));
  return {
    name: 'Revision',
    text: texts.join('; ') + rest,
    markdown: links.map(({ markdown }) => markdown).join(', ') + rest,
  };
}

interface PhaseRow {
  readonly phase: string;
  /** Empty where nobody was looking. */
  readonly began: string;
  readonly hooks: string;
}

/** Which hooks ran in each phase, or why none did; and when it began, as far as that was seen. */
function phaseRows({ operation }: ApplicationEvent): readonly PhaseRow[] {
  if (operation === undefined) return [];
  return syncPhases.flatMap((phase) => {
    const ran = operation.hooks.filter((hook) => hook.phase === phase);
    const missed = operation.missed.find((each) => each.phase === phase);
    const seen = operation.phases?.find((each) => each.phase === phase);
    const began = isoTime(seen?.at) ?? '';
    const why = missed === undefined ? '' : missedWords[missed.reason];
    const shown = ran.slice(0, shownHooks).map((hook) => `${printKey(hook)} ${hook.state}`);
    const hooks = shown.join(', ') || why;
    return hooks === '' && began === '' ? [] : [{ phase, began, hooks }];
  });
}

function printPhase({ phase, began, hooks }: PhaseRow): string {
  return `${phase}: ${[began && `began ${began}`, hooks].filter(Boolean).join(', ')}`;
}

/** The run that started the operation, according to the operation. */
function runPageOf({ operation }: ApplicationEvent): string | undefined {
  const origin = operation?.origin;
  if (origin?.kind !== 'run') return undefined;
  return webAddress(origin.page ?? '');
}

const lateWords =
  'This happened while no handler was watching, and was found later in the history of the application.';

const kindWords: Readonly<Record<ApplicationEvent['kind'], string>> = {
  operationStarted: 'an operation started',
  phaseReached: 'the operation reached a phase',
  hookEnded: 'a hook ended',
  succeeded: 'the operation succeeded',
  failed: 'the operation failed',
  terminated: 'the operation was terminated',
  superseded: 'another operation replaced this one',
  healthDegraded: 'its health is Degraded',
  healthRecovered: 'its health recovered',
  deleted: 'it was deleted',
};

const missedWords: Readonly<Record<MissedReason, string>> = {
  dryRun: 'no hooks ran: a dry run',
  selective: 'no hooks ran: only selected resources were synced',
  applyStrategy: 'no hooks ran: strategy apply',
  notReached: 'no hooks ran: the operation ended before this phase',
  notFailed: 'no hooks ran: nothing failed',
  notRunOnThisFailure:
    'no hooks ran: Argo CD runs none when the dry run fails, before the first wave, or on a termination',
  noneThere: 'there are no hooks',
};
