import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { WatchScope } from '../argocd/port.ts';
import { printName } from '../sync/application.ts';
import type { ApplicationName } from '../sync/application.ts';
import type { Goal, WaitGoal } from '../sync/goal.ts';
import type { InfoRow } from '../sync/operation.ts';
import type { ApplicationResult, ChildReport, Outcome } from '../sync/outcome.ts';
import { outcomes } from '../sync/outcome.ts';
import { UserError } from '../sync/user-error.ts';
import { backoff } from './backoff.ts';
import { Feed } from './feed.ts';
import { Follower } from './follower.ts';
import { judgeLook } from './outage.ts';
import { Pool } from './pool.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';

/** What a run wants: the same of every application. Times are milliseconds. */
export interface FollowRequest {
  /** Either these, or what `selector` matches. */
  readonly names?: readonly ApplicationName[];
  readonly selector?: string;
  /** AppProject; empty where it is not known. */
  readonly project: string;
  readonly goal: Goal;
  readonly timeout: number;
  readonly onTimeout: 'leave' | 'terminate';
  readonly onCancel: 'leave' | 'terminate';
  readonly hookLogLines: number;
  readonly marker: string;
  readonly info: readonly InfoRow[];
}

const atOnce = 10;
const searching = { first: 2_000, most: 15_000 };

/**
 * Follows all applications of a run, ten at once, over one stream. Resolves with a result for each,
 * in the order in which they were asked for; one that fails does not hide the others. Rejects with a
 * `UserError` when there is nothing to follow.
 */
export async function followAll(
  request: FollowRequest,
  ports: FollowPorts,
): Promise<readonly ApplicationResult[]> {
  const deadline = ports.clock.now() + request.timeout;
  const names = request.names ?? (await search(request, deadline, ports));
  const over = new AbortController();
  const feed = new Feed(ports.argocd, ports.clock, ports.random);
  const streaming = feed.run(scopeOf(request, names), AbortSignal.any([ports.signal, over.signal]));
  const pool = new Pool(atOnce);
  try {
    return await Promise.all(
      names.map((name) =>
        pool.run(async () => {
          const settings = { ...request, address: { ...name, project: request.project }, deadline };
          const result = await followFamily(settings, ports, feed);
          ports.tell({ kind: 'result', result });
          return result;
        }),
      ),
    );
  } finally {
    over.abort();
    await streaming;
  }
}

function scopeOf(
  { selector, project, goal }: FollowRequest,
  names: readonly ApplicationName[],
): WatchScope {
  // Children have names and projects of their own.
  if (goal.includeChildren) return { project: '' };
  const [name] = names;
  if (name !== undefined && names.length === 1) return { name, project };
  return selector === undefined ? { project } : { project, selector };
}

/** Finds the applications of a selector; none is an end or a wait, as chosen. */
async function search(
  { selector = '', project, goal }: FollowRequest,
  deadline: number,
  { argocd, clock, random, signal }: FollowPorts,
): Promise<readonly ApplicationName[]> {
  for (let tries = 1; ; tries += 1) {
    const found = await argocd.find(selector, project, signal).catch((error: unknown) => {
      if (!(error instanceof ArgoCDError)) throw error;
      const failed = judgeLook(error, selector, project, false);
      if (failed.kind === 'fatal') throw failed.error;
      return undefined;
    });
    if (found !== undefined && found.length > 0) return found;
    const isAway = found === undefined;
    if ((!isAway && goal.ifMissing === 'fail') || clock.now() >= deadline || signal.aborted) {
      throw new UserError(
        isAway
          ? `Argo CD could not be reached to find what selector "${selector}" matches`
          : `No application that the token may read matches selector "${selector}"${project === '' ? '' : ` in project "${project}"`}`,
        'Check selector and project. If the applications are still to be made, choose ifMissing: wait.',
      );
    }
    await clock.sleep(backoff(tries, searching, random), signal);
  }
}

/** One application and, if asked, the applications that it manages, and theirs. */
async function followFamily(
  settings: FollowSettings,
  ports: FollowPorts,
  feed: Feed,
  ancestors: readonly string[] = [],
): Promise<ApplicationResult> {
  const follower = new Follower(settings, ports, feed);
  const result = await follower.run();
  const { goal } = settings;
  if (!goal.includeChildren || result.outcome !== 'succeeded' || isWithoutEffect(goal))
    return result;
  const family = [...ancestors, printName(result)];
  const names = follower.children().filter((child) => !family.includes(printName(child)));
  if (names.length === 0) return result;
  const pool = new Pool(atOnce);
  const children = await Promise.all(
    names.map((name) =>
      pool.run(() =>
        followFamily(
          { ...settings, address: { ...name, project: '' }, goal: childGoal(goal) },
          ports,
          feed,
          family,
        ),
      ),
    ),
  );
  return withChildren(result, children, ports.clock.now());
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
