import { Semaphore } from '../async/semaphore.ts';
import { printName } from '../sync/model/application.ts';
import type { ApplicationName } from '../sync/model/application.ts';
import type { Goal, WaitGoal } from '../sync/model/goal.ts';
import type { ApplicationResult, ChildReport, Outcome } from '../sync/model/outcome.ts';
import { outcomes } from '../sync/model/outcome.ts';
import type { ChangeSource } from './change-source.ts';
import { Follower } from './follower.ts';
import type { FollowedEnd } from './follow-observer.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';

/** How many followers of a run are active at a time. */
const atOnce = 10;

/**
 * Follows the applications of a run, each with those that it manages where requested: ten at once,
 * children included.
 */
export class Families {
  readonly #ports: FollowPorts;
  readonly #changes: ChangeSource;
  readonly #semaphore = new Semaphore(atOnce);

  constructor(ports: FollowPorts, changes: ChangeSource) {
    this.#ports = ports;
    this.#changes = changes;
  }

  /**
   * Follows an application and its family to the end, and reports the result; rejects for a bug of
   * ours.
   */
  follow(settings: FollowSettings): Promise<ApplicationResult> {
    return this.#followKept(settings, []);
  }

  /**
   * Follows a family unless its result is stored, and stores the result. Children report nothing.
   */
  async #followKept(
    settings: FollowSettings,
    ancestors: readonly string[],
  ): Promise<ApplicationResult> {
    const { checkpoints, logBudget, tell } = this.#ports;
    const known = checkpoints?.recall(settings.path)?.result;
    if (known !== undefined) {
      logBudget?.count(settings.path, known);
      return known;
    }
    const isAsked = ancestors.length === 0;
    const result = isAsked
      ? await this.#followObserved(settings)
      : (await this.#followFamily(settings, ancestors)).result;
    if (isAsked) tell({ kind: 'result', result });
    checkpoints?.end(settings.path, result);
    return result;
  }

  /** Follows an application that was asked for, and then what its observer has still to wait for. */
  async #followObserved(settings: FollowSettings): Promise<ApplicationResult> {
    const { observer, logBudget } = this.#ports;
    const { path, deadline } = settings;
    const resumed = await observer?.resumed?.({ path, deadline });
    if (resumed !== undefined) {
      logBudget?.count(path, resumed);
      return resumed;
    }
    const end = await this.#followFamily(settings, []);
    return observer === undefined ? end.result : observer.ended({ ...end, path, deadline });
  }

  async #followFamily(
    settings: FollowSettings,
    ancestors: readonly string[],
  ): Promise<Omit<FollowedEnd, 'path' | 'deadline'>> {
    // The slot is free again while children are followed, which need slots, too.
    const { end, family, children } = await this.#semaphore.run(async () => {
      const follower = new Follower(settings, this.#ports, this.#changes);
      const result = await follower.run();
      const name = printName(follower.application ?? result);
      const { application, operation } = follower;
      const family = [...ancestors, name];
      return { end: { result, application, operation }, family, children: follower.children() };
    });
    const { result } = end;
    const { goal } = settings;
    if (!goal.includeChildren || result.outcome !== 'succeeded' || isWithoutEffect(goal)) {
      return end;
    }
    const names = children.filter((child) => !family.includes(printName(child)));
    if (names.length === 0) return end;
    const results = await Promise.all(
      names.map((name) => this.#followKept(childSettings(settings, name, family), family)),
    );
    return { ...end, result: withChildren(result, results, this.#ports.clock.now()) };
  }
}

/** `family`: the names from the requested application down to the parent. */
function childSettings(
  parent: FollowSettings,
  name: ApplicationName,
  family: readonly string[],
): FollowSettings {
  return {
    ...parent,
    address: { ...name, project: '' },
    path: [...family, printName(name)].join(' > '),
    goal: childGoal(parent.goal),
  };
}

function isWithoutEffect(goal: Goal): boolean {
  return goal.action === 'terminate' || (goal.action === 'sync' && goal.options.dryRun);
}

/** Children are followed, never synced by us: whatever revision they track counts. */
function childGoal(goal: Goal): WaitGoal {
  const { acceptSuspended, stableFor, waitFor } = goal;
  return {
    action: 'wait',
    target: { kind: 'tracked' },
    whenBusy: 'wait',
    whenWindowClosed: 'wait',
    whenSuperseded: 'follow',
    ifMissing: 'wait',
    waitFor: waitFor === 'none' ? 'operation' : waitFor,
    acceptSuspended,
    stableFor,
    includeChildren: true,
    expectImages: [],
  };
}

function withChildren(
  parent: ApplicationResult,
  children: readonly ApplicationResult[],
  finishedAt: number,
): ApplicationResult {
  const reports = children.flatMap((child): readonly ChildReport[] => [
    {
      name: child.name,
      ...(child.namespace === undefined ? {} : { namespace: child.namespace }),
      ready: child.outcome === 'succeeded',
      syncStatus: child.syncStatus ?? 'Unknown',
      health: child.health ?? { status: 'Unknown', message: '' },
      why: child.outcome === 'succeeded' ? '' : child.message,
    },
    ...child.children,
  ]);
  const failed = children.filter(({ outcome }) => outcome !== 'succeeded');
  const concerns = [...parent.concerns, ...children.flatMap((child) => child.concerns)];
  if (failed.length === 0) return { ...parent, children: reports, concerns, finishedAt };
  const names = failed.map(printName).join(', ');
  return {
    ...parent,
    outcome: worst(failed.map(({ outcome }) => outcome)),
    message: `${parent.message}; but not its ${failed.length === 1 ? 'child application' : 'child applications'} ${names}`,
    causes: failed.flatMap((child) => [
      {
        title: `Child application ${printName(child)}: ${child.message}`,
        message: '',
        advice: '',
        resource: undefined,
        log: [],
      },
      ...child.causes,
    ]),
    concerns,
    children: reports,
    finishedAt,
  };
}

function worst(found: readonly Outcome[]): Outcome {
  return outcomes.findLast((outcome) => found.includes(outcome)) ?? 'failed';
}
