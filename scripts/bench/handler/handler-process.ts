import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findNode } from '../../../simulators/agent/node-runtime.ts';
import { freePort } from '../../../simulators/free-port.ts';
import { handlerBundle } from '../../bundle.ts';
import { monotonicTime } from '../monotonic-time.ts';
import { peakMemory, processorTime, residentMemory } from '../process-usage.ts';
import { until } from './waiting.ts';

export const clientToken = 'client-token-of-the-bench-0123456789';

/** The other services in the handler's configuration. */
export interface Surroundings {
  /** URL of the Azure DevOps collection, without a trailing slash. */
  readonly collection: string;
  readonly argocd: string;
}

/**
 * Limits of Node's heap in MB, as in the handler's image: on a machine with much memory, Node would let it
 * grow rather than collect garbage.
 */
const bounds = ['--max-old-space-size=320', '--max-semi-space-size=16'];
/** More flags for the handler's Node, such as `--cpu-prof`, to see where time goes. */
const flags = (process.env['BENCH_HANDLER_FLAGS'] ?? '').split(' ').filter(Boolean);
/** Milliseconds between two readiness checks. */
const lookEvery = 20;
const readyWithin = 120_000;
/** Milliseconds until a readiness check counts as failed, and until a process that should stop is killed. */
const answerWithin = 5_000;
const stopWithin = 30_000;
/** How many characters of the log are shown if the handler does not start. */
const longestWords = 1_000;

/** Where handlers run one after another: their configuration, store and log. */
export class HandlerSite {
  readonly #folder: string;
  readonly #ports: readonly [number, number];

  /** Writes the configuration to a new folder, with limits that a bench does not reach. */
  static async make(folder: string, { collection, argocd }: Surroundings): Promise<HandlerSite> {
    const ports = [await freePort(), await freePort()] as const;
    const digest = createHash('sha256').update(clientToken).digest('hex');
    const config = {
      publicUrl: `http://127.0.0.1:${ports[0]}`,
      listen: { public: `127.0.0.1:${ports[0]}`, admin: `127.0.0.1:${ports[1]}` },
      store: { sqlite: './handler.db' },
      azureDevOps: { organizations: [{ url: collection, private: true }] },
      argocd: [{ name: 'prod', url: argocd, token: 'argocd-token-of-the-bench' }],
      clients: [{ name: 'fabrikam', tokens: [`sha256:${digest}`] }],
      rules: [
        {
          client: 'fabrikam',
          azureProjects: ['shop'],
          argocd: 'prod',
          appProjects: ['default'],
          applications: ['shop-*', 'large-*'],
          actions: ['sync', 'gate', 'skipHooks', 'override'],
        },
      ],
      limits: { requestsPerSecond: 100_000, burst: 1_000_000, pendingRuns: 1_000_000 },
    };
    // All JSON is YAML.
    writeFileSync(join(folder, 'handler.yaml'), JSON.stringify(config));
    return new HandlerSite(folder, ports);
  }

  private constructor(folder: string, ports: readonly [number, number]) {
    this.#folder = folder;
    this.#ports = ports;
  }

  /** Replaces whole settings of the configuration. */
  configure(change: Readonly<Record<string, unknown>>): void {
    const file = join(this.#folder, 'handler.yaml');
    const config = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...config, ...change }));
  }

  /** The file of the store, even if it does not exist. */
  get database(): string {
    return join(this.#folder, 'handler.db');
  }

  /** Megabytes of the store on disk, including its write-ahead log. */
  get storeSize(): number {
    const files = [this.database, `${this.database}-wal`].filter((file) => existsSync(file));
    return files.reduce((sum, file) => sum + statSync(file).size, 0) / 1024 ** 2;
  }

  /** How many lines of the log match. */
  linesAbout(words: RegExp): number {
    const log = readFileSync(join(this.#folder, 'handler.log'), 'utf8');
    return log.split('\n').filter((line) => words.test(line)).length;
  }

  /** Starts the built handler, without waiting until it is ready. */
  start(): HandlerProcess {
    const node = findNode(24);
    if (node === undefined) throw new Error('The handler needs Node 24, which is not installed.');
    const log = openSync(join(this.#folder, 'handler.log'), 'a');
    const startedAt = monotonicTime();
    const words = ['serve', '--config', join(this.#folder, 'handler.yaml')];
    const child = spawn(node, [...bounds, ...flags, handlerBundle.outfile, ...words], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return new HandlerProcess(child, this.#ports, startedAt, () => this.#lastWords);
  }

  get #lastWords(): string {
    return readFileSync(join(this.#folder, 'handler.log'), 'utf8').slice(-longestWords);
  }
}

/** The built handler as a process on Node 24. */
export class HandlerProcess {
  readonly #child: ChildProcess;
  readonly #lastWords: () => string;
  /** The URL for Azure Pipelines. */
  readonly url: string;
  readonly #admin: string;
  /** Just before the process was created, on the monotonic clock. */
  readonly startedAt: number;

  constructor(
    child: ChildProcess,
    ports: readonly [number, number],
    startedAt: number,
    lastWords: () => string,
  ) {
    this.#child = child;
    this.#lastWords = lastWords;
    this.url = `http://127.0.0.1:${ports[0]}`;
    this.#admin = `http://127.0.0.1:${ports[1]}`;
    this.startedAt = startedAt;
  }

  /** Resolves when it reports that it is ready, with that time on the monotonic clock. */
  async ready(): Promise<number> {
    const until = this.startedAt + readyWithin;
    while (monotonicTime() < until && this.#child.exitCode === null) {
      const signal = AbortSignal.timeout(answerWithin);
      const answer = await fetch(`${this.#admin}/readyz`, { signal }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.status === 200) return monotonicTime();
      await delay(lookEvery);
    }
    throw new Error(`The handler did not become ready:\n${this.#lastWords()}`);
  }

  /** Resolves when it knows so many applications: then its startup is over. */
  async knows(applications: number): Promise<void> {
    await until(`${applications} applications are known`, async () => {
      const metrics = await this.admin('/metrics');
      const known = /^argocd_handler_applications\S* (\d+)$/m.exec(metrics)?.[1];
      return Number(known) >= applications;
    });
  }

  /** The content of a page or figure of the admin listener. Throws unless the status is 200. */
  async admin(path: string): Promise<string> {
    const answer = await fetch(`${this.#admin}${path}`);
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return text;
  }

  /** Open runs, according to its own figures. */
  async openRuns(): Promise<number> {
    const metrics = await this.admin('/metrics');
    const counts = metrics.matchAll(/^argocd_handler_runs\{[^}]*\} (\d+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  }

  /** Resident memory in MB. */
  get memory(): number | undefined {
    return residentMemory(this.#child.pid ?? 0);
  }

  /** The peak resident memory so far, in MB. */
  get peakMemory(): number | undefined {
    return peakMemory(this.#child.pid ?? 0);
  }

  /** Processor time so far, in seconds. */
  get processorTime(): number | undefined {
    return processorTime(this.#child.pid ?? 0);
  }

  /** Stops it: like a crash, or like a person. */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    const late = setTimeout(() => this.#child.kill('SIGKILL'), stopWithin);
    await exited;
    clearTimeout(late);
  }
}
