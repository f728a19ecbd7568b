import { Agent } from 'undici';
import { guardedConnector } from './address-guard.ts';
import type { Resolve } from './address-guard.ts';
import { AzureClient } from './azure-client.ts';
import type { AzureAnswer, AzureCall, EndedCall } from './azure-client.ts';
import { AzureError } from './azure-error.ts';
import { reaches } from './collection.ts';
import type { Reach } from './collection.ts';
import { exchange } from './exchange.ts';

export type { AzureAnswer, AzureCall, EndedCall } from './azure-client.ts';

/** Where Azure DevOps may be called, and how. */
export interface AzureHttpSettings {
  /** Where a collection's server may be; undefined if it must not be called. Called for each request. */
  readonly reachOf: (collection: string) => Reach | undefined;
  /** The handler's name in Azure's logs. */
  readonly userAgent: string;
  /** Called after every call. */
  readonly observe?: (ended: EndedCall) => void;
  /** Milliseconds for a whole call; default: 20 seconds. */
  readonly timeout?: number;
  /** Concurrent connections to one server; default: 64. */
  readonly connections?: number;
  /** Default: Node's own. */
  readonly resolve?: Resolve;
}

const defaultConnections = 64;

/**
 * HTTP to Azure DevOps. It sends tokens only to configured collections, only to addresses that their
 * servers may have, and follows no redirects.
 */
export class AzureHttp {
  readonly #client: AzureClient;
  readonly #agents: Readonly<Record<Reach, Agent>>;

  constructor(settings: AzureHttpSettings) {
    const { reachOf, resolve, connections = defaultConnections } = settings;
    const { userAgent, observe } = settings;
    const agent = (reach: Reach) =>
      new Agent({ connect: guardedConnector(reach, resolve), connections, pipelining: 1 });
    const agents = { public: agent('public'), private: agent('private') };
    this.#agents = agents;
    this.#client = new AzureClient({
      ...{ userAgent, observe },
      // The current timeout of a call.
      get timeout() {
        return settings.timeout;
      },
      exchange: async ({ name, collection }, request, bounds) => {
        const reach = reachOf(collection);
        if (reach !== undefined) return exchange(agents[reach], request, bounds);
        const reason = `${collection} is not one of the configured organizations`;
        throw new AzureError(name, reason, { failure: 'blocked' });
      },
    });
  }

  /**
   * Sends a call and returns the text of the answer. Rejects with an `AzureError`, or with the signal's
   * reason.
   */
  async send(call: AzureCall): Promise<string> {
    return (await this.answer(call)).text;
  }

  /** Like `send`, with the wait that the server requests, which it may do on success too. */
  answer(call: AzureCall): Promise<AzureAnswer> {
    return this.#client.answer(call);
  }

  /** Closes all connections. Calls in progress fail as if their connection broke. */
  async close(): Promise<void> {
    await Promise.all(reaches.map((reach) => this.#agents[reach].destroy()));
  }
}
