import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import { originOfEvent, type OperationOrigin } from '../../sync/events/operation-origin.ts';
import { printName, type Application } from '../../sync/model/application.ts';
import { foldProjectName } from '../../text/project-name.ts';
import { percentDecode } from '../../text/percent-encoding.ts';
import { plainLine } from '../../text/foreign-text.ts';
import type { EventStore, StoredAction } from '../store/event-store.ts';
import { findActionBody, type ActionBody, type ChainLink } from '../../actions/action-body.ts';

/** How the action that led to an operation is found. */
export interface ChainPorts {
  readonly store: Pick<EventStore, 'actionOfPlan' | 'actionsWithOutcome'>;
}

/** Why a follow-up is not done. */
export interface ChainRefusal {
  readonly why: 'depth' | 'loop';
  /** A sentence for people. */
  readonly message: string;
}

/**
 * The follow-ups that led to an event: those of the run that requested its operation, if one of our actions
 * queued that run. The action is found by the plan of the run that claimed its event with proof, otherwise by
 * the run's page in the operation. Whoever can write a wrong plan or page there can lengthen another chain or
 * drop their own, so the pace of the rules is the final limit. An event without an operation follows from the
 * latest operation.
 */
export async function chainOf(
  event: ApplicationEvent,
  application: Pick<Application, 'operationState'>,
  { store }: ChainPorts,
): Promise<readonly ChainLink[]> {
  const origin = originOfEvent(event, application);
  if (origin?.kind !== 'run') return [];
  const [planId = ''] = origin.marker.split('/');
  const parent = (await store.actionOfPlan(planId)) ?? (await queuedBy(origin, store));
  if (parent === undefined) return [];
  const body = findActionBody(parent);
  return body === undefined ? [] : [...body.chain, linkOf(body, parent.rule)];
}

async function queuedBy(
  { page }: Extract<OperationOrigin, { readonly kind: 'run' }>,
  store: ChainPorts['store'],
): Promise<StoredAction | undefined> {
  const run = page === undefined ? undefined : runAt(page);
  if (run === undefined) return undefined;
  const actions = await store.actionsWithOutcome(run.id);
  for (const action of actions) {
    const done = findActionBody(action)?.action;
    if (done?.kind === run.kind && run.names.has(foldProjectName(done.organization))) return action;
  }
  return undefined;
}

interface RunPage {
  readonly kind: 'queuePipeline' | 'createRelease';
  readonly id: number;
  /** Labels of its address; one of them is the name of the organization or collection. */
  readonly names: ReadonlySet<string>;
}

function runAt(page: string): RunPage | undefined {
  if (!URL.canParse(page)) return undefined;
  const { hostname, pathname, searchParams } = new URL(page);
  const [build, release] = [searchParams.get('buildId'), searchParams.get('releaseId')];
  const id = Number(build ?? release);
  if (!Number.isSafeInteger(id) || id <= 0) return undefined;
  const parts = [hostname.split('.')[0] ?? '', ...pathname.split('/').map(percentDecode)];
  const names = new Set(parts.filter((part) => part !== '').map(foldProjectName));
  return { kind: build === null ? 'createRelease' : 'queuePipeline', id, names };
}

/** The link that an event and a rule add to a chain. */
export function linkOf(
  { event, argocd }: Pick<ActionBody, 'event' | 'argocd'>,
  rule: string,
): ChainLink {
  const { uid, name, namespace } = event.application;
  return { argocd, uid, application: printName({ name, namespace }), rule };
}

/** Why a chain may not get another link; undefined if it may. `longest`: the most links allowed. */
export function chainRefusal(
  chain: readonly ChainLink[],
  next: ChainLink,
  longest: number,
): ChainRefusal | undefined {
  const before = chain.findIndex((link) => isSame(link, next));
  if (before >= 0) {
    const loop = [...chain.slice(before), next].map(print).join(' → ');
    const message = `Skipped, because the follow-ups form a loop: ${loop}. Change one of these rules, or what its pipeline syncs.`;
    return { why: 'loop', message };
  }
  if (chain.length < longest) return undefined;
  const way = [...chain, next].map(print).join(' → ');
  const message = `Skipped, because it would be follow-up ${chain.length + 1} in a row, and \`followUpLimits.chainDepth\` is ${longest}: ${way}.`;
  return { why: 'depth', message };
}

/** The restored copy of an Argo CD has applications with the same `uid`s. */
function isSame({ argocd, uid, rule }: ChainLink, other: ChainLink): boolean {
  return uid === other.uid && rule === other.rule && (argocd ?? other.argocd) === other.argocd;
}

const mostOfName = 100;

function print({ application, rule }: ChainLink): string {
  return `${plainLine(application, mostOfName)} (${plainLine(rule, mostOfName)})`;
}
