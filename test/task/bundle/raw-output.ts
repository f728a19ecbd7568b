import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { taskFolder, type TaskOptions } from '../../../simulators/agent/agent.ts';
import { buildEnvironment } from '../../../simulators/agent/environment.ts';
import { startNode } from '../../../simulators/agent/node-process.ts';
import { chooseNodeRuntime, type NodeMajor } from '../../../simulators/agent/node-runtime.ts';
import { readTaskDefinition } from '../../../simulators/agent/task-definition.ts';

/** What the bundle writes, before any agent has masked it. */
export interface RawOutput {
  /** All of stdout and stderr so far. */
  readonly text: string;
  readonly ended: Promise<void>;
  kill(): void;
}

/** Runs the bundle like the agent does, and keeps its output as it comes. */
export function startRaw(
  node: NodeMajor,
  folder: string,
  options: Pick<TaskOptions, 'inputs' | 'connection' | 'variables' | 'secretVariables'>,
): RawOutput {
  const taskPath = taskFolder('ArgoCDSync');
  const task = readTaskDefinition(taskPath);
  const runtime = chooseNodeRuntime(task, node);
  const { variables } = buildEnvironment({
    node: runtime.path,
    task,
    inputs: options.inputs ?? {},
    connection: options.connection,
    variables: options.variables,
    secretVariables: options.secretVariables,
    temporaryFolder: mkdtempSync(join(folder, 'temp-')),
    workingFolder: folder,
  });
  const { child, ended } = startNode({
    node: runtime.path,
    script: join(taskPath, runtime.target),
    folder,
    environment: variables,
    isDetached: false,
    onOutput: (stream, bytes) => (text += decoders[stream].write(bytes)),
  });
  let text = '';
  const decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
  return {
    get text() {
      return text;
    },
    ended: ended.then(() => undefined),
    kill: () => child.kill('SIGKILL'),
  };
}
