import { ActionError, type ActionTarget } from '../../actions/action-target.ts';
import type { ActionOutcome, StoredAction } from '../../actions/stored-action.ts';
import { pipelineReasons } from '../../azure/pipelines/pipeline-error.ts';

/** Counts what a target answers. */
export interface TargetTelemetry {
  /** `reason`: one of `refusalReasons`. */
  refused(reason: string): void;
  /** A request without an answer turned out to have taken effect. */
  found(): void;
}

/** These are transient, so they do not count as refusals. */
const passing: ReadonlySet<string> = new Set(['throttled', 'unavailable', 'unclear']);

/** Why actions are refused, as the metrics count it: by Azure DevOps, by their targets, by their chains. */
export const refusalReasons: readonly string[] = [
  ...pipelineReasons.filter((reason) => !passing.has(reason)),
  ...['other', 'chainTooLong', 'loop', 'flood'],
];

/** Passes actions on to another target and counts its answers. */
export class CountedTarget implements ActionTarget {
  readonly #target: ActionTarget;
  readonly #telemetry: TargetTelemetry;

  constructor(target: ActionTarget, telemetry: TargetTelemetry) {
    this.#target = target;
    this.#telemetry = telemetry;
  }

  prepare(action: StoredAction, signal: AbortSignal): Promise<string> {
    return this.#counted(this.#target.prepare(action, signal));
  }

  send(request: string, signal: AbortSignal): Promise<ActionOutcome> {
    return this.#counted(this.#target.send(request, signal));
  }

  async lookUp(
    request: string,
    since: number,
    signal: AbortSignal,
  ): Promise<ActionOutcome | undefined> {
    const outcome = await this.#target.lookUp(request, since, signal);
    if (outcome !== undefined) this.#telemetry.found();
    return outcome;
  }

  async #counted<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof ActionError) {
        const reason = error.reason ?? (error.kind === 'refused' ? 'other' : 'unclear');
        if (!passing.has(reason)) this.#telemetry.refused(reason);
      }
      throw error;
    }
  }
}
