import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import { originOfEvent, type OperationOrigin } from '../../sync/events/operation-origin.ts';
import { printName, type Application } from '../../sync/model/application.ts';
import { foldProjectName } from '../../text/project-name.ts';
import { percentDecode } from '../../text/percent-encoding.ts';
import { plainLine } from '../../text/foreign-text.ts';
import type { EventStore } from '../store/event-store.ts';
import { readActionBody, type ActionBody, type ChainLink } from '../../actions/action-body.ts';
import type { ActionOfPlan } from './follow-up-ports.ts';

/** How it is found out which action led to an operation. */
export interface ChainPorts {
  readonly store: Pick<EventStore, 'action' | 'actionsWithOutcome'>;
  readonly actionOfPlan: ActionOfPlan | undefined;
}

/** Why a follow-up is not done. */
export interface ChainRefusal {
  readonly why: 'depth' | 'loop';
  /** For people. */
  readonly message: string;
}

/**
 * The follow-ups that led to an event: those of the run that asked for its operation, where that is one
 * that an action of ours queued. It is known by its event, once that was claimed with a proof; otherwise
 * by the page that it wrote into the operation. Who writes a wrong page there makes a chain of others
 * longer or loses his own: then the pace of the rules is what bounds it. An event of no operation is
 * taken to follow from the last one.
 */
export async function chainOf(
  event: ApplicationEvent,
  application: Pick<Application, 'operationState'>,
  { store, actionOfPlan }: ChainPorts,
): Promise<readonly ChainLink[]> {
  const origin = originOfEvent(event, application);
  if (origin?.kind !== 'run') return [];
  const planId = origin.marker.split('/')[0] ?? '';
  const key = await actionOfPlan?.(planId);
  const claimed = key === undefined ? undefined : await store.action(key);
  const parent = claimed === undefined ? await queuedBy(origin, store) : readActionBody(claimed);
  if (parent === undefined) return [];
  return [...parent.chain, linkOf(parent.event, ruleOf(parent, claimed?.rule))];
}

/** The body with the rule that made it, which only the stored action says. */
type Parent = ActionBody & { readonly rule?: string };

function ruleOf({ rule }: Parent, claimed: string | undefined): string {
  return claimed ?? rule ?? '';
}

async function queuedBy(
  { page }: Extract<OperationOrigin, { readonly kind: 'run' }>,
  store: ChainPorts['store'],
): Promise<Parent | undefined> {
  const run = page === undefined ? undefined : runAt(page);
  if (run === undefined) return undefined;
  const actions = await store.actionsWithOutcome(run.id);
  for (const action of actions) {
    const body = readActionBody(action);
    const { action: done } = body;
    if (done.kind === run.kind && run.names.has(foldProjectName(done.organization))) {
      return { ...body, rule: action.rule };
    }
  }
  return undefined;
}

interface RunPage {
  readonly kind: 'queuePipeline' | 'createRelease';
  readonly id: number;
  /** Parts of its address, of which one is the name of the organization or collection. */
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

/** The link that an event and a rule make. */
export function linkOf({ application }: ApplicationEvent, rule: string): ChainLink {
  const { uid, name, namespace } = application;
  return { uid, application: printName({ name, namespace }), rule };
}

/** Whether a further link may be added to a chain; else why not. `longest`: how many there may be. */
export function chainRefusal(
  chain: readonly ChainLink[],
  next: ChainLink,
  longest: number,
): ChainRefusal | undefined {
  const before = chain.findIndex(({ uid, rule }) => uid === next.uid && rule === next.rule);
  if (before >= 0) {
    const loop = [...chain.slice(before), next].map(print).join(' → ');
    const message = `Not done, since it is a loop of follow-ups: ${loop}. Change one of these rules, or what its pipeline syncs.`;
    return { why: 'loop', message };
  }
  if (chain.length < longest) return undefined;
  const way = [...chain, next].map(print).join(' → ');
  const message = `Not done, since it would be follow-up ${chain.length + 1} in a row, and \`followUpLimits.chainDepth\` is ${longest}: ${way}.`;
  return { why: 'depth', message };
}

const mostOfName = 100;

function print({ application, rule }: ChainLink): string {
  return `${plainLine(application, mostOfName)} (${plainLine(rule, mostOfName)})`;
}
