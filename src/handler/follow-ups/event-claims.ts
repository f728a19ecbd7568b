import { collectionKey, coreHostOf } from '../../azure/http/collection.ts';
import { organizationName } from '../../azure/http/organization-name.ts';
import type { Clock } from '../../async/clock.ts';
import { foldProjectName } from '../../text/project-name.ts';
import { plainLine, webAddress } from '../../text/foreign-text.ts';
import type { ClaimSpec } from '../run.ts';
import type { EventClaim, EventStore, StoredAction } from '../store/event-store.ts';
import { findActionBody, type ActionBody } from '../../actions/action-body.ts';

/** What a run is told that asks for an event. `again`: it was told so before. */
export type ClaimAnswer =
  | { readonly kind: 'claimed'; readonly body: ActionBody; readonly isAgain: boolean }
  | { readonly kind: 'taken'; readonly by: EventClaim }
  | { readonly kind: 'unknown' };

/** What may become of a claim, as it is counted. */
export const claimResults = ['claimed', 'repeated', 'taken', 'unknown'] as const;
export type ClaimResult = (typeof claimResults)[number];

/** What handing out events needs. */
export interface EventClaimsPorts {
  readonly store: Pick<EventStore, 'actionsOfEvent' | 'claimAction'>;
  readonly clock: Clock;
  /** Is told what became of each claim. */
  readonly onClaim: (result: ClaimResult) => void;
}

const longestName = 200;

/**
 * Hands events out to the runs that were queued for them: each to the first that asks and has proven
 * itself, and to the same one again, however often it asks. An event of another project or
 * organization is none for whoever asks.
 */
export class EventClaims {
  readonly #ports: EventClaimsPorts;

  constructor(ports: EventClaimsPorts) {
    this.#ports = ports;
  }

  /** `spec` is of a run that has proven itself. Rejects with a `StoreError`. */
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
    // Two events may have the same digits: each is for one run.
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

/** What the run has already goes first. */
function inOrder(found: readonly Found[], { claimant }: EventClaim): readonly Found[] {
  const isOwn = ({ action }: Found) => action.claim?.claimant === claimant;
  return [...found.filter(isOwn), ...found.filter((each) => !isOwn(each))];
}

/** Whether the action queued into the organization and the project that were proven of the run. */
function isQueuedTo({ address, proven }: ClaimSpec, { action }: ActionBody): boolean {
  if (action.kind === 'postWebHook') return false;
  const { organization, project } = action;
  const own = organizationName(coreHostOf(address.collection));
  if (foldProjectName(organization) !== foldProjectName(own)) return false;
  if (project.toLowerCase() === address.projectId.toLowerCase()) return true;
  const name = proven?.projectName;
  return name !== undefined && foldProjectName(name) === foldProjectName(project);
}

/** A run that asks, as it is kept. */
function claimOf({ address, info, page }: ClaimSpec, at: number): EventClaim {
  const row = info.find(({ name }) => name === 'Run')?.value ?? '';
  const [name = ''] = row.split(' ');
  return {
    claimant: claimantOf(address, webAddress(page) ?? ''),
    name: name.startsWith('http') ? '' : plainLine(name, longestName),
    page: webAddress(page) ?? '',
    at,
  };
}

/**
 * What tells a run from others. A pipeline's run has one plan, however often its jobs are run again; a
 * classic release has one for each deployment, so it goes by its page, which it says itself: that
 * counts within its project, which is proven.
 */
function claimantOf({ collection, projectId, hub, planId }: ClaimSpec['address'], page: string) {
  const isRelease = (hub === 'release' || hub === 'gates') && page !== '';
  return [collectionKey(collection), projectId, isRelease ? page : planId].join('|').toLowerCase();
}
