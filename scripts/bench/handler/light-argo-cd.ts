import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { monotonicTime } from '../monotonic-time.ts';
import {
  listedApplication,
  manifestsOf,
  revision,
  syncOptions,
  wholeApplication,
  type LightApplication,
} from './application.ts';

/** Milliseconds from the request of an operation to its start: the controller's queue. */
const beginDelay = 20;
const heartbeat = 15_000;
/** Applications that a new stream sends before others get their turn. */
const chunk = 100;

export interface NewApplications {
  readonly names: readonly string[];
  readonly isSynced: boolean;
  /** How long an operation runs, in milliseconds; if absent, until `finish`. */
  readonly runsFor?: number;
}

/** When an operation started and ended, on the monotonic clock. */
export interface OperationTimes {
  readonly begunAt?: number;
  readonly endedAt?: number;
}

/** The body of a sync request: what determines the operation. */
interface SyncBody {
  readonly infos?: readonly object[];
  readonly prune?: boolean;
  readonly strategy?: object;
}

/**
 * An Argo CD that answers from templates. It has tens of thousands of applications, which the simulator with
 * its whole cluster could not process fast enough. It supports only the calls that the handler makes for a
 * sync.
 */
export class LightArgoCD {
  readonly #applications = new Map<string, LightApplication>();
  readonly #runsFor = new Map<string, number>();
  readonly #times = new Map<string, OperationTimes>();
  readonly #streams = new Set<ServerResponse>();
  readonly #server: Server;
  #version = 1_000;

  static async start(): Promise<LightArgoCD> {
    const argocd = new LightArgoCD();
    await new Promise<void>((resolve) => argocd.#server.listen(0, '127.0.0.1', resolve));
    return argocd;
  }

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = 60_000;
    setInterval(() => {
      for (const stream of this.#streams) stream.write(':\n\n');
    }, heartbeat).unref();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** When the last operation of each application started and ended, by name. */
  get operations(): readonly (readonly [string, OperationTimes])[] {
    return [...this.#times];
  }

  /** How many operations are running. */
  get running(): number {
    let count = 0;
    for (const { phase } of this.#applications.values()) if (phase === 'running') count += 1;
    return count;
  }

  add({ names, isSynced, runsFor }: NewApplications): void {
    for (const name of names) {
      if (runsFor !== undefined) this.#runsFor.set(name, runsFor);
      const application: LightApplication = {
        name,
        uid: `uid-of-${name}`,
        phase: isSynced ? 'synced' : 'outOfSync',
        resourceVersion: ++this.#version,
        operation: undefined,
        startedAt: Date.now() - 60_000,
        finishedAt: Date.now() - 30_000,
      };
      this.#applications.set(name, application);
      this.#tell('ADDED', application);
    }
  }

  /** Ends the operations of applications. Returns when, on the monotonic clock. */
  finish(names: readonly string[]): number {
    const at = monotonicTime();
    for (const name of names) {
      this.#times.set(name, { ...this.#times.get(name), endedAt: at });
      this.#change(name, { phase: 'synced', finishedAt: Date.now() });
    }
    return at;
  }

  /** Somebody syncs applications: an operation that no run requested starts in each. */
  operate(names: readonly string[]): void {
    const operation = { sync: { revision, syncOptions }, initiatedBy: { username: 'eve' } };
    for (const name of names) {
      this.#change(name, { phase: 'asked', operation: { ...operation, info: [], retry: {} } });
      setTimeout(() => this.#begin(name), beginDelay);
    }
  }

  /** Closes all connections. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace(/\?.*$/, '');
    if (path === '/api/v1/stream/applications') return this.#stream(response);
    if (path === '/api/v1/applications') {
      const items = [...this.#applications.values()].map(listedApplication);
      return send(response, 200, { metadata: {}, items });
    }
    const [, name = '', rest = ''] = /^\/api\/v1\/applications\/([^/]+)(\/.*)?$/.exec(path) ?? [];
    const application = this.#applications.get(name);
    if (application === undefined) {
      const message = `no such application or path: ${path}`;
      return send(response, 404, { error: message, message, code: 5 });
    }
    switch (rest) {
      case '':
        return send(response, 200, wholeApplication(application));
      case '/manifests':
        return send(response, 200, { manifests: manifestsOf(name), revision });
      case '/syncwindows':
        return send(response, 200, { canSync: true });
      case '/sync':
        return this.#sync(name, await text(request), response);
      default:
        return send(response, 501, { error: path, message: path, code: 12 });
    }
  }

  #sync(name: string, body: string, response: ServerResponse): void {
    const { infos = [], prune, strategy } = JSON.parse(body) as SyncBody;
    const operation = {
      // What is not requested comes from the application.
      sync: { revision, ...(prune === true && { prune }), syncStrategy: strategy, syncOptions },
      initiatedBy: { username: 'azure-pipelines' },
      info: infos,
      retry: {},
    };
    const asked = this.#change(name, { phase: 'asked', operation });
    setTimeout(() => this.#begin(name), beginDelay);
    send(response, 200, wholeApplication(asked));
  }

  #begin(name: string): void {
    this.#times.set(name, { begunAt: monotonicTime() });
    this.#change(name, { phase: 'running', startedAt: Date.now() });
    const runsFor = this.#runsFor.get(name);
    if (runsFor !== undefined) setTimeout(() => this.finish([name]), runsFor);
  }

  #change(name: string, change: Partial<LightApplication>): LightApplication {
    const before = this.#applications.get(name);
    if (before === undefined) throw new Error(`There is no application ${name}.`);
    const changed = { ...before, ...change, resourceVersion: ++this.#version };
    this.#applications.set(name, changed);
    this.#tell('MODIFIED', changed);
    return changed;
  }

  #tell(type: 'ADDED' | 'MODIFIED', application: LightApplication): void {
    if (this.#streams.size === 0) return;
    const message = messageOf(type, application);
    for (const stream of this.#streams) stream.write(message);
  }

  async #stream(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.on('close', () => this.#streams.delete(response));
    // First the existing applications, as Argo CD does; changes meanwhile are sent as well.
    this.#streams.add(response);
    const names = [...this.#applications.keys()];
    for (let start = 0; start < names.length && !response.destroyed; start += chunk) {
      for (const name of names.slice(start, start + chunk)) {
        const application = this.#applications.get(name);
        if (application !== undefined) response.write(messageOf('ADDED', application));
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function messageOf(type: string, application: LightApplication): string {
  const result = { type, application: wholeApplication(application) };
  return `data: ${JSON.stringify({ result })}\n\n`;
}

function send(response: ServerResponse, status: number, body: object): void {
  const content = JSON.stringify(body);
  response
    .writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(content),
    })
    .end(content);
}
