import type { HookName, HookReference } from '../../sync/events/hook-event.ts';
import type { ApplicationName } from '../../sync/model/application.ts';
import { isPodOf, type HookIdentity } from '../access/hook-identity.ts';
import type { HookGrant } from '../config/hooks-config.ts';
import { parseApplicationName, type HookBody } from './hook-body.ts';
import { Refusal } from './refusal.ts';

/** The hook that a call is about, as the call names it or as its proof and grants leave no other. */
export interface CallingHook {
  readonly argocd: string;
  readonly application: ApplicationName;
  readonly hook: HookReference;
}

/** What a call does not name follows from the pod that its token proves, and from the grants of its caller. */
export function callingHookOf(
  call: Pick<HookBody, 'argocd' | 'application' | 'hook'>,
  identity: HookIdentity,
  grants: readonly HookGrant[],
): CallingHook | Refusal {
  const argocd = call.argocd ?? onlyArgoCDOf(grants);
  if (argocd === undefined) {
    return invalid(
      'The grants of this hook cover several Argo CD instances: name one in `argocd`.',
    );
  }
  const application = call.application ?? onlyApplicationOf(grants, argocd);
  if (application === undefined) {
    return invalid(
      'The grants of this hook cover several applications: name one in `application`.',
    );
  }
  const stranger = call.hook && strangerProblem(identity, call.hook);
  if (stranger !== undefined) return new Refusal(403, 'denied', stranger);
  const hook = call.hook ?? provenPodOf(identity);
  if (hook !== undefined) return { argocd, application, hook };
  return invalid(
    'The call names no hook, and its token or signature does not identify a pod: name the hook in `hook`.',
  );
}

/** For messages. */
export function printHook(hook: HookReference): string {
  return 'pod' in hook ? `of pod ${hook.namespace}/${hook.pod}` : `${hook.namespace}/${hook.name}`;
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'inputs', message);
}

/** A token proves the namespace and the pod; a key proves neither. */
function strangerProblem({ account }: HookIdentity, hook: HookName): string | undefined {
  if (account === undefined) return undefined;
  if (account.namespace !== hook.namespace) {
    return `The token belongs to namespace ${account.namespace}, but the request names a hook in ${hook.namespace}.`;
  }
  if (account.pod !== undefined && !isPodOf(hook.name, account.pod)) {
    return `The token belongs to pod ${account.pod}, which is not one of hook ${hook.name}.`;
  }
  return undefined;
}

function onlyArgoCDOf(grants: readonly HookGrant[]): string | undefined {
  const [name, ...more] = new Set(grants.map(({ argocd }) => argocd));
  return more.length === 0 ? name : undefined;
}

/** The one application that grants name without wildcards. */
function onlyApplicationOf(
  grants: readonly HookGrant[],
  argocd: string,
): ApplicationName | undefined {
  const named = grants.filter((grant) => grant.argocd === argocd);
  const [pattern = '', ...more] = new Set(named.flatMap(({ applications }) => applications));
  const parsed = parseApplicationName(pattern);
  return more.length === 0 && 'value' in parsed ? parsed.value : undefined;
}

/** The pod that a token is bound to. Kubernetes vouches for it, so the hook need not know its Job. */
function provenPodOf({ account }: HookIdentity): HookReference | undefined {
  const { pod, namespace = '' } = account ?? {};
  return pod === undefined ? undefined : { pod, namespace };
}
