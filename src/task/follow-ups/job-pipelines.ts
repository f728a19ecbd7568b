import { HttpClient, TransportError } from '../../argocd/rest/http.ts';
import { AzureClient } from '../../azure/http/azure-client.ts';
import { BrokenExchange } from '../../azure/http/exchange.ts';
import type { AzureRequest, ExchangeBounds, HttpAnswer } from '../../azure/http/exchange.ts';
import { RestPipelines } from '../../azure/pipelines/rest-pipelines.ts';
import type { Pipelines } from '../../azure/pipelines/pipelines.ts';
import type { Clock } from '../../async/clock.ts';
import { Secret } from '../../secret.ts';
import type { ConnectionSource } from '../connection.ts';
import { chooseProxy } from '../proxy.ts';
import type { Job } from './job.ts';

/** The pipelines as the job's token may see and queue them, by the agent's own way. */
export interface JobPipelines {
  readonly pipelines: Pipelines;
  readonly close: () => Promise<void>;
}

/** An expanded pipeline of many templates has some MiB. */
const mostBytes = 16 * 1024 * 1024;

/** Like the agent's own calls: by its proxy, and with the certificates that it trusts. */
export function jobPipelines(job: Job, source: ConnectionSource, clock: Clock): JobPipelines {
  const clients = new Map<string, HttpClient>();
  const clientOf = (origin: string) => {
    const known = clients.get(origin);
    if (known !== undefined) return known;
    const made = new HttpClient(wayTo(origin, source), { maxBytes: mostBytes });
    clients.set(origin, made);
    return made;
  };
  const client = new AzureClient({
    userAgent: 'argocd-for-azure-pipelines',
    exchange: (_call, request, bounds) => send(clientOf(request.origin), request, bounds),
  });
  return {
    pipelines: new RestPipelines({
      http: client,
      token: () => Promise.resolve(job.token),
      now: () => clock.now(),
    }),
    close: async () => {
      await Promise.all([...clients.values()].map((each) => each.close()));
    },
  };
}

function wayTo(url: string, source: ConnectionSource) {
  const { variable } = source;
  const { proxy } = chooseProxy(variable, url);
  const isAny = (variable('Agent.SkipCertValidation') ?? '').trim().toLowerCase() === 'true';
  return {
    ...{ url, proxy, headers: [], ca: authorities(source), skipTlsVerify: isAny },
    // Each request brings the header with the job's token.
    credential: { kind: 'token', token: new Secret('') } as const,
  };
}

/** Unreadable, it is as if there were none: the step has warned of it. */
function authorities(source: ConnectionSource): string | undefined {
  const path = (source.variable('Agent.CAInfo') ?? '').trim();
  if (path === '') return undefined;
  try {
    return source.readFile(path).trim() || undefined;
  } catch {
    return undefined;
  }
}

async function send(
  client: HttpClient,
  { method, path, headers, body }: AzureRequest,
  { timeout, signal }: ExchangeBounds,
): Promise<HttpAnswer> {
  try {
    const text = body === undefined ? {} : { body };
    return await client.send({ method, path, headers, timeout, signal, ...text });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw new BrokenExchange(error.message, error.code, error.sent);
  }
}
