import { collectionKey, coreHostOf } from '../../azure/http/collection.ts';
import { organizationName } from '../../azure/http/organization-name.ts';
import { pipelineOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { Clock } from '../../async/clock.ts';
import { foldProjectName } from '../../text/project-name.ts';
import { plainLine, webAddress } from '../../text/foreign-text.ts';
import type { ClaimSpec } from '../run.ts';
import type { EventClaim, EventStore, StoredAction } from '../store/event-store.ts';
import { findActionBody, type ActionBody } from '../../actions/action-body.ts';

/** The answer to a run that claims an event. `again`: this run has received it before. */
export type ClaimAnswer =
  | { readonly kind: 'claimed'; readonly body: ActionBody; readonly isAgain: boolean }
  | { readonly kind: 'taken'; readonly by: EventClaim }
  | { readonly kind: 'unknown' };

/** The results of claims, as the metrics count them. */
export const claimResults = ['claimed', 'repeated', 'taken', 'unknown'] as const;
export type ClaimResult = (typeof claimResults)[number];

/** What handing out events needs. */
export interface EventClaimsPorts {
  readonly store: Pick<EventStore, 'actionsOfEvent' | 'claimAction'>;
  readonly clock: Clock;
  /** Called with the result of each claim. */
  readonly onClaim: (result: ClaimResult) => void;
}

const longestName = 200;

/**
 * Hands events out to the runs that were queued for them. The first run that claims an event with proof gets
 * it, and gets it again whenever it asks. Events of other projects or organizations are unknown to it.
 */
export class EventClaims {
  readonly #ports: EventClaimsPorts;

  constructor(ports: EventClaimsPorts) {
    this.#ports = ports;
  }

  /** `spec`: of a proven run. Rejects with a `StoreError`. */
  async claim(spec: ClaimSpec): Promise<ClaimAnswer> {
    const answer = await this.#claim(spec);
    const isAgain = answer.kind === 'claimed' && answer.isAgain;
    this.#ports.onClaim(isAgain ? 'repeated' : answer.kind);
    return answer;
  }

  async #claim(spec: ClaimSpec): Promise<ClaimAnswer> {
    const { store, clock } = this.#ports;
    const own = claimOf(spec, clock.now());
    const found = (await store.actionsOfEvent(spec.eventKey)).flatMap((action) => {
      const body = findActionBody(action);
      return body !== undefined && isQueuedTo(spec, body) ? [{ action, body }] : [];
    });
    let by: EventClaim | undefined;
    // Two events may have the same digits; each is for one run.
    for (const { action, body } of inOrder(found, own)) {
      const isAgain = action.claim?.claimant === own.claimant;
      const held = isAgain ? own : await store.claimAction(action.key, own);
      if (held === undefined) continue;
      if (held.claimant === own.claimant) return { kind: 'claimed', body, isAgain };
      by = held;
    }
    return by === undefined ? { kind: 'unknown' } : { kind: 'taken', by };
  }
}

type Found = { readonly action: StoredAction; readonly body: ActionBody };

/** Actions that this run has claimed come first. */
function inOrder(found: readonly Found[], { claimant }: EventClaim): readonly Found[] {
  const isOwn = ({ action }: Found) => action.claim?.claimant === claimant;
  return [...found.filter(isOwn), ...found.filter((each) => !isOwn(each))];
}

/** Whether the action queued into the proven organization and project of the run. */
function isQueuedTo({ address, proven }: ClaimSpec, { action }: ActionBody): boolean {
  const queued = pipelineOf(action);
  if (queued === undefined) return false;
  const { organization, project } = queued;
  const own = organizationName(coreHostOf(address.collection));
  if (foldProjectName(organization) !== foldProjectName(own)) return false;
  if (project.toLowerCase() === address.projectId.toLowerCase()) return true;
  const name = proven?.projectName;
  return name !== undefined && foldProjectName(name) === foldProjectName(project);
}

/** The claim of a run, as it is stored. */
function claimOf({ address, info, page }: ClaimSpec, at: number): EventClaim {
  const row = info.find(({ name }) => name === 'Run')?.value ?? '';
  const [name = ''] = row.split(' ');
  return {
    claimant: claimantOf(address, webAddress(page) ?? ''),
    planId: address.planId.toLowerCase(),
    name: name.startsWith('http') ? '' : plainLine(name, longestName),
    page: webAddress(page) ?? '',
    at,
  };
}

/**
 * Tells a run from others. A pipeline run has one plan, however often its jobs are rerun. A classic release
 * has one plan per deployment, so its page identifies it. The page is not proven, but it counts only within
 * the project, which is.
 */
function claimantOf({ collection, projectId, hub, planId }: ClaimSpec['address'], page: string) {
  const isRelease = (hub === 'release' || hub === 'gates') && page !== '';
  return [collectionKey(collection), projectId, isRelease ? page : planId].join('|').toLowerCase();
}
