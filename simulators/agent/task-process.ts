import type { ChildProcess } from 'node:child_process';
import { LineSplitter } from './line-splitter.ts';
import { startNode } from './node-process.ts';

/** How long the agent waits after each signal before the next, in milliseconds. */
export interface CancelGrace {
  readonly sigint: number;
  readonly sigterm: number;
}

/** The agent's own times (azure-pipelines-agent `ProcessInvoker`). */
export const agentGrace: CancelGrace = { sigint: 7500, sigterm: 2500 };

/** How long a process may live after it reported its end, in milliseconds. */
const graceWhenDone = 5000;

export interface ProcessOptions {
  readonly node: string;
  readonly script: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly grace: CancelGrace;
  /** Returns true if the task has reported its end. */
  readonly onLine: (line: string) => boolean;
}

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The signals that the agent sent. */
  readonly signals: readonly NodeJS.Signals[];
}

/** A task's process, and how the agent ends it. */
export class TaskProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #grace: CancelGrace;
  readonly #signals: NodeJS.Signals[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ProcessOptions) {
    this.#grace = options.grace;
    const { child, ended } = startNode({
      ...options,
      // Ctrl+C at a terminal must reach the task only through the agent. The last step of a cancellation also
      // kills the task's children.
      isDetached: process.platform !== 'win32',
      onOutput: (stream, bytes) => splitters[stream].push(bytes),
    });
    this.#child = child;
    const killWithUs = () => {
      this.#killTree();
    };
    process.once('exit', killWithUs);
    let done = false;
    const onLine = (line: string) => {
      if (done || !options.onLine(line)) return;
      done = true;
      if (this.#signals.length === 0) this.#after(graceWhenDone, killWithUs);
    };
    const splitters = { stdout: new LineSplitter(onLine), stderr: new LineSplitter(onLine) };
    this.ended = ended.then((end) => {
      for (const splitter of Object.values(splitters)) splitter.end();
      this.#closed = true;
      clearTimeout(this.#timer);
      process.off('exit', killWithUs);
      return { ...end, signals: this.#signals };
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** SIGINT, then SIGTERM, then the end of the whole process tree. */
  cancel(): void {
    if (this.#closed || this.#signals.length > 0) return;
    this.#send('SIGINT');
    this.#after(this.#grace.sigint, () => {
      this.#send('SIGTERM');
      this.#after(this.#grace.sigterm, () => {
        this.#signals.push('SIGKILL');
        this.#killTree();
      });
    });
  }

  #after(milliseconds: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, milliseconds);
  }

  #send(signal: NodeJS.Signals): void {
    this.#signals.push(signal);
    this.#child.kill(signal);
  }

  #killTree(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
    } catch {
      // The group is already gone: nothing is left to kill.
    }
  }
}
