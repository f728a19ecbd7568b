import { spawn, type ChildProcess } from 'node:child_process';
import { needsWine, OutputFile, wine, wineEnvironment } from './windows-node.ts';

export interface NodeProcessOptions {
  /** The program: a Node of this machine, or the Windows build. */
  readonly node: string;
  readonly script: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it leads its own process group. */
  readonly isDetached: boolean;
  /** Called with output as it arrives. With Wine, both streams arrive as `stdout`. */
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Buffer) => void;
}

export interface NodeProcess {
  readonly child: ChildProcess;
  /** Resolves when the process has ended and all output has been passed on; rejects if it cannot start. */
  readonly ended: Promise<{
    readonly exitCode: number | null;
    readonly signal: NodeJS.Signals | null;
  }>;
}

/** Starts a script with Node; its Windows build runs on Wine if this machine is not Windows. */
export function startNode(options: NodeProcessOptions): NodeProcess {
  const { node, script, folder, environment, isDetached, onOutput } = options;
  const common = { cwd: folder, detached: isDetached };
  if (!needsWine(node)) {
    const child = spawn(node, [script], {
      ...common,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (bytes: Buffer) => onOutput('stdout', bytes));
    child.stderr.on('data', (bytes: Buffer) => onOutput('stderr', bytes));
    return { child, ended: endOf(child) };
  }
  const output = new OutputFile((bytes) => onOutput('stdout', bytes));
  const child = spawn(wine(), [node, script], {
    ...common,
    env: wineEnvironment(environment),
    stdio: ['ignore', output.descriptor, output.descriptor],
  });
  return { child, ended: endOf(child).finally(() => output.end()) };
}

function endOf(child: ChildProcess): NodeProcess['ended'] {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}
