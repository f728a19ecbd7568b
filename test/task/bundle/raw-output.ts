import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { taskFolder, type TaskOptions } from '../../../simulators/agent/agent.ts';
import { buildEnvironment } from '../../../simulators/agent/environment.ts';
import { chooseNodeRuntime, type NodeMajor } from '../../../simulators/agent/node-runtime.ts';
import { readTaskDefinition } from '../../../simulators/agent/task-definition.ts';

/** What the bundle writes, before any agent has masked it. */
export interface RawOutput {
  /** All of stdout and stderr so far. */
  readonly text: string;
  readonly ended: Promise<void>;
  kill(): void;
}

/** Runs the bundle as the agent does, and keeps what comes out of it as it comes. */
export function startRaw(
  node: NodeMajor,
  folder: string,
  options: Pick<TaskOptions, 'inputs' | 'connection' | 'variables' | 'secretVariables'>,
): RawOutput {
  const taskPath = taskFolder('ArgoCDSync');
  const task = readTaskDefinition(taskPath);
  const runtime = chooseNodeRuntime(task, node);
  const { variables } = buildEnvironment({
    task,
    inputs: options.inputs ?? {},
    connection: options.connection,
    variables: options.variables,
    secretVariables: options.secretVariables,
    temporaryFolder: mkdtempSync(join(folder, 'temp-')),
    workingFolder: folder,
  });
  const child = spawn(runtime.path, [join(taskPath, runtime.target)], {
    cwd: folder,
    env: variables,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('utf8').on('data', (part: string) => (text += part));
  }
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  return {
    get text() {
      return text;
    },
    ended,
    kill: () => child.kill('SIGKILL'),
  };
}
