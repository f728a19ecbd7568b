import type { Clock } from '../../async/clock.ts';
import { IssuerKeys } from '../access/issuer-keys.ts';
import { TokenReview } from '../access/token-review.ts';
import type { HookCaller, HookGrant, HooksConfig } from '../config/hooks-config.ts';
import { checked, type PipelineCheck } from './pipeline-check.ts';

/** How the hooks of one caller prove their identity, in one line without secrets. */
export function printHookCaller(caller: HookCaller, { audience }: HooksConfig): string {
  switch (caller.kind) {
    case 'tokenReview': {
      const { kubeconfig, context } = caller;
      const where = kubeconfig === undefined ? 'this cluster' : `the cluster of ${kubeconfig}`;
      const which = context === undefined ? '' : `, context ${context}`;
      return `${caller.name}: tokens for ${audience}, reviewed by ${where}${which}`;
    }
    case 'oidc': {
      const keys =
        caller.keys === undefined ? 'keys that it publishes' : 'keys that are configured';
      return `${caller.name}: tokens for ${audience} of issuer ${caller.issuer}, by ${keys}`;
    }
    case 'hmac': {
      const { length } = caller.secrets;
      return `${caller.name}: signatures by ${length === 1 ? 'a shared key' : `${length} shared keys`}`;
    }
  }
}

/** What a grant lets hooks do, in one line. */
export function printHookGrant(grant: HookGrant): string {
  const { caller, namespaces, serviceAccounts, argocd, appProjects, applications, queue } = grant;
  const whose =
    serviceAccounts.length === 0
      ? `whoever has the key of ${caller}`
      : `service account ${serviceAccounts.join(' or ')} in namespace ${namespaces.join(' or ')} of ${caller}`;
  const what = queue.map(
    ({ organization, azureProjects, pipelines }) =>
      `pipelines ${pipelines.join(', ')} of Azure project ${azureProjects.join(' or ')} in ${organization}`,
  );
  const does = what.length === 0 ? 'tells and waits' : `queues ${what.join('; ')}`;
  return `${whose}, for applications ${applications.join(', ')} in AppProject ${appProjects.join(' or ')} at Argo CD ${argocd}: ${does}`;
}

/** Checks for each cluster whether it can verify tokens for us; a shared key needs no check. */
export function checkHookCallers(
  { callers, audience }: HooksConfig,
  clock: Clock,
): Promise<PipelineCheck>[] {
  return callers.flatMap((caller) => {
    switch (caller.kind) {
      case 'hmac':
        return [];
      case 'tokenReview':
        return [checked(caller.name, () => new TokenReview(caller, ignore).probe(audience))];
      case 'oidc':
        return [checked(caller.name, () => new IssuerKeys(caller, clock, ignore).probe())];
    }
  });
}

/** A probe reports a problem by rejecting. */
const ignore = () => undefined;
