import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { tokenHash } from '../../src/handler/access/token-digest.ts';
import { actions, type Config } from '../../src/handler/config/config.ts';
import { noHooks } from '../../src/handler/config/hooks-config.ts';
import { Access } from '../../src/handler/http/access.ts';
import type { GateReport, GateRequest } from '../../src/handler/gates.ts';
import { publicApp } from '../../src/handler/http/public-app.ts';
import type { RunSpec } from '../../src/handler/run.ts';
import { Secret } from '../../src/secret.ts';

const token = 'token-of-a-client';
const unbounded = 1_000_000;

function configFor(collection: string): Config {
  const listener = { host: '127.0.0.1', port: 0 };
  return {
    publicUrl: 'https://argocd-handler.example.com',
    listen: { public: listener, admin: listener },
    adminToken: undefined,
    store: { sqlite: ':memory:' },
    encryptionKeys: [new Secret('k'.repeat(32))],
    keyFile: '',
    retention: unbounded,
    azureDevOps: {
      organizations: [{ url: collection, isPrivate: true, pat: undefined }],
      tokenLifetime: 24 * 3_600_000,
      identity: undefined,
    },
    argocd: [],
    clients: [{ name: 'fabrikam', digests: [tokenHash(token).toString('hex')] }],
    rules: [
      {
        client: 'fabrikam',
        azureProjects: ['*'],
        argocd: 'prod',
        appProjects: ['*'],
        applications: ['*', '*/*'],
        actions,
      },
    ],
    followUps: [],
    grants: [],
    followUpLimits: { catchUp: 0, keepTrying: 0, chainDepth: 1, actionsPerHour: 1 },
    hooks: noHooks,
    limits: { requestsPerSecond: unbounded, burst: unbounded, pendingRuns: unbounded },
    logLevel: 'error',
  };
}

/**
 * The handler's public side on its own port. Accepted runs are kept and never executed; the test
 * sets the response to gates.
 */
export class PublicHandler {
  readonly token = token;
  readonly orders: RunSpec[] = [];
  /** The jobs whose runs were accepted. */
  readonly jobTokens: string[] = [];
  readonly questions: GateRequest[] = [];
  /** The response to every gate. */
  answer: GateReport = { status: 'waiting', message: 'Not yet.', applications: [] };
  readonly #server: Server;

  static async start(collection: string): Promise<PublicHandler> {
    const handler = new PublicHandler(collection);
    await new Promise<void>((resolve) => handler.#server.listen(0, '127.0.0.1', resolve));
    return handler;
  }

  private constructor(collection: string) {
    const clock = { now: () => 0, sleep: () => Promise.resolve() };
    const app = publicApp({
      access: new Access(configFor(collection), clock),
      intake: {
        accept: (order, jobToken) => {
          this.orders.push(order);
          this.jobTokens.push(jobToken.reveal());
          const runId = `run-${this.orders.length}`;
          return Promise.resolve({ runId, state: 'accepted', isKnown: false });
        },
        known: () => Promise.resolve(undefined),
        cancel: () => Promise.resolve(true),
        pendingOf: () => 0,
        unprovenOf: () => 0,
      },
      gates: {
        judge: (question) => {
          this.questions.push(question);
          return this.answer;
        },
      },
      version: '1.0.0',
      onRefusal: () => undefined,
      onAnswer: () => undefined,
      onError: (error) => {
        throw error;
      },
    });
    const listener = getRequestListener(app.fetch);
    this.#server = createServer((request, response) => void listener(request, response));
  }

  /** Without a trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
