import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import { Agent } from 'undici';
import { guardedConnector } from '../http/address-guard.ts';
import type { Resolve } from '../http/address-guard.ts';
import { BrokenExchange, exchange } from '../http/exchange.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { Reach } from '../http/collection.ts';
import { plainLine } from '../../text/foreign-text.ts';
import { entraRefusal, platformRefusal } from './entra-refusals.ts';
import { IdentityError } from './identity-error.ts';

/** How tokens are requested. */
export interface IdentityHttpSettings {
  /**
   * Where the issuer may be. Undefined: as the platform says; for a managed identity this is a
   * link-local address, or one of this machine.
   */
  readonly reach: Reach | undefined;
  /** Default: Node's own. */
  readonly resolve?: Resolve;
  /** Milliseconds for a request; default: 20 seconds. */
  readonly timeout?: number;
}

const defaultTimeout = 20_000;
/** A token has a few KiB, the description of an issuer some more. */
const maxBytes = 1024 * 1024;
const never = new AbortController().signal;

/**
 * Our HTTP layer for the Azure SDK: only allowed addresses, no redirects, bounded. It remembers why
 * there is no token, because the SDK's own errors are only texts.
 */
export class IdentityHttp implements HttpClient {
  readonly #settings: IdentityHttpSettings;
  readonly #agent: Agent;
  #failure: IdentityError | undefined;

  constructor(settings: IdentityHttpSettings) {
    this.#settings = settings;
    const { reach, resolve } = settings;
    const connections = 2;
    this.#agent = new Agent(
      reach === undefined
        ? { connections }
        : { connect: guardedConnector(reach, resolve), connections },
    );
  }

  /** Why the last request returned no token; undefined after a success. */
  get failure(): IdentityError | undefined {
    return this.#failure;
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const { origin, host, pathname, search } = new URL(request.url);
    const headers = { ...request.headers.toJSON(), 'accept-encoding': 'identity' };
    const body = typeof request.body === 'string' ? request.body : undefined;
    const method = request.method === 'POST' ? 'POST' : 'GET';
    const { timeout = defaultTimeout } = this.#settings;
    const { createHttpHeaders } = await import('./azure-sdk.ts');
    const signal = (request.abortSignal as AbortSignal | undefined) ?? never;
    try {
      const asked = { origin, path: pathname + search, method, headers, body } as const;
      const answer = await exchange(this.#agent, asked, { timeout, maxBytes, signal });
      this.#failure = answer.status < 300 ? undefined : this.#failureOf(host, answer);
      return {
        request,
        status: answer.status,
        headers: createHttpHeaders(plainHeaders(answer.headers)),
        bodyAsText: answer.text,
      };
    } catch (error) {
      if (error instanceof BrokenExchange) this.#failure = this.#unreachable(host, error);
      throw error;
    }
  }

  /** Closes all connections. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }

  get #isPlatform(): boolean {
    return this.#settings.reach === undefined;
  }

  #failureOf(host: string, { status, text }: HttpAnswer): IdentityError {
    const refusalOf = this.#isPlatform ? platformRefusal : entraRefusal;
    const refusal = refusalOf(status, text);
    if (refusal !== undefined) return refusal;
    return new IdentityError(`${host} returned no token: HTTP ${status}`, 'Retrying.');
  }

  #unreachable(host: string, { code, message }: BrokenExchange): IdentityError {
    const why = code === 'ADDRESS_REFUSED' ? 'its address is not allowed' : plainLine(message, 200);
    const elsewhere =
      'Managed identities exist only in Azure; elsewhere, configure another kind of identity. ';
    const advice = `${this.#isPlatform ? elsewhere : ''}Allow the handler to reach it in its network policy and firewall.`;
    return new IdentityError(`${host} returned no token: ${why} (${code})`, advice);
  }
}

let platform: IdentityHttp | undefined;

/**
 * The HTTP client of managed identities, which lives as long as the process. MSAL uses the first client
 * that it receives for all of them (`ManagedIdentityClient.identitySource` is static), so closing it
 * would leave the next identity of a reloaded configuration without a token.
 */
export function platformHttp(): IdentityHttp {
  platform ??= new IdentityHttp({ reach: undefined });
  return platform;
}

function plainHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  );
}
