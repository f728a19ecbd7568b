import { isoTime } from '../text/iso-time.ts';
import type { ResourceKey } from '../sync/model/application.ts';
import type { Goal } from '../sync/model/goal.ts';
import type {
  OperationReport,
  ApplicationResult,
  Cause,
  OperationStep,
} from '../sync/model/outcome.ts';
import { plainLine, plainLines } from '../text/foreign-text.ts';
import { jsonPieces } from '../text/json-printing.ts';
import { followUpFields } from './follow-up-words.ts';
import { worstOf } from './result.ts';

/** Incremented when a field changes its meaning or is removed, not for new fields. */
const schema = 1;
/** The attachment type by which the results tab finds the file. */
export const resultAttachment = 'argocd.result';

/** The limit of steps of one application, and of all applications together. */
const mostSteps = 5_000;
const mostStepsOfAll = 20_000;
const mostCauses = 20;
const mostChildren = 1_000;
const mostImages = 500;
const mostFollowUps = 1_000;
const messageBounds = { lines: 100, width: 1_000 };
const logBounds = { lines: 1_000, width: 500 };

/** What the file contains besides the applications' results. */
export interface ResultContext {
  readonly action: Goal['action'];
  readonly server: string;
}

/** The cost of writing one step, in comparisons. */
const stepsOfStep = 10;
/** To write so many characters takes as long as a comparison. */
const charactersOfStep = 50;

/**
 * The result as JSON; docs/result-schema.md describes it. All times are ISO 8601. Yields the work done
 * since the last yield, because there may be thousands of resources.
 */
export function* resultJsonInTurns(
  results: readonly ApplicationResult[],
  context: ResultContext,
): Generator<number, string> {
  const share = Math.floor(mostStepsOfAll / Math.max(1, results.length));
  const steps = Math.min(mostSteps, share);
  const applications: unknown[] = [];
  for (const one of results) applications.push(yield* applicationInTurns(one, steps));
  const file = {
    schema,
    action: context.action,
    server: context.server,
    outcome: worstOf(results)?.outcome ?? 'failed',
    applications,
  };
  const pieces: string[] = [];
  for (const piece of jsonPieces(file, 2)) {
    pieces.push(piece);
    yield Math.ceil(piece.length / charactersOfStep);
  }
  return `${pieces.join('')}\n`;
}

function* applicationInTurns(result: ApplicationResult, most: number) {
  return {
    name: result.name,
    namespace: result.namespace ?? null,
    outcome: result.outcome,
    message: plainLine(result.message, 4_096),
    evidence: plainLine(result.evidence, 4_096),
    url: result.url,
    revisions: result.revisions.map((revision) => plainLine(revision, 1_024)),
    drySourceRevision: result.drySourceRevision ? plainLine(result.drySourceRevision, 1_024) : null,
    syncStatus: result.syncStatus ?? null,
    healthStatus: result.health?.status ?? null,
    healthMessage: result.health ? text(result.health.message) : null,
    startedAt: isoTime(result.startedAt) ?? null,
    finishedAt: isoTime(result.finishedAt) ?? null,
    operation: result.operation ? operationOf(result.operation) : null,
    causes: result.causes.slice(0, mostCauses).map(causeOf),
    concerns: result.concerns
      .slice(0, mostCauses)
      .map(({ title, message }) => ({ title: plainLine(title), message: text(message) })),
    steps: yield* stepsInTurns(result.steps.slice(0, most)),
    stepsLeftOut: Math.max(0, result.steps.length - most),
    images: result.images.slice(0, mostImages).map((image) => plainLine(image, 512)),
    children: result.children.slice(0, mostChildren).map((child) => ({
      name: child.name,
      namespace: child.namespace ?? null,
      ready: child.ready,
      syncStatus: child.syncStatus,
      healthStatus: child.health.status,
      why: plainLine(child.why),
    })),
    ...(result.followUps === undefined
      ? {}
      : { followUps: result.followUps.slice(0, mostFollowUps).map(followUpFields) }),
  };
}

function operationOf(operation: OperationReport) {
  return {
    ours: operation.ours,
    phase: operation.phase,
    message: text(operation.message),
    revisions: operation.revisions.map((revision) => plainLine(revision, 1_024)),
    startedAt: isoTime(operation.startedAt) ?? null,
    finishedAt: isoTime(operation.finishedAt) ?? null,
    retryCount: operation.retryCount,
    initiatedBy: plainLine(operation.initiatedBy),
  };
}

function causeOf({ title, message, advice, resource, log }: Cause) {
  return {
    title: plainLine(title),
    message: text(message),
    advice: plainLine(advice),
    resource: resource ? keyOf(resource) : null,
    log: plainLines(log, logBounds),
  };
}

function* stepsInTurns(steps: readonly OperationStep[]) {
  const told: ReturnType<typeof stepOf>[] = [];
  for (const step of steps) {
    told.push(stepOf(step));
    yield stepsOfStep;
  }
  return told;
}

function stepOf(step: OperationStep) {
  return {
    phase: step.phase,
    wave: step.wave ?? null,
    ...keyOf(step),
    hook: step.hook,
    state: step.state,
    message: plainLine(step.message, 2_000),
    startedAt: isoTime(step.startedAt) ?? null,
    finishedAt: isoTime(step.finishedAt) ?? null,
    attempt: step.attempt,
    ...(step.dryRun === true ? { dryRun: true } : {}),
  };
}

function keyOf({ group, kind, namespace, name }: ResourceKey) {
  return { group, kind, namespace, name };
}

function text(message: string): string {
  return plainLines(message, messageBounds).join('\n');
}
