import type { Clock } from '../../async/clock.ts';
import { RestArgoCD } from '../../argocd/rest/rest-argocd.ts';
import type { Resolve } from '../../azure/http/address-guard.ts';
import { AzureHttp } from '../../azure/http/azure-http.ts';
import { Collections } from '../../azure/http/collection.ts';
import { defaultOrganization, organizationName } from '../../azure/http/organization-name.ts';
import { RestPipelines } from '../../azure/pipelines/rest-pipelines.ts';
import { AzureTokens } from '../follow-ups/azure-tokens.ts';
import type { ArgoCDInstance, Config, Organization } from '../config/config.ts';
import { connectionOf } from '../watch/instances.ts';
import { checkHookCallers } from './hook-lines.ts';
import { checked, checkPipelines, type PipelineCheck } from './pipeline-check.ts';

/** What the check needs. */
export interface LiveCheckPorts {
  readonly version: string;
  readonly clock: Clock;
  /** Called with each line as soon as it is known. */
  readonly print: (line: string) => void;
  /** Node's own resolver by default. */
  readonly resolve?: Resolve;
}

/** For the whole check, in milliseconds: people do not wait longer. */
const deadline = 120_000;
const argocdDeadline = 30_000;

/**
 * Asks Azure DevOps and Argo CD what the handler may do: its identity, which of the configured pipelines it
 * can see, and how often an event can run each of them. Queues nothing. Returns the exit code: 0 if nothing
 * is wrong.
 */
export async function checkLive(config: Config, ports: LiveCheckPorts): Promise<0 | 1> {
  const { organizations, identity } = config.azureDevOps;
  const { clock, print, resolve, version } = ports;
  const collections = new Collections(organizations);
  const http = new AzureHttp({
    reachOf: (collection) => collections.reachOf(collection),
    userAgent: `argocd-for-azure-pipelines/${version}`,
    ...(resolve && { resolve }),
  });
  const tokens = new AzureTokens({ clock, ...(resolve && { resolve }) });
  tokens.configure({ organizations, identity });
  const pipelines = new RestPipelines({
    http,
    token: (...about) => tokens.token(...about),
    now: () => clock.now(),
  });
  const signal = AbortSignal.timeout(deadline);
  let failures = 0;
  const section = async (title: string, checks: readonly Promise<PipelineCheck>[]) => {
    if (checks.length === 0) return;
    print('');
    print(title);
    for (const check of checks) {
      const { text, isRight } = await check;
      print(`  ${isRight ? 'ok  ' : 'FAIL'} ${text}`);
      if (!isRight) failures++;
    }
  };
  try {
    const served = organizations.filter(({ pat }) => (pat ?? identity) !== undefined);
    const asWhom = ({ url }: Organization) =>
      checked(organizationName(url), async () => {
        const { name, id } = await pipelines.identity(url, signal);
        return `the handler is ${name} (${id})`;
      });
    await section('Azure DevOps:', served.map(asWhom));
    const urls = new Map(organizations.map(({ url }) => [organizationName(url), url]));
    const about = { pipelines, urls, otherwise: defaultOrganization(organizations), signal };
    await section('Pipelines:', checkPipelines(config, about));
    await section('Argo CD:', config.argocd.map(reached));
    await section('Hooks:', checkHookCallers(config.hooks, clock));
  } finally {
    await Promise.all([http.close(), tokens.close()]);
  }
  print('');
  print(failures === 0 ? 'All checks passed.' : `${failures} of these checks failed.`);
  return failures === 0 ? 0 : 1;
}

function reached(instance: ArgoCDInstance): Promise<PipelineCheck> {
  return checked(instance.name, async () => {
    const argocd = new RestArgoCD(connectionOf(instance));
    try {
      const { length } = await argocd.list(AbortSignal.timeout(argocdDeadline));
      return `${instance.url} shows ${length} application${length === 1 ? '' : 's'}`;
    } finally {
      await argocd.close();
    }
  });
}
