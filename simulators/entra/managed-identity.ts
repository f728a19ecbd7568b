import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How a platform issues tokens: the instance metadata service of virtual machines, or that of App
 * Service.
 */
export type Platform = 'imds' | 'appService';

export interface ManagedIdentityOptions {
  readonly platform: Platform;
  /** By client id; the empty one is the system-assigned identity. */
  readonly identities: ReadonlyMap<string, string>;
  /** The value of `IDENTITY_HEADER` in the app's environment on App Service. */
  readonly header: string;
  /** The resources that the tenant knows. */
  readonly resources: readonly string[];
  /** What is issued to an identity. */
  readonly issue: (name: string) => string;
  /** Seconds. */
  readonly expiresIn: number;
}

interface Answer {
  readonly status: number;
  readonly value: unknown;
}

/**
 * The endpoint from which a managed identity gets its tokens (learn.microsoft.com: "How to use
 * managed identities on an Azure VM to acquire an access token", "REST endpoint reference" of App
 * Service). Requests that are not described there are recorded in `faults`.
 */
export class ManagedIdentitySimulator {
  readonly #options: ManagedIdentityOptions;
  readonly #server: Server;
  readonly #next: Answer[] = [];
  readonly faults: string[] = [];
  /** The client ids that were requested; empty for the system-assigned identity. */
  readonly asked: string[] = [];

  static async start(options: ManagedIdentityOptions): Promise<ManagedIdentitySimulator> {
    const simulator = new ManagedIdentitySimulator(options);
    await new Promise<void>((resolve) => simulator.#server.listen(0, '127.0.0.1', () => resolve()));
    return simulator;
  }

  private constructor(options: ManagedIdentityOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      const { status, value } = this.#answer(request);
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(text);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The environment of a program that runs on this platform. */
  get environment(): Readonly<Record<string, string>> {
    return this.#options.platform === 'imds'
      ? { AZURE_POD_IDENTITY_AUTHORITY_HOST: this.url }
      : { IDENTITY_ENDPOINT: `${this.url}/msi/token`, IDENTITY_HEADER: this.#options.header };
  }

  /** The next request gets this response. */
  inject(status: number, value: unknown): void {
    this.#next.push({ status, value });
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer({ method = '', url = '/', headers }: IncomingMessage): Answer {
    const { pathname, searchParams } = new URL(url, this.url);
    const { platform, identities, header, resources } = this.#options;
    const isImds = platform === 'imds';
    const path = isImds ? '/metadata/identity/oauth2/token' : '/msi/token';
    // MSAL writes a slash before the query.
    if (method !== 'GET' || pathname.replace(/\/$/, '') !== path) {
      this.faults.push(`${method} ${pathname}: there is no such operation.`);
      return { status: 404, value: '' };
    }
    const clientId = searchParams.get('client_id') ?? '';
    this.asked.push(clientId);
    const version = searchParams.get('api-version');
    if (version !== (isImds ? '2018-02-01' : '2019-08-01')) {
      this.faults.push(`api-version is ${version}.`);
    }
    if (isImds && headers['metadata'] !== 'true') {
      const words = 'Required metadata header not specified';
      return { status: 400, value: { error: 'invalid_request', error_description: words } };
    }
    if (!isImds && headers['x-identity-header'] !== header) return { status: 401, value: '' };
    const injected = this.#next.shift();
    if (injected !== undefined) return injected;
    const name = identities.get(clientId);
    if (name === undefined) return this.#unknown();
    const resource = searchParams.get('resource') ?? '';
    if (!resources.includes(resource)) {
      const words = `AADSTS500011: The resource principal named ${resource} was not found in the tenant named Fabrikam.`;
      return { status: 400, value: { error: 'invalid_resource', error_description: words } };
    }
    return { status: 200, value: this.#token(clientId, name, resource) };
  }

  #unknown(): Answer {
    if (this.#options.platform === 'imds') {
      const value = { error: 'invalid_request', error_description: 'Identity not found' };
      return { status: 400, value };
    }
    const message =
      'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.';
    const correlationId = '00000000-0000-4000-8000-00000000000c';
    return { status: 400, value: { statusCode: 400, message, correlationId } };
  }

  /** All numbers are strings. */
  #token(clientId: string, name: string, resource: string) {
    const { platform, issue, expiresIn } = this.#options;
    const now = Math.floor(Date.now() / 1_000);
    const common = {
      access_token: issue(name),
      client_id: clientId,
      expires_on: String(now + expiresIn),
      resource,
      token_type: 'Bearer',
    };
    if (platform === 'appService') return common;
    const life = String(expiresIn);
    return { ...common, expires_in: life, ext_expires_in: life, not_before: String(now) };
  }
}
