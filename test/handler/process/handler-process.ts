import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { handlerBundle } from '../../../scripts/bundle.ts';
import { findNode } from '../../../simulators/agent/node-runtime.ts';

export interface HandlerProcessSettings {
  /** Its working directory. */
  readonly folder: string;
  /** The file of its configuration. */
  readonly config: string;
}

export interface StartOptions {
  /** Modules that Node loads before the handler. */
  readonly preloads?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A line of its log: the fields that tests read. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly run?: string;
}

/** How long a start may take before a test gives up, in milliseconds. */
const grace = 300_000;
/** The handler logs this when all listeners are open. */
const greeting = /"msg":"listening"/;

/**
 * The built handler in its own process: it may be started and ended repeatedly, also by a kill.
 * Everything that it prints is kept.
 */
export class HandlerProcess {
  readonly #settings: HandlerProcessSettings;
  readonly #printed: Buffer[] = [];
  #life: ChildProcess | undefined;
  #ended: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  #lifeBegan = 0;

  constructor(settings: HandlerProcessSettings) {
    this.#settings = settings;
  }

  /** Starts a process. Resolves when it listens; rejects, with its output, if it ends before. */
  async start(options: StartOptions = {}): Promise<void> {
    const { ended } = this.begin(options);
    const exit = await Promise.race([this.listening(), ended]);
    if (exit !== undefined) throw new Error(`The handler ended at once: ${this.printedNow}`);
  }

  /** Resolves when this process listens on all addresses. */
  listening(): Promise<undefined> {
    return this.printing(greeting);
  }

  /** Starts a process without waiting for anything. */
  begin({ preloads = [], env = {} }: StartOptions = {}): {
    readonly ended: Promise<Exit>;
  } {
    const { folder, config } = this.#settings;
    const node = findNode(24);
    if (node === undefined) throw new Error('There is no Node 24 here: npm ci brings one.');
    if (!existsSync(handlerBundle.outfile)) {
      throw new Error('There is no handler to be tested: npm run build makes it.');
    }
    const words = [
      ...preloads.flatMap((file) => ['--import', file]),
      ...[handlerBundle.outfile, 'serve', '--config', config],
    ];
    this.#lifeBegan = this.#printed.length;
    const life = spawn(node, words, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const killWithUs = () => life.kill('SIGKILL');
    process.once('exit', killWithUs);
    for (const stream of [life.stdout, life.stderr]) {
      stream.on('data', (bytes: Buffer) => this.#printed.push(bytes));
    }
    this.#life = life;
    const closed = once(life, 'close') as Promise<[Exit['code'], Exit['signal']]>;
    this.#ended = closed.then(([code, signal]) => {
      process.off('exit', killWithUs);
      return { code, signal };
    });
    return { ended: this.#ended };
  }

  get pid(): number {
    return this.#life?.pid ?? 0;
  }

  /** Resolves when this process has ended in any way. */
  get ended(): Promise<Exit> {
    return this.#ended;
  }

  get hasEnded(): boolean {
    return this.#life?.exitCode != null || this.#life?.signalCode != null;
  }

  /** The output of all processes. */
  get printed(): string {
    return Buffer.concat(this.#printed).toString('utf8');
  }

  /** The output of this process. */
  get printedNow(): string {
    return Buffer.concat(this.#printed.slice(this.#lifeBegan)).toString('utf8');
  }

  /** The log lines of all processes. */
  get log(): readonly LogLine[] {
    const lines = this.printed.split('\n').filter((line) => /^\{.*\}$/.test(line));
    return lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves when this process has printed a match. Rejects if it does not in time. */
  async printing(pattern: RegExp): Promise<undefined> {
    const streams = [this.#life?.stdout, this.#life?.stderr];
    const over = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        const look = () => {
          if (pattern.test(this.printedNow)) resolve();
        };
        const late = () => reject(new Error(`Nothing fits ${pattern} in: ${this.printedNow}`));
        const timer = setTimeout(late, grace);
        for (const stream of streams) stream?.on('data', look);
        over.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          for (const stream of streams) stream?.off('data', look);
        });
        look();
      });
      return undefined;
    } finally {
      over.abort();
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#life?.kill(signal);
  }

  /** Kills this process without warning. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** Asks this process to end. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.#ended;
  }
}
