import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { ServiceAccountIssuer, type IssuedClaims } from './service-account-issuer.ts';

/** The body of a review request (`authentication.k8s.io/v1`). */
export interface TokenReviewBody {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: { readonly token: string; readonly audiences?: readonly string[] };
}

/** Its certificate for `localhost`, with key and CA: PEM. */
export interface ApiServerTls {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** How it misbehaves. */
export interface ApiServerFaults {
  /** Answers every review with this status. */
  status?: number;
  /** Ignores audiences: authenticates all tokens that it issued, and confirms no audience. */
  ignoresAudiences?: boolean;
  /** Never answers. */
  hangs?: boolean;
  /** Responds with this instead of its keys. */
  keys?: { readonly status: number; readonly text: string };
}

const path = '/apis/authentication.k8s.io/v1/tokenreviews';
const discovery = '/.well-known/openid-configuration';
const keyPath = '/openid/v1/jwks';
const jobPath = /^\/apis\/batch\/v1\/namespaces\/([^/?]+)\/jobs\/([^/?]+)$/;

/** The part of a Kubernetes API server that verifies hooks: it reviews the tokens that it issued. */
export class KubernetesSimulator {
  readonly issuer: ServiceAccountIssuer;
  /** The reviews that were requested. */
  readonly reviews: TokenReviewBody[] = [];
  /** Jobs by `namespace/name`, as the API returns them. */
  readonly jobs = new Map<string, object>();
  /** The service accounts that may read the Jobs of their own namespace. */
  readonly grants = new Set<string>();
  /** How often its keys were read. */
  keysRead = 0;
  readonly faults: ApiServerFaults = {};
  /** The token of a caller that may request reviews. */
  readonly reviewerToken = 'token-of-the-reviewer';
  readonly #server: Server;
  readonly #tls: ApiServerTls;

  private constructor(tls: ApiServerTls, issuer: ServiceAccountIssuer) {
    this.issuer = issuer;
    this.#tls = tls;
    const { key, cert } = tls;
    this.#server = createServer(
      { key, cert },
      (request, response) => void this.#answer(request, response),
    );
  }

  static async start(
    tls: ApiServerTls,
    issuer = new ServiceAccountIssuer('https://kubernetes.default.svc.cluster.local'),
    port = 0,
  ): Promise<KubernetesSimulator> {
    const simulator = new KubernetesSimulator(tls, issuer);
    const listening = once(simulator.#server, 'listening');
    simulator.#server.listen(port, '127.0.0.1');
    await listening;
    return simulator;
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A kubeconfig for this server. */
  get kubeconfig(): string {
    const authority = Buffer.from(this.#tls.ca).toString('base64');
    const cluster = { server: this.url, 'certificate-authority-data': authority };
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'simulator', cluster }],
      users: [{ name: 'reviewer', user: { token: this.reviewerToken } }],
      contexts: [{ name: 'simulator', context: { cluster: 'simulator', user: 'reviewer' } }],
      'current-context': 'simulator',
    });
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const give = (status: number, body: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET' && request.url === discovery) return give(200, this.#discovery());
    if (request.method === 'GET' && request.url === keyPath) return this.#giveKeys(response);
    const { url = '' } = request;
    if (request.method === 'GET' && jobPath.test(url)) {
      const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
      return this.#giveJob(url, token, give);
    }
    if (url.split('?')[0] !== path || request.method !== 'POST') {
      return give(404, statusOf(404, 'the server could not find the requested resource'));
    }
    if (request.headers.authorization !== `Bearer ${this.reviewerToken}`) {
      return give(401, statusOf(401, 'Unauthorized'));
    }
    const body = (await json(request)) as TokenReviewBody;
    if (body.kind !== 'TokenReview' || typeof body.spec?.token !== 'string') {
      return give(400, statusOf(400, 'the object provided is not a TokenReview'));
    }
    this.reviews.push(body);
    if (this.faults.hangs === true) return;
    if (this.faults.status !== undefined) {
      return give(this.faults.status, statusOf(this.faults.status, 'as told'));
    }
    give(201, { ...body, metadata: {}, status: this.#review(body) });
  }

  /** Like an API server whose issuer may be discovered by anyone. */
  #discovery(): object {
    return {
      issuer: this.issuer.issuer,
      jwks_uri: `${this.url}${keyPath}`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
  }

  #giveKeys(response: ServerResponse): void {
    this.keysRead += 1;
    const { status, text } = this.faults.keys ?? {
      status: 200,
      text: JSON.stringify(this.issuer.keys),
    };
    response.writeHead(status, { 'Content-Type': 'application/jwk-set+json' }).end(text);
  }

  /** Returns one Job, if the service account may read the Jobs of its namespace. */
  #giveJob(path: string, token: string, give: (status: number, body: object) => void): void {
    if (this.faults.status !== undefined) {
      return give(this.faults.status, statusOf(this.faults.status, 'as told'));
    }
    const claims = this.issuer.verify(token);
    if (!claims?.aud.includes(this.issuer.issuer)) return give(401, statusOf(401, 'Unauthorized'));
    const [, namespace = '', name = ''] = jobPath.exec(path) ?? [];
    const isAllowed =
      this.grants.has(claims.sub) && claims['kubernetes.io'].namespace === namespace;
    if (!isAllowed) {
      const message = `jobs.batch "${name}" is forbidden: User "${claims.sub}" cannot get resource "jobs" in API group "batch" in the namespace "${namespace}"`;
      return give(403, statusOf(403, message));
    }
    const job = this.jobs.get(`${namespace}/${decodeURIComponent(name)}`);
    if (job === undefined) return give(404, statusOf(404, `jobs.batch "${name}" not found`));
    give(200, { apiVersion: 'batch/v1', kind: 'Job', ...job });
  }

  /** Like a real token authenticator: without audiences, its own is used. */
  #review({ spec }: TokenReviewBody): object {
    const { token, audiences = [this.issuer.issuer] } = spec;
    const claims = this.issuer.verify(token);
    const confirmed = claims?.aud.filter((each) => audiences.includes(each)) ?? [];
    if (claims !== undefined && this.faults.ignoresAudiences === true) {
      return { authenticated: true, user: userOf(claims) };
    }
    if (claims === undefined || confirmed.length === 0) {
      return { user: {}, error: '[invalid bearer token, token audiences are invalid]' };
    }
    return { authenticated: true, user: userOf(claims), audiences: confirmed };
  }
}

function userOf({ sub, 'kubernetes.io': about }: IssuedClaims): object {
  const { namespace, serviceaccount, pod } = about;
  return {
    username: sub,
    uid: serviceaccount.uid,
    groups: [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ],
    ...(pod !== undefined && {
      extra: {
        'authentication.kubernetes.io/pod-name': [pod.name],
        'authentication.kubernetes.io/pod-uid': [pod.uid],
      },
    }),
  };
}

function statusOf(code: number, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code };
}
