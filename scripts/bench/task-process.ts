import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { taskFolder } from '../../simulators/agent/agent.ts';
import { buildEnvironment, type Connection } from '../../simulators/agent/environment.ts';
import { readTaskDefinition } from '../../simulators/agent/task-definition.ts';
import { monotonicTime } from './monotonic-time.ts';

export interface TaskOptions {
  /** Path of the Node to run it on. */
  readonly node: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly connection: Connection;
  readonly temporaryFolder: string;
}

/** A running built task, started like an agent does, but without an agent that reads each line. */
export interface TaskProcess {
  readonly pid: number | undefined;
  /** On the monotonic clock. */
  readonly startedAt: number;
  /** Resolves when the process has ended, with the time on the monotonic clock. */
  readonly ended: Promise<{ readonly endedAt: number; readonly output: string }>;
  kill(): void;
}

const definition = taskFolder('ArgoCDSync');
const task = readTaskDefinition(definition);

/** Starts the built bundle. Its time counts from before the process is created. */
export function startTask(options: TaskOptions): TaskProcess {
  const { node, inputs, connection } = options;
  // A separate folder: azure-pipelines-task-lib stores a key in the working folder, under a fixed name.
  const folder = mkdtempSync(join(options.temporaryFolder, 'step-'));
  const { variables } = buildEnvironment({
    node,
    task,
    inputs,
    connection,
    temporaryFolder: folder,
    workingFolder: folder,
  });
  const startedAt = monotonicTime();
  const child = spawn(node, [join(definition, 'index.js')], {
    cwd: folder,
    env: variables,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let endedAt = NaN;
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.once('exit', () => (endedAt = monotonicTime()));
  const ended = new Promise<{ endedAt: number; output: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve({ endedAt, output }));
  });
  return { pid: child.pid, startedAt, ended, kill: () => child.kill('SIGKILL') };
}
