import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { errorMessage } from '../async/error-message.ts';
import { logLine } from '../text/foreign-text.ts';
import { CallFailed, readSecret } from './handler-client.ts';

/** Where the API server is, and what of the pod's service account is mounted. */
export interface ClusterAccess {
  readonly host: string;
  readonly port: string;
  /** The folder with `token` and `ca.crt`. */
  readonly folder: string;
}

/** Where Kubernetes mounts it, and clients look for it. */
export const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const timeout = 10_000;
const mostCharacters = 1_024 * 1_024;
const text = z.record(z.string(), z.string());
const jobSchema = z.object({
  metadata: z.object({ annotations: z.optional(text) }),
});
/** By which Argo CD knows what is an application's, as it is set up unless told (argo-cd.md §3.5). */
const trackingId = 'argocd.argoproj.io/tracking-id';

/**
 * The application that a hook's Job is of, by the tracking id that Argo CD has written on it: `name`, or
 * `namespace_name`. Reads the Job by the Kubernetes API, for which the service account needs the right to
 * `get` it. Rejects with a `CallFailed`, or the signal's reason.
 */
export async function applicationOfJob(
  { namespace, job }: { readonly namespace: string; readonly job: string },
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<string> {
  const { status, body } = await read(
    `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs/${encodeURIComponent(job)}`,
    {
      ...access,
      signal,
    },
  );
  if (status === 401 || status === 403) {
    const message = `The service account of this pod may not read Job ${namespace}/${job} (HTTP ${status}): give it a Role with \`get\` of \`jobs\` in \`batch\` (deploy/hooks/own-job), or name the application by --application.`;
    throw new CallFailed('refused', message);
  }
  if (status === 404) {
    const message = `There is no Job ${namespace}/${job}: check HOOK_JOB and HOOK_NAMESPACE.`;
    throw new CallFailed('refused', message);
  }
  const parsed = z.safeParse(jobSchema, parseJson(body));
  if (status !== 200 || !parsed.success) {
    throw new CallFailed('unreachable', `The Kubernetes API cannot be read (HTTP ${status}).`);
  }
  const { annotations = {} } = parsed.data.metadata;
  const application = (annotations[trackingId] ?? '').split(':')[0] ?? '';
  if (application !== '') return application;
  const message = `Job ${namespace}/${job} has no annotation ${trackingId}: Argo CD has not made it, or tracks by label. Name the application by --application.`;
  throw new CallFailed('refused', message);
}

async function read(
  path: string,
  { host, port, folder, signal }: ClusterAccess & { readonly signal: AbortSignal },
): Promise<{ readonly status: number; readonly body: string }> {
  const token = readSecret(join(folder, 'token'), 'token');
  const ca = readFile(join(folder, 'ca.crt'));
  const late = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  try {
    return await new Promise((resolve, reject) => {
      const headers = { Authorization: `Bearer ${token.reveal()}`, Accept: 'application/json' };
      const asked = request({ host, port, path, ca, headers, signal: late }, (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          body += part;
          if (body.length > mostCharacters) answer.destroy(new Error('the answer is too long'));
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      });
      asked.on('error', reject);
      asked.end();
    });
  } catch (error) {
    signal.throwIfAborted();
    const reason = late.aborted ? 'no answer in time' : logLine(errorMessage(error), 300);
    throw new CallFailed('unreachable', `The Kubernetes API cannot be reached: ${reason}.`);
  }
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    const message = `There is no ${path}: project the service account's token, with ca.crt, there (docs/hooks.md).`;
    throw new CallFailed('refused', message);
  }
}

function parseJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}
