import type { WatchScope } from '../argocd/port.ts';
import { printName } from '../sync/model/application.ts';
import type { ApplicationName } from '../sync/model/application.ts';
import type { ApplicationSelection } from '../sync/model/application-selection.ts';
import type { Goal } from '../sync/model/goal.ts';
import type { InfoRow } from '../sync/model/operation.ts';
import type { ApplicationResult } from '../sync/model/outcome.ts';
import {
  findApplications,
  type RunTimes,
  type Search,
  type SearchPorts,
} from './application-search.ts';
import { Feed } from './feed.ts';
import { Families } from './families.ts';
import { Contact } from './contact.ts';
import { LogBudget } from './log-budget.ts';
import type { FollowPorts } from './settings.ts';
import { CancelScope } from '../async/cancel-scope.ts';

/** What is requested, the same for every application. Times are milliseconds. */
export interface FollowRequest {
  readonly subject: ApplicationSelection;
  /** AppProject; empty where unknown. */
  readonly project: string;
  readonly goal: Goal;
  readonly timeout: number;
  readonly onTimeout: 'leave' | 'terminate';
  readonly onCancel: 'leave' | 'terminate';
  readonly hookLogLines: number;
}

/** What belongs to one run only. Times are milliseconds. */
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

/**
 * Follows all applications of a run, ten at once, over one stream. Resolves with a result for each,
 * in the order of the request; a failure does not hide the others. Rejects with a `UserError` when
 * there is nothing to follow, and with a bug of ours once all others have ended.
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
  const families = new Families(ports, ports.changes ?? feed);
  const { grace = defaultGrace } = run;
  const settled = await Promise.allSettled(
    names.map((name) => {
      const path = printName(name);
      const times = { startedAt, deadline, grace };
      const address = { ...name, project };
      return families.follow({ ...request, ...run, ...times, address, path });
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
