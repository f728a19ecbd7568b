import { readActionBody } from '../../../src/actions/action-body.ts';
import type { StoredAction } from '../../../src/actions/stored-action.ts';
import { eventKeyOf } from '../../../src/follow-ups/action-key.ts';
import type { SimulatedApplication, TrueOperation } from './simulated-application.ts';
import type { SimulatedAzure } from './simulated-azure.ts';

const succeeded = ['smoke', 'smoke-too', 'annotation'] as const;

/** Compares what really happened with what was queued because of it. */
export class Truth {
  readonly #applications: readonly SimulatedApplication[];

  constructor(applications: readonly SimulatedApplication[]) {
    this.#applications = applications;
  }

  /**
   * What must have been queued: everything that could be known. A success always can, because of the history;
   * anything else only if the handler saw it before something replaced it.
   */
  wanted(): readonly string[] {
    return this.#operations().flatMap(([{ uid, isGone }, operation]) => {
      const { number, end, isEndSeen, isHookAccepted } = operation;
      const isKnown = isEndSeen || (end === 'Succeeded' && !isGone);
      const rules = [
        ...(end === 'Succeeded' && isKnown ? succeeded : []),
        ...(end === 'Succeeded' && isEndSeen && isOfRun(operation) ? ['input'] : []),
        ...(end === 'Failed' && isKnown ? ['rollback'] : []),
        ...(isHookAccepted ? ['hook'] : []),
      ];
      return rules.map((rule) => `${uid}/${number}/${rule}`);
    });
  }

  /** One sentence each; empty if all is well. */
  problems(actions: readonly StoredAction[], azure: SimulatedAzure): readonly string[] {
    const queued = new Map<string, number>();
    const problems: string[] = [];
    for (const action of actions) {
      const what = this.#followUpOf(action);
      const event = eventKeyOf(action.key);
      const runs = azure.runsOf(event);
      const claimed = runs.filter(({ claims }) => claims > 0).length;
      if (runs.length > 0 && claimed !== 1) {
        problems.push(`${what} was handed out to ${claimed} of ${runs.length} runs`);
      }
      // A request that arrived after the last lookup started a run that got no event.
      const times = azure.belated.has(event) ? Math.min(1, runs.length) : runs.length;
      queued.set(what, (queued.get(what) ?? 0) + times);
      if (action.state !== 'done') problems.push(`${what} is ${action.state}: ${action.message}`);
    }
    const possible = new Set(this.#possible());
    for (const what of this.wanted()) if (!queued.get(what)) problems.push(`${what} was lost`);
    for (const [what, times] of queued) {
      if (times > 1) problems.push(`${what} was queued ${times} times`);
      if (times > 0 && !possible.has(what)) problems.push(`${what} never happened`);
    }
    return problems;
  }

  #possible(): readonly string[] {
    return this.#applications.flatMap((application) => {
      const { uid, operations, degradations, isGone } = application;
      return [
        ...operations.flatMap((operation) => possibleOf(uid, operation)),
        ...Array.from(
          { length: degradations },
          (_, at) => `${uid}/healthDegraded/${at + 1}/degraded`,
        ),
        ...(isGone ? [`${uid}/deleted/gone`] : []),
      ];
    });
  }

  /** What an action is for, `uid-1/7/smoke`: the same however an operation was seen. */
  #followUpOf(action: StoredAction): string {
    const { event } = readActionBody(action);
    const { uid } = event.application;
    const [place = ''] = action.rule.split('/');
    if (event.operation === undefined) return `${event.id}/${action.rule}`;
    const application = this.#applications.find((one) => one.uid === uid);
    const { number } = application?.operationOf(event.operation) ?? {};
    const attempt = place === 'each' ? `#${event.operation.attempt}` : '';
    return `${uid}/${number}/${place}${attempt}`;
  }

  #operations(): readonly (readonly [SimulatedApplication, TrueOperation])[] {
    return this.#applications.flatMap((application) =>
      application.operations.map((operation) => [application, operation] as const),
    );
  }
}

function possibleOf(uid: string, operation: TrueOperation): readonly string[] {
  const { number, end, retries, isHookAccepted } = operation;
  const attempts = Array.from({ length: retries + 1 }, (_, attempt) => `each#${attempt}`);
  const rules = [
    ...(end === 'Succeeded' ? succeeded : []),
    ...(end === 'Succeeded' && isOfRun(operation) ? ['input'] : []),
    ...(end === 'Failed' ? ['rollback'] : []),
    // A hook may not have received that answer.
    ...['hooked', 'hook'],
    ...attempts,
  ];
  return [...rules, ...(isHookAccepted ? ['hook'] : [])].map((rule) => `${uid}/${number}/${rule}`);
}

function isOfRun({ number }: TrueOperation): boolean {
  return number % 2 === 0;
}
