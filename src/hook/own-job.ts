import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { CallFailed, readSecret } from './handler-client.ts';
import { exchange, exchangeFailure, type HookResponse } from './http-exchange.ts';

/** How to reach the API server, and where the pod's service account is mounted. */
export interface ClusterAccess {
  readonly host: string;
  readonly port: string;
  /** The folder with `token` and `ca.crt`. */
  readonly folder: string;
}

/** The standard mount path of the service account. */
export const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const timeout = 10_000;
const texts = z.record(z.string(), z.string());
const jobSchema = z.object({
  metadata: z.object({ annotations: z.optional(texts) }),
});
/** The annotation with which Argo CD tracks resources by default (argo-cd.md §3.5). */
const trackingId = 'argocd.argoproj.io/tracking-id';

/**
 * The application of a hook's Job, from the tracking id that Argo CD has set on it: `name`, or
 * `namespace_name`. Reads the Job through the Kubernetes API; the service account needs permission to
 * `get` it. Rejects with a `CallFailed`, or the signal's reason.
 */
export async function applicationOfJob(
  { namespace, job }: { readonly namespace: string; readonly job: string },
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<string> {
  const { status, text: body } = await read(
    `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs/${encodeURIComponent(job)}`,
    {
      ...access,
      signal,
    },
  );
  if (status === 401 || status === 403) {
    const message = `The service account of this pod may not read Job ${namespace}/${job} (HTTP ${status}): grant it \`get\` on \`jobs\` in \`batch\` (deploy/hooks/own-job), or set --application.`;
    throw new CallFailed('refused', message);
  }
  if (status === 404) {
    const message = `Job ${namespace}/${job} does not exist: check HOOK_JOB and HOOK_NAMESPACE.`;
    throw new CallFailed('refused', message);
  }
  const parsed = z.safeParse(jobSchema, parseJson(body));
  if (status !== 200 || !parsed.success) {
    throw new CallFailed(
      'unreachable',
      `Cannot read the Job from the Kubernetes API (HTTP ${status}).`,
    );
  }
  const { annotations = {} } = parsed.data.metadata;
  const application = (annotations[trackingId] ?? '').split(':')[0] ?? '';
  if (application !== '') return application;
  const message = `Job ${namespace}/${job} has no annotation ${trackingId}: Argo CD did not create it, or tracks by label. Pass --application.`;
  throw new CallFailed('refused', message);
}

async function read(
  path: string,
  { host, port, folder, signal }: ClusterAccess & { readonly signal: AbortSignal },
): Promise<HookResponse> {
  const token = readSecret(join(folder, 'token'), 'token');
  const ca = readAuthority(join(folder, 'ca.crt'));
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
  const headers = { Authorization: `Bearer ${token.reveal()}`, Accept: 'application/json' };
  const late = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  try {
    return await exchange({ url, method: 'GET', headers, ca, signal: late });
  } catch (error) {
    signal.throwIfAborted();
    const reason = exchangeFailure(error);
    throw new CallFailed('unreachable', `Cannot reach the Kubernetes API: ${reason}.`);
  }
}

/** Without one, Node would trust the authorities of the internet. */
function readAuthority(path: string): string {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Reported below.
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  const message = `There is no certificate authority in ${path}: project the service account's token, with ca.crt, there (docs/hooks.md).`;
  throw new CallFailed('refused', message);
}

function parseJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}
