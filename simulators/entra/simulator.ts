import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { checkProof } from './client-proof.ts';
import { TokenRefusal, type Registration } from './registration.ts';

/** A request as received. */
export interface EntraRequest {
  readonly method: string;
  readonly path: string;
  readonly form: URLSearchParams;
}

export interface EntraOptions {
  /** For 127.0.0.1, as PEM. */
  readonly key: string;
  readonly cert: string;
  readonly tenant: string;
  readonly registrations: readonly Registration[];
  /** The resources that the tenant knows. */
  readonly resources: readonly string[];
  /** Issues a token, such as one that a simulated Azure DevOps accepts. */
  readonly issue: (clientId: string) => string;
  /** Seconds; default: 3,599. */
  readonly expiresIn?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** What the next request gets instead of its response. */
export type EntraFault =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'cut' }
  | { readonly kind: 'hang' };

/**
 * The token endpoint of Microsoft Entra ID for applications (v2.0, grant `client_credentials`), with its
 * discovery document. Requests that Entra does not document are recorded in `faults`.
 */
export class EntraSimulator {
  readonly #options: EntraOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #next: EntraFault[] = [];
  readonly requests: EntraRequest[] = [];
  readonly faults: string[] = [];
  /** May be changed. */
  registrations: readonly Registration[];

  static async start(options: EntraOptions): Promise<EntraSimulator> {
    const simulator = new EntraSimulator(options);
    await new Promise<void>((resolve) => simulator.#server.listen(0, '127.0.0.1', () => resolve()));
    return simulator;
  }

  private constructor(options: EntraOptions) {
    this.#options = options;
    this.registrations = options.registrations;
    const { key, cert } = options;
    this.#server = createServer({ key, cert }, (request, response) => {
      void this.#handle(request, response);
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** The `authority` of an identity. */
  get authority(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many tokens were requested. */
  get asked(): number {
    return this.requests.filter(({ method }) => method === 'POST').length;
  }

  /** The next request for a token gets this. */
  inject(fault: EntraFault): void {
    this.#next.push(fault);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await message.toArray()).join('');
    const { pathname } = new URL(message.url ?? '/', this.authority);
    const method = message.method ?? 'GET';
    const form = new URLSearchParams(body);
    this.requests.push({ method, path: pathname, form });
    const fault = method === 'POST' ? this.#next.shift() : undefined;
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'cut') return void message.socket.destroy();
    const { status, text } =
      fault === undefined
        ? this.#answer(message, pathname, form)
        : { status: fault.status, text: fault.body };
    response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(text);
  }

  #answer(message: IncomingMessage, path: string, form: URLSearchParams) {
    const { tenant } = this.#options;
    try {
      if (path === `/${tenant}/v2.0/.well-known/openid-configuration`) {
        return { status: 200, text: JSON.stringify(this.#discovery()) };
      }
      const asked = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(path)?.[1];
      if (asked === undefined || message.method !== 'POST') {
        this.faults.push(`${message.method} ${path}: there is no such operation.`);
        return { status: 404, text: '' };
      }
      if (asked !== tenant) {
        const words = `Tenant '${asked}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`;
        throw new TokenRefusal('invalid_request', 90002, words, 400);
      }
      return { status: 200, text: JSON.stringify(this.#token(message, form)) };
    } catch (error) {
      if (!(error instanceof TokenRefusal)) throw error;
      return { status: error.status, text: error.body };
    }
  }

  #token(message: IncomingMessage, form: URLSearchParams) {
    const type = message.headers['content-type'] ?? '';
    if (!type.startsWith('application/x-www-form-urlencoded')) {
      this.faults.push(`A token is asked for by ${type}.`);
    }
    for (const name of new Set(form.keys())) {
      if (form.getAll(name).length > 1) this.faults.push(`${name} is there twice.`);
    }
    if (form.get('grant_type') !== 'client_credentials') {
      throw new TokenRefusal('unsupported_grant_type', 70003, 'The grant is not supported.', 400);
    }
    const scope = form.get('scope') ?? '';
    const { resources, issue, expiresIn = 3_599, tenant, now = Date.now } = this.#options;
    if (!scope.endsWith('/.default')) {
      const words = `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`;
      throw new TokenRefusal('invalid_scope', 1002012, words, 400);
    }
    const clientId = form.get('client_id') ?? '';
    const found = this.registrations.find((each) => each.clientId === clientId);
    if (found === undefined) {
      const words = `Application with identifier '${clientId}' was not found in the directory 'Fabrikam'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`;
      throw new TokenRefusal('unauthorized_client', 700016, words, 400);
    }
    const tokenEndpoint = `${this.authority}/${tenant}/oauth2/v2.0/token`;
    checkProof(found, form, { tokenEndpoint, now: now() });
    if (found.isDisabled === true) {
      throw new TokenRefusal(
        'unauthorized_client',
        7000112,
        `Application '${clientId}' is disabled.`,
      );
    }
    if (!resources.some((resource) => scope === `${resource}/.default`)) {
      const words = `The resource principal named ${scope} was not found in the tenant named Fabrikam.`;
      throw new TokenRefusal('invalid_resource', 500011, words, 400);
    }
    return {
      token_type: 'Bearer',
      expires_in: expiresIn,
      ext_expires_in: expiresIn,
      access_token: issue(clientId),
    };
  }

  #discovery() {
    const root = `${this.authority}/${this.#options.tenant}`;
    return {
      token_endpoint: `${root}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
      jwks_uri: `${root}/discovery/v2.0/keys`,
      issuer: `${root}/v2.0`,
      authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  }
}
