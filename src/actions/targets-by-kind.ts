import type { RenderedAction } from '../follow-ups/follow-up.ts';
import type { ActionOutcome, StoredAction } from './stored-action.ts';
import { readActionBody } from './action-body.ts';
import { ActionError, type ActionTarget } from './action-target.ts';

/** The target of each kind of action. */
export type ActionTargets = Readonly<Record<RenderedAction['kind'], ActionTarget>>;

/** The same targets, each in another that wraps it. */
export function mapTargets(
  targets: ActionTargets,
  wrap: (target: ActionTarget) => ActionTarget,
): ActionTargets {
  const wrapped = Object.entries(targets).map(([kind, target]) => [kind, wrap(target)] as const);
  return Object.fromEntries(wrapped) as ActionTargets;
}

/** A request with its kind, because `send` and `lookUp` receive nothing else. */
interface KindRequest {
  readonly kind: RenderedAction['kind'];
  readonly request: string;
}

/** Passes each action to the target of its kind. */
export class TargetsByKind implements ActionTarget {
  readonly #targets: ActionTargets;

  constructor(targets: ActionTargets) {
    this.#targets = targets;
  }

  async prepare(action: StoredAction, signal: AbortSignal): Promise<string> {
    const kind = kindOf(action);
    const request = await this.#targets[kind].prepare(action, signal);
    return JSON.stringify({ kind, request } satisfies KindRequest);
  }

  send(request: string, signal: AbortSignal): Promise<ActionOutcome> {
    const { kind, request: own } = read(request);
    return this.#targets[kind].send(own, signal);
  }

  lookUp(request: string, since: number, signal: AbortSignal): Promise<ActionOutcome | undefined> {
    const { kind, request: own } = read(request);
    return this.#targets[kind].lookUp(own, since, signal);
  }
}

/** The request of an action's own target, from the stored request. */
export function ownRequest(stored: string): string {
  return read(stored).request;
}

/** An unreadable action can never be done, so it is refused. */
function kindOf(action: StoredAction): RenderedAction['kind'] {
  try {
    return readActionBody(action).action.kind;
  } catch {
    throw new ActionError('refused', 'This action cannot be read: another version stored it.');
  }
}

/** Written only by this class. */
function read(request: string): KindRequest {
  return JSON.parse(request) as KindRequest;
}
