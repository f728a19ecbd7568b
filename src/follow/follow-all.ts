import type { WatchScope } from '../argocd/port.ts';
import { printName } from '../sync/model/application.ts';
import type { ApplicationName } from '../sync/model/application.ts';
import type { ApplicationSelection } from '../sync/model/application-selection.ts';
import type { Goal, WaitGoal } from '../sync/model/goal.ts';
import type { InfoRow } from '../sync/model/operation.ts';
import type { ApplicationResult, ChildReport, Outcome } from '../sync/model/outcome.ts';
import { outcomes } from '../sync/model/outcome.ts';
import {
  findApplications,
  type RunTimes,
  type Search,
  type SearchPorts,
} from './application-search.ts';
import { Feed } from './feed.ts';
import type { ChangeSource } from './change-source.ts';
import { Follower } from './follower.ts';
import { Contact } from './contact.ts';
import { LogBudget } from './log-budget.ts';
import { Semaphore } from '../async/semaphore.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import { CancelScope } from '../async/cancel-scope.ts';

/** What is asked for: the same of every application. Times are milliseconds. */
export interface FollowRequest {
  readonly subject: ApplicationSelection;
  /** AppProject; empty where it is not known. */
  readonly project: string;
  readonly goal: Goal;
  readonly timeout: number;
  readonly onTimeout: 'leave' | 'terminate';
  readonly onCancel: 'leave' | 'terminate';
  readonly hookLogLines: number;
}

/** Whose request it is: what only one run has. Times are milliseconds. */
export interface FollowedRun {
  /** Makes the operations provably this run's (`azure-pipelines/run`). */
  readonly marker: string;
  /** Rows for people in `operation.info`, besides the marker. */
  readonly info: readonly InfoRow[];
  /** When it began, if another process began it; local milliseconds. */
  readonly startedAt?: number;
  /** How long an ended run may take to terminate its operation, in milliseconds. */
  readonly grace?: number;
}

/** The agent kills a canceled step 10 s after its first signal: this leaves room to report. */
const defaultGrace = 4_000;
const atOnce = 10;

/**
 * Follows all applications of a run, ten at once, over one stream. Resolves with a result for each,
 * in the order in which they were asked for; one that fails does not hide the others. Rejects with a
 * `UserError` when there is nothing to follow, and with a bug of ours when all others have ended.
 */
export async function followAll(
  request: FollowRequest,
  run: FollowedRun,
  given: FollowPorts,
): Promise<readonly ApplicationResult[]> {
  const now = given.clock.now();
  // A clock that was set back must not make the run longer.
  const startedAt = Math.min(run.startedAt ?? now, now);
  const deadline = startedAt + request.timeout;
  const ports = {
    ...given,
    contact: given.changes?.contact ?? new Contact(now),
    logBudget: new LogBudget(),
  };
  const { subject, project, goal } = request;
  const { ifMissing } = goal;
  const names =
    'names' in subject
      ? subject.names
      : await find({ ...subject, project, ifMissing }, { startedAt, deadline }, ports);
  const scope = new CancelScope(ports.clock, { parent: ports.signal });
  const feed = new Feed(ports.argocd, ports.clock, ports.random);
  const streaming = ports.changes === undefined && feed.run(scopeOf(request, names), scope.signal);
  const shared = { changes: ports.changes ?? feed, semaphore: new Semaphore(atOnce) };
  const { grace = defaultGrace } = run;
  const settled = await Promise.allSettled(
    names.map((name) => {
      const path = printName(name);
      const times = { startedAt, deadline, grace };
      const settings = { ...request, ...run, ...times, address: { ...name, project }, path };
      return followKept(settings, ports, shared, [], (result) => {
        ports.tell({ kind: 'result', result });
      });
    }),
  );
  scope.end();
  await streaming;
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason as Error;
    return one.value;
  });
}

function scopeOf(
  { subject, project, goal }: FollowRequest,
  names: readonly ApplicationName[],
): WatchScope {
  // Children have names and projects of their own.
  if (goal.includeChildren) return { project: '' };
  const [name] = names;
  if (name !== undefined && names.length === 1) return { name, project };
  return 'names' in subject ? { project } : { project, selector: subject.selector };
}

async function find(
  search: Search,
  times: RunTimes,
  ports: SearchPorts & Pick<FollowPorts, 'checkpoints'>,
): Promise<readonly ApplicationName[]> {
  const names = await findApplications(search, times, ports);
  await ports.checkpoints?.found(names);
  return names;
}

/** What all applications of a run have in common. */
interface Shared {
  readonly changes: ChangeSource;
  readonly semaphore: Semaphore;
}

/** Follows a family, unless it is known how it ended, and keeps how it does. */
async function followKept(
  settings: FollowSettings,
  ports: FollowPorts,
  shared: Shared,
  ancestors: readonly string[],
  tell: (result: ApplicationResult) => void = () => undefined,
): Promise<ApplicationResult> {
  const known = ports.checkpoints?.recall(settings.path)?.result;
  if (known !== undefined) {
    ports.logBudget?.count(settings.path, known);
    return known;
  }
  const result = await followFamily(settings, ports, shared, ancestors);
  tell(result);
  ports.checkpoints?.end(settings.path, result);
  return result;
}

/** One application and, if asked, the applications that it manages, and theirs. */
async function followFamily(
  settings: FollowSettings,
  ports: FollowPorts,
  shared: Shared,
  ancestors: readonly string[],
): Promise<ApplicationResult> {
  const { changes, semaphore } = shared;
  // The place is free again while children are followed, who need places, too.
  const { result, family, children } = await semaphore.run(async () => {
    const follower = new Follower(settings, ports, changes);
    const result = await follower.run();
    const name = printName(follower.application ?? result);
    return { result, family: [...ancestors, name], children: follower.children() };
  });
  const { goal } = settings;
  if (!goal.includeChildren || result.outcome !== 'succeeded' || isWithoutEffect(goal))
    return result;
  const names = children.filter((child) => !family.includes(printName(child)));
  if (names.length === 0) return result;
  const results = await Promise.all(
    names.map((name) =>
      followKept(
        {
          ...settings,
          address: { ...name, project: '' },
          path: [...family, printName(name)].join(' > '),
          goal: childGoal(goal),
        },
        ports,
        shared,
        family,
      ),
    ),
  );
  return withChildren(result, results, ports.clock.now());
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
