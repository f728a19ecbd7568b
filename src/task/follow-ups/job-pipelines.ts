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

/** The pipelines that the job's token may see and queue, with the agent's network settings. */
export interface JobPipelines {
  readonly pipelines: Pipelines;
  readonly close: () => Promise<void>;
}

/** An expanded pipeline with many templates has several MiB. */
const mostBytes = 16 * 1024 * 1024;

/** Calls like the agent's own: through its proxy, with the certificates that it trusts. */
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
    // Each request sets the header with the job's token.
    credential: { kind: 'token', token: new Secret('') } as const,
  };
}

/** An unreadable file counts as absent; the step has already warned about it. */
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
