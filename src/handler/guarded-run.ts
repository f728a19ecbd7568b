import type { Logger } from 'pino';
import type { Access } from './http/access.ts';
import { rightsOf, type Entitled } from './rights.ts';
import type { RunHead, RunSpec } from './run.ts';
import type { RunArgoCD } from './runs/run-ports.ts';
import { GuardedArgoCD } from './watch/guarded-argo-cd.ts';
import { GuardedChangeSource } from './watch/guarded-change-source.ts';
import type { Instances } from './watch/instances.ts';

/** What the guard of a run needs. */
export interface GuardPorts {
  readonly instances: Pick<Instances, 'find'>;
  readonly access: Pick<Access, 'denyAll' | 'onRulesChange'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * The Argo CD of a run, with one guard for calls and change events. Undefined: it is not configured, or the
 * run needs no Argo CD.
 */
export function guardedArgoCD(
  spec: RunSpec,
  current: () => RunHead,
  { instances, access, logger }: GuardPorts,
): RunArgoCD | undefined {
  const instance = instances.find(spec.argocd);
  if (instance === undefined || spec.kind === 'claim') return undefined;
  const { argocd, watch, page: server } = instance;
  // The kind of a run never changes.
  const rights = rightsOf(current as () => Entitled, access, logger);
  const onRulesChange = (listener: () => void) => access.onRulesChange(listener);
  const changes = new GuardedChangeSource(watch, rights.deny, onRulesChange);
  return { argocd: new GuardedArgoCD(argocd, rights), changes, server };
}
