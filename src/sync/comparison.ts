import type { Condition, ResourceStatus } from './application.ts';
import { whyNotCompared } from './condition.ts';
import { explainConditions } from './explanation.ts';
import type { Landing } from './landing.ts';
import type { Memory } from './memory.ts';
import { printRevisions } from './revision.ts';
import { done, wait } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import type { View } from './view.ts';

/**
 * How long Argo CD's own comparison after an operation is awaited before we ask for one, and how long
 * it may take to see in the cluster what it applied.
 */
const patience = 1_000;
const refreshEvery = 30_000;

/**
 * Whether health was observed after the change. Argo CD writes whole seconds, so a comparison in the
 * very second of the end may have been made before it: then it counts only if it is another one than
 * the one that stood there when the end was seen, or if we asked for it since.
 */
export function isComparedAfter(view: View, landing: Landing): boolean {
  if (isRefreshedSince(view.memory, landing.seenAt)) return true;
  const { reconciledAt } = view.application;
  if (landing.finishedAt === undefined || reconciledAt === undefined) return false;
  if (reconciledAt > landing.finishedAt) return true;
  return reconciledAt === landing.finishedAt && landing.reconciledAt !== undefined
    ? reconciledAt > landing.reconciledAt
    : false;
}

/** Waits until Argo CD has compared the application after the change; undefined when it has. */
export function decideComparison(view: View, landing: Landing): Verdict | undefined {
  const { application, now } = view;
  const due = landing.seenAt + patience;
  if (!isComparedAfter(view, landing)) {
    const doubtful =
      landing.finishedAt === undefined || application.reconciledAt === landing.finishedAt;
    const why = whyNotCompared(application);
    return wait(`waiting until Argo CD has compared the application after the sync${why}`, {
      ask: doubtful || now >= due ? 'refresh' : undefined,
      at: now < due ? due : undefined,
    });
  }
  if (isSettled(view, landing)) return undefined;
  return wait('waiting until Argo CD has seen in the cluster what it applied', {
    ask: now >= due ? 'refresh' : undefined,
    at: now < due ? due : undefined,
  });
}

/** Whether health is that of the change: compared after it, in a cluster that shows it. */
export function isHealthOf(view: View, landing: Landing): boolean {
  return isComparedAfter(view, landing) && isSettled(view, landing);
}

/**
 * A comparison that calls something OutOfSync that was just applied looked at a cluster from before
 * the change, and its health is of then, too (recording `health-progresses`: Healthy for 40 ms while
 * the Deployment still counted as missing). What a later comparison calls so is drift, or differs
 * because the application tracks another revision.
 */
function isSettled({ application, memory }: View, landing: Landing): boolean {
  const { resources, reconciledAt } = application;
  const { finishedAt, results, seenAt } = landing;
  const isBehind = resources.some(
    (resource) => isOutOfSync(resource) && (results.length === 0 || isApplied(resource, results)),
  );
  if (!isBehind || isRefreshedSince(memory, seenAt + patience)) return true;
  // Whole seconds: two of them apart are surely more than one.
  return (
    reconciledAt !== undefined && finishedAt !== undefined && reconciledAt - finishedAt > patience
  );
}

function isOutOfSync({ status, hook, requiresPruning }: ResourceStatus): boolean {
  return status === 'OutOfSync' && !hook && !requiresPruning;
}

/** Results give cluster-scoped resources a namespace, the status does not (argo-cd.md §2.2). */
function isApplied(resource: ResourceStatus, results: Landing['results']): boolean {
  return results.some(
    ({ group, kind, name, namespace, status }) =>
      status === 'Synced' &&
      group === resource.group &&
      kind === resource.kind &&
      name === resource.name &&
      (resource.namespace === '' || namespace === resource.namespace),
  );
}

function isRefreshedSince({ refresh }: Memory, time: number): boolean {
  return refresh.answeredAt !== undefined && refresh.answeredAt >= time;
}

/** Whether the last refresh is so old that a push since then would go unnoticed. */
export function isStale({ refresh }: Memory, now: number): boolean {
  return refresh.askedAt === undefined || now - refresh.askedAt >= refreshEvery;
}

/** Waits for what only Argo CD's next look at Git and the cluster can show. */
export function waitForNews({ memory, now }: View, doing: string): Verdict {
  return wait(doing, {
    ask: isStale(memory, now) ? 'refresh' : undefined,
    at: now + refreshEvery,
  });
}

/** Argo CD cannot compare the application now: says why, where it is known, until it can. */
export function waitForComparison(view: View): Verdict {
  const why = whyNotCompared(view.application);
  return waitForNews(view, `Argo CD cannot compare the application at the moment${why}`);
}

/** It never will, as things are. */
export function refuseUncompared(conditions: readonly Condition[]): Verdict {
  return done('failed', 'Argo CD cannot tell what to deploy', {
    causes: explainConditions(conditions),
  });
}

/** Whether a name in full is the short one that is tracked: the tags of what this is resolved to tell. */
export function askForTags(commits: readonly string[]): Verdict {
  return wait(`asking Argo CD for the tags of ${printRevisions(commits)}`, { ask: { commits } });
}
