import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEnvironment, type Connection } from './environment.ts';
import { chooseNodeRuntime, type NodeMajor } from './node-runtime.ts';
import { Step, type Attachment, type Issue, type Progress } from './step.ts';
import { processLine } from './task-commands.ts';
import { readTaskDefinition } from './task-definition.ts';
import { agentGrace, TaskProcess, type CancelGrace, type ProcessEnd } from './task-process.ts';
import type { TaskResult } from './task-result.ts';
import type { TimelineRecord } from './timeline.ts';

export type { Connection } from './environment.ts';

export interface TaskOptions {
  /** A folder under `tasks/`, such as `ArgoCDSync`: its newest major version is run. */
  readonly task?: string;
  /** Instead of `task`: a folder with a `task.json`. */
  readonly folder?: string;
  /** Absent: the highest version that `task.json` names and this machine has. */
  readonly node?: NodeMajor;
  readonly inputs?: Readonly<Record<string, string | number | boolean>>;
  /** Fills every connection input of the task. */
  readonly connection?: Connection;
  /** Pipeline variables by their dotted names, such as `Agent.ProxyUrl` or `System.HostType`. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly secretVariables?: Readonly<Record<string, string>>;
  /** The token of the job's own connection; by default, one that nobody accepts. */
  readonly jobToken?: string;
  /** Environment variables of the agent and of the step's `env:`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborting it cancels the job. */
  readonly signal?: AbortSignal;
  /** Cancels the job this many milliseconds after its start. */
  readonly cancelAfter?: number;
  readonly grace?: CancelGrace;
  /** Keep the task's files after this process ends; by default, they are deleted. */
  readonly keepFiles?: boolean;
  /** Called for each line of the log as the run's page shows it: commands executed, secrets masked. */
  readonly onLine?: (line: string) => void;
}

/** The results of a step that has ended. */
export interface TaskRun {
  readonly result: TaskResult;
  /** The process exited with a code other than 0, which the agent calls an infrastructure failure. */
  readonly infrastructureFailure: string | undefined;
  readonly exitCode: number | null;
  /** The signals that the agent sent to end it: none, SIGINT, SIGINT and SIGTERM, or all three with SIGKILL. */
  readonly signals: readonly NodeJS.Signals[];
  readonly canceled: boolean;
  readonly handler: string;
  readonly node: NodeMajor;
  /** From the start of the process to its end, in milliseconds. */
  readonly duration: number;
  readonly lines: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  /** Set without `isoutput` and not declared as outputs. */
  readonly variables: Readonly<Record<string, string>>;
  readonly issues: readonly Issue[];
  /** Includes issues beyond the ten that are kept of each type. */
  readonly errorCount: number;
  readonly warningCount: number;
  readonly records: readonly TimelineRecord[];
  readonly attachments: readonly Attachment[];
  readonly progress: readonly Progress[];
  readonly secrets: readonly string[];
  readonly buildTags: readonly string[];
  /**
   * `Agent.TempDirectory`. Kept until this process ends, like an agent keeps it until the job's end; longer
   * with `keepFiles`.
   */
  readonly temporaryFolder: string;
}

/** A running task. */
export interface RunningTask {
  readonly pid: number | undefined;
  /** The log so far. */
  readonly lines: readonly string[];
  readonly done: Promise<TaskRun>;
  /** Cancels the job: SIGINT, SIGTERM after 7.5 s, and after another 2.5 s the end of the process tree. */
  cancel(): void;
}

/** Runs a built task to its end, like the agent of Azure Pipelines does. */
export function runTask(options: TaskOptions): Promise<TaskRun> {
  return startTask(options).done;
}

/**
 * Starts a built task in a separate process. Throws if the task's folder or a suitable Node is missing;
 * `done` rejects if the process cannot be started.
 */
export function startTask(options: TaskOptions): RunningTask {
  const folder = options.folder ?? taskFolder(options.task ?? 'ArgoCDSync');
  const task = readTaskDefinition(folder);
  const runtime = chooseNodeRuntime(task, options.node);
  const workingFolder = makeWorkingFolder(options.keepFiles ?? false);
  const temporaryFolder = mkdtempSync(join(workingFolder, '_temp-'));
  const environment = buildEnvironment({
    node: runtime.path,
    task,
    inputs: options.inputs ?? {},
    connection: options.connection,
    variables: options.variables,
    secretVariables: options.secretVariables,
    env: options.env,
    jobToken: options.jobToken,
    temporaryFolder,
    workingFolder,
  });
  const step = new Step(Date.now, options.onLine ?? (() => undefined));
  for (const secret of environment.secrets) step.mask.add(secret);
  const startedAt = performance.now();
  const taskProcess = new TaskProcess({
    node: runtime.path,
    script: join(folder, runtime.target),
    folder: workingFolder,
    environment: environment.variables,
    grace: options.grace ?? agentGrace,
    onLine: (line) => {
      processLine(step, task, line);
      return step.declaredDone;
    },
  });
  let canceled = false;
  const cancel = () => {
    canceled = true;
    taskProcess.cancel();
  };
  const stopWatching = watchForCancel(options, cancel);
  const done = taskProcess.ended.finally(stopWatching).then((end) => {
    const infrastructureFailure = judge(step, end, canceled, runtime.path);
    return {
      result: step.result,
      infrastructureFailure,
      exitCode: end.exitCode,
      signals: end.signals,
      canceled,
      handler: runtime.handler,
      node: runtime.major,
      duration: performance.now() - startedAt,
      lines: step.lines,
      outputs: Object.fromEntries(step.outputs),
      variables: Object.fromEntries(step.variables),
      issues: step.issues,
      errorCount: step.counts.error,
      warningCount: step.counts.warning,
      records: step.timeline.records,
      attachments: step.attachments,
      progress: step.progress,
      secrets: step.mask.values,
      buildTags: step.buildTags,
      temporaryFolder,
    };
  });
  return { pid: taskProcess.pid, lines: step.lines, done, cancel };
}

/** The folder of a task's newest major version, such as `tasks/ArgoCDSync/V1`. */
export function taskFolder(task: string): string {
  const root = join(import.meta.dirname, '../../tasks', task);
  const newest = readdirSync(root)
    .filter((name) => /^V\d+$/.test(name))
    .sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)))[0];
  if (newest === undefined) throw new Error(`${root} has no version of the task ${task}.`);
  return join(root, newest);
}

function watchForCancel(options: TaskOptions, cancel: () => void): () => void {
  const { signal, cancelAfter } = options;
  const timer = cancelAfter === undefined ? undefined : setTimeout(cancel, cancelAfter);
  if (signal?.aborted) cancel();
  else signal?.addEventListener('abort', cancel, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  };
}

/** Sets the final result of the step. Returns why the agent, rather than the task, failed it. */
function judge(step: Step, end: ProcessEnd, canceled: boolean, node: string): string | undefined {
  if (canceled) {
    // Whatever the task said: the agent always marks the step of a canceled process as canceled.
    step.addIssue('error', 'The operation was canceled.');
    step.override('Canceled');
    return undefined;
  }
  if (step.declaredDone || end.exitCode === 0) return undefined;
  const how = end.exitCode === null ? `signal ${end.signal ?? '?'}` : `exit code ${end.exitCode}`;
  const reason = `The process '${node}' ended with ${how}; a task reports failure in its log and exits with 0.`;
  step.addIssue('error', reason);
  step.complete('Failed');
  return reason;
}

const workingFolders: string[] = [];

/** Removed when this process ends, since an agent cleans up after the job and not after each step. */
function makeWorkingFolder(isKept: boolean): string {
  if (isKept) return mkdtempSync(join(tmpdir(), 'simulated-agent-'));
  if (workingFolders.length === 0) {
    process.once('exit', () => {
      for (const folder of workingFolders) rmSync(folder, { recursive: true, force: true });
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'simulated-agent-'));
  workingFolders.push(folder);
  return folder;
}
