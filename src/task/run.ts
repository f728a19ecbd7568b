import { join } from 'node:path';
import { errorMessage } from '../async/error-message.ts';
import { inTurns } from '../async/in-turns.ts';
import type { ArgoCD } from '../argocd/port.ts';
import type { Connection } from '../argocd/rest/connection.ts';
import type { Secret } from '../secret.ts';
import type { Clock } from '../async/clock.ts';
import { warningOfAnnotations } from '../follow/annotation-warnings.ts';
import type { followAll } from '../follow/follow-all.ts';
import type { ApplicationResult, Progress } from '../sync/model/outcome.ts';
import { UserError } from '../user-error.ts';
import type { Agent } from './agent.ts';
import type { FollowUps, FollowUpsModule } from './follow-ups-module.ts';
import { readStep, type TaskInputs } from './step.ts';
import { readConnection, secretsOf } from './connection.ts';
import {
  endOfCancellation,
  endOfError,
  endOfFaults,
  endingLines,
  type TaskEnding,
} from './ending.ts';
import { logLine } from '../text/foreign-text.ts';
import { guid } from '../guid.ts';
import type { TaskRequest } from '../inputs/inputs.ts';
import {
  addAttachment,
  agentLogSink,
  logIssue,
  setSecret,
  uploadSummary,
} from './logging-command.ts';
import { openingLines } from '../report/opening.ts';
import { endReportOf, type EndReportFile } from '../report/end-report.ts';
import { ProgressReport } from '../report/progress-report.ts';
import { pipelineInfo, runMarker } from '../inputs/pipeline-identity.ts';

/** Everything that a run needs from its environment. */
export interface TaskPorts {
  readonly agent: Agent;
  /** `onToken` receives every token from a login. */
  readonly connect: (connection: Connection, onToken: (token: Secret) => void) => ArgoCD;
  readonly follow: typeof followAll;
  /** Loads what follow-ups need; asked where the input is set, or an application has annotations for us. */
  readonly followUps: () => Promise<FollowUpsModule>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborts when the run is canceled. */
  readonly signal: AbortSignal;
}

/**
 * The agent kills the step 10 s after its first signal to stop, and signals again after 7.5 s
 * (azure-devops.md §3.6). The follower is usually done by then; this limit is for when it is not.
 */
const grace = 6_000;

const cancellationWords: Readonly<Record<TaskRequest['onCancel'], string>> = {
  leave: 'a running operation continues in Argo CD (onCancel: leave).',
  terminate: 'an operation of this run will be terminated (onCancel: terminate).',
};

/** What following needs in addition. */
interface FollowingPorts extends TaskPorts {
  readonly module: FollowUpsModule | undefined;
  /** Argo CD's URL. */
  readonly server: string;
}

/** Runs the step. Never rejects: every path sets outputs and a result. */
export async function runTask(ports: TaskPorts): Promise<void> {
  const { agent } = ports;
  const ending = await work(ports).catch((error: unknown) => tell(agent, endOfError(error)));
  for (const line of endingLines(ending)) agent.write(line);
}

/** Ends a step after an error outside its promise chain. */
export function breakOff(agent: Pick<Agent, 'write'>, error: unknown): void {
  for (const line of endingLines(tell(agent, endOfError(error)))) agent.write(line);
}

async function work(ports: TaskPorts): Promise<TaskEnding> {
  const { agent } = ports;
  // Loaded only if needed, because loading takes time.
  const hasFollowUps = (agent.input('followUps') ?? '').trim() !== '';
  const module = hasFollowUps ? await ports.followUps() : undefined;
  const request = readStep(agent, (text) => module?.parse(text, agent) ?? { value: text });
  if ('faults' in request) return tell(agent, endOfFaults(request.faults));
  const reading = readConnection(request.connectionId, agent);
  if ('faults' in reading) return tell(agent, endOfFaults(reading.faults));
  const { connection } = reading;
  for (const secret of secretsOf(connection)) agent.write(setSecret(secret));
  const warnings = [...reading.warnings, ...request.warnings];
  for (const line of openingLines({ ...request, warnings }, connection.url)) agent.write(line);
  const argocd = ports.connect(connection, (token) => agent.write(setSecret(token.reveal())));
  const results = await follow(request, argocd, { ...ports, module, server: connection.url });
  if (results === undefined) return tell(agent, endOfCancellation());
  return publish(results, request, connection.url, ports);
}

/** The results; undefined if the run was canceled and no result arrived in time. */
async function follow(
  request: TaskInputs,
  argocd: ArgoCD,
  { agent, follow, followUps, clock, random, signal, module, server }: FollowingPorts,
): Promise<readonly ApplicationResult[] | undefined> {
  const write = (line: string) => agent.write(line);
  const report = new ProgressReport(agentLogSink(write), request.subject, () => guid(random));
  const variable = (name: string) => agent.variable(name);
  const marker = runMarker(variable, random);
  const tell = (progress: Progress) => report.tell(progress);
  const observer = module?.start({
    ...{ text: request.followUps ?? '', isWaited: request.waitForFollowUps ?? false },
    ...{ endsOnCancel: request.onCancel === 'terminate', marker, server, source: agent },
    pageOf: (application) => argocd.pageOf(application),
    ...{ clock, random, signal, tell },
  });
  const observing = warningOfAnnotations(
    request.goal,
    async (application) =>
      Object.keys(application.annotations)[0] === undefined
        ? []
        : (await followUps()).faultsOf(application),
    tell,
    observer,
  );
  const following = follow(
    request,
    { marker, info: pipelineInfo(variable) },
    {
      argocd,
      clock,
      random,
      signal,
      tell,
      observer: observing,
    },
  );
  const ended = new AbortController();
  const canceled = afterCancellation(signal, clock, ended.signal, () => {
    write(`Canceled: ${cancellationWords[request.onCancel]}`);
  });
  try {
    const results = await Promise.race([following, canceled]);
    if (results) report.close(results);
    return results;
  } catch (error) {
    // A search for applications that was cut short by the cancellation has no results, but is not a
    // fault.
    if (signal.aborted && error instanceof UserError) return undefined;
    throw error;
  } finally {
    ended.abort();
    await closed(observer);
  }
}

/** The step is over; what cannot be closed ends with its process. */
async function closed(followUps: FollowUps | undefined): Promise<void> {
  await followUps?.close().catch(() => undefined);
}

/** Resolves when a canceled run has used up the time that the agent allows. */
async function afterCancellation(
  signal: AbortSignal,
  clock: Clock,
  ended: AbortSignal,
  told: () => void,
): Promise<undefined> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true, signal: ended });
  });
  if (!ended.aborted) told();
  await clock.sleep(grace, ended);
  return undefined;
}

async function publish(
  results: readonly ApplicationResult[],
  request: TaskRequest,
  server: string,
  { agent, random }: TaskPorts,
): Promise<TaskEnding> {
  const { action } = request.goal;
  const report = endReportOf(results, { action, server });
  // A separate folder, because the agent sends files later, when the next step may already write its
  // own.
  const temporary = agent.variable('Agent.TempDirectory') ?? '';
  const folder = join(temporary, `argocd-${action}-${guid(random)}`);
  const { type, name, text } = report.resultFile;
  const resultFile = await writeFile(agent, folder, 'result.json', text);
  if (request.publishSummary) {
    const summary = await writeFile(agent, folder, report.summary.name, report.summary.text);
    if (summary) agent.write(uploadSummary(summary));
    if (resultFile) agent.write(addAttachment(type, name, resultFile));
  }
  const { result, message } = report;
  return { result, message, outputs: report.outputs(resultFile ?? '') };
}

/**
 * The path, or undefined with a warning if the file could not be written; the result does not depend on
 * it.
 */
async function writeFile(
  agent: Agent,
  folder: string,
  name: string,
  text: EndReportFile['text'],
): Promise<string | undefined> {
  try {
    return agent.writeFile(folder, name, await inTurns(text()));
  } catch (error) {
    const reason = errorMessage(error);
    agent.write(logIssue('warning', logLine(`${name} could not be written: ${reason}`)));
    return undefined;
  }
}

function tell(
  agent: Pick<Agent, 'write'>,
  ending: TaskEnding & { readonly lines: readonly string[] },
): TaskEnding {
  for (const line of ending.lines) agent.write(line);
  return ending;
}
