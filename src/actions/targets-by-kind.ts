import type { RenderedAction } from '../follow-ups/follow-up.ts';
import type { ActionOutcome, StoredAction } from './stored-action.ts';
import { readActionBody } from './action-body.ts';
import { ActionError, type ActionTarget } from './action-target.ts';

/** The target of each kind of action. */
export type ActionTargets = Readonly<Record<RenderedAction['kind'], ActionTarget>>;

/** A request, and whose it is: `send` and `lookUp` are given nothing else. */
interface KindRequest {
  readonly kind: RenderedAction['kind'];
  readonly request: string;
}

/** Gives each action to the target of its kind. */
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

/** The request that an action's own target has written, of what is stored with the action. */
export function ownRequest(stored: string): string {
  return read(stored).request;
}

/** What nobody can read, nobody will ever do. */
function kindOf(action: StoredAction): RenderedAction['kind'] {
  try {
    return readActionBody(action).action.kind;
  } catch {
    throw new ActionError('refused', 'This action cannot be read: another version stored it.');
  }
}

/** Only we write it. */
function read(request: string): KindRequest {
  return JSON.parse(request) as KindRequest;
}
