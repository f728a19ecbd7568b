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
  /** Where a collection's server may be; absent for one that must not be called. Asked every time. */
  readonly reachOf: (collection: string) => Reach | undefined;
  /** What the handler is called in Azure's logs. */
  readonly userAgent: string;
  /** Told of every call. */
  readonly observe?: (ended: EndedCall) => void;
  /** For a whole call, milliseconds; 20 seconds unless told. */
  readonly timeout?: number;
  /** To one server at a time; 64 unless told. */
  readonly connections?: number;
  /** Node's own unless told. */
  readonly resolve?: Resolve;
}

const defaultConnections = 64;

/**
 * HTTP to Azure DevOps: it sends a token only to collections that are configured, only to addresses
 * where their servers may be, and follows no redirect.
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
      // Of each call, as it is then.
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

  /** The text of the answer. Rejects with an `AzureError`, or with the signal's reason. */
  async send(call: AzureCall): Promise<string> {
    return (await this.answer(call)).text;
  }

  /** The same, with the wait that the server asks for: it does so with a yes as well. */
  answer(call: AzureCall): Promise<AzureAnswer> {
    return this.#client.answer(call);
  }

  /** Cuts all connections; what is under way ends as it would by a broken connection. */
  async close(): Promise<void> {
    await Promise.all(reaches.map((reach) => this.#agents[reach].destroy()));
  }
}
