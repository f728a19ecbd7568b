import { foldProjectName } from '../../text/project-name.ts';
import type { Build, Release, Stage } from './pipeline-schema.ts';
import type { RunResult, RunState } from './pipelines.ts';

/** The state of a run, and its result. */
export interface Progress {
  readonly state: RunState;
  readonly result?: RunResult;
}

const buildStates: Readonly<Record<string, RunState>> = {
  none: 'notStarted',
  notstarted: 'notStarted',
  postponed: 'notStarted',
  inprogress: 'inProgress',
  cancelling: 'canceling',
  completed: 'completed',
  abandoned: 'completed',
};

const results: Readonly<Record<string, RunResult>> = {
  succeeded: 'succeeded',
  partiallysucceeded: 'partiallySucceeded',
  failed: 'failed',
  canceled: 'canceled',
};

/**
 * The state of a build. Unknown states count as in progress, because taking them for an end would report
 * something that has not happened. An end without a result is not a success.
 */
export function buildProgress({ status, result }: Pick<Build, 'status' | 'result'>): Progress {
  const known = Object.hasOwn(buildStates, status.toLowerCase());
  const state = (known ? buildStates[status.toLowerCase()] : undefined) ?? 'inProgress';
  if (state !== 'completed') return { state };
  const word = result?.toLowerCase() ?? '';
  return { state, result: (Object.hasOwn(results, word) ? results[word] : undefined) ?? 'failed' };
}

const running: Progress = { state: 'inProgress' };
const notStarted: Progress = { state: 'notStarted' };

const stageProgress: Readonly<Record<string, Progress>> = {
  undefined: notStarted,
  notstarted: notStarted,
  queued: running,
  scheduled: running,
  inprogress: running,
  succeeded: { state: 'completed', result: 'succeeded' },
  partiallysucceeded: { state: 'completed', result: 'partiallySucceeded' },
  rejected: { state: 'completed', result: 'failed' },
  canceled: { state: 'completed', result: 'canceled' },
};

/** Worst first. */
const severity: readonly RunResult[] = ['failed', 'canceled', 'partiallySucceeded', 'succeeded'];

/**
 * The state of a release: of one stage, or of all. A release has no end of its own: it has ended when no
 * stage is in progress or about to start, and at least one has ended. A stage triggered by others is
 * about to start once these have succeeded; Azure DevOps takes a moment for that.
 */
export function releaseProgress(release: Release, stage?: string): Progress {
  const { environments: stages = [], status } = release;
  const isAbandoned = status.toLowerCase() === 'abandoned';
  const wanted = stage === undefined ? stages : stages.filter(({ name }) => isSame(name, stage));
  const all = wanted.map(progressOf);
  const ended = all.flatMap(({ result }) => result ?? []);
  const isNext = stage === undefined && stages.some((one) => isAboutToStart(one, stages));
  if (all.some(({ state }) => state === 'inProgress') || (isNext && !isAbandoned)) return running;
  const result = severity.find((one) => ended.includes(one));
  if (result !== undefined) return { state: 'completed', result };
  return isAbandoned ? { state: 'completed', result: 'canceled' } : notStarted;
}

/** Unknown statuses count as in progress. */
function progressOf({ status }: Stage): Progress {
  const word = status.toLowerCase();
  return (Object.hasOwn(stageProgress, word) ? stageProgress[word] : undefined) ?? running;
}

function isAboutToStart(stage: Stage, stages: readonly Stage[]): boolean {
  const { conditions = [] } = stage;
  if (progressOf(stage).state !== 'notStarted' || conditions.length === 0) return false;
  return conditions.every(({ name, conditionType }) => {
    const before = stages.find((one) => isSame(one.name, name));
    return (
      conditionType.toLowerCase() === 'environmentstate' &&
      before !== undefined &&
      progressOf(before).result === 'succeeded'
    );
  });
}

/** Compares names of stages, case-insensitively like names of projects. */
export function isSame(one: string, other: string): boolean {
  return foldProjectName(one) === foldProjectName(other);
}
