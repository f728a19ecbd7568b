import type { Condition, ResourceStatus } from '../model/application.ts';
import { whyNotCompared } from '../model/condition.ts';
import { appliedResources } from './applied.ts';
import { explainConditions } from './explanation.ts';
import type { DeploymentEvidence } from '../model/deployment-evidence.ts';
import type { Memory } from '../model/memory.ts';
import { printRevisions } from '../model/revision.ts';
import { done, wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/**
 * How long to wait for Argo CD's own comparison after an operation before requesting one, and how
 * long Argo CD may take to see what it applied in the cluster.
 */
const grace = 1_000;
const refreshEvery = 30_000;

/**
 * Whether health was observed after the change. Argo CD writes whole seconds, so a comparison in
 * the same second as the end may have been made before it. Such a comparison counts only if it is
 * not the one that was shown when the end was first seen, or if we have requested one since.
 */
export function isComparedAfter(view: View, deploymentEvidence: DeploymentEvidence): boolean {
  if (isRefreshedSince(view.memory, deploymentEvidence.seenAt)) return true;
  const { reconciledAt } = view.application;
  if (deploymentEvidence.finishedAt === undefined || reconciledAt === undefined) return false;
  if (reconciledAt > deploymentEvidence.finishedAt) return true;
  return reconciledAt === deploymentEvidence.finishedAt &&
    deploymentEvidence.reconciledAt !== undefined
    ? reconciledAt > deploymentEvidence.reconciledAt
    : false;
}

/** Waits until Argo CD has compared the application after the change; undefined when it has. */
export function decideComparison(
  view: View,
  deploymentEvidence: DeploymentEvidence,
): Verdict | undefined {
  const { application, now } = view;
  const due = deploymentEvidence.seenAt + grace;
  if (!isComparedAfter(view, deploymentEvidence)) {
    const doubtful =
      deploymentEvidence.finishedAt === undefined ||
      application.reconciledAt === deploymentEvidence.finishedAt;
    const why = whyNotCompared(application);
    return wait(`waiting for Argo CD to compare the application after the sync${why}`, {
      ask: doubtful || now >= due ? 'refresh' : undefined,
      at: now < due ? due : undefined,
    });
  }
  if (isSettled(view, deploymentEvidence)) return undefined;
  return wait('waiting for Argo CD to observe in the cluster what it applied', {
    ask: now >= due ? 'refresh' : undefined,
    at: now < due ? due : undefined,
  });
}

/** Whether health reflects the change: compared after it, in a cluster that shows it. */
export function isHealthOf(view: View, deploymentEvidence: DeploymentEvidence): boolean {
  return isComparedAfter(view, deploymentEvidence) && isSettled(view, deploymentEvidence);
}

/**
 * A comparison that calls a resource OutOfSync right after it was applied looked at the cluster
 * before the change, and its health is from then, too (recording `health-progresses`: Healthy for
 * 40 ms while the Deployment still counted as missing). When a later comparison does, it is drift,
 * or the application tracks another revision.
 */
function isSettled({ application, memory }: View, deploymentEvidence: DeploymentEvidence): boolean {
  const { resources, reconciledAt } = application;
  const { finishedAt, results, seenAt } = deploymentEvidence;
  const outOfSync = resources.filter(isOutOfSync);
  const applied = appliedResources(outOfSync.length === 0 ? [] : results);
  const isBehind = outOfSync.some((one) => results.length === 0 || applied.fits(one));
  if (!isBehind || isRefreshedSince(memory, seenAt + grace)) return true;
  // Times are whole seconds: a difference of two is certainly more than one.
  return (
    reconciledAt !== undefined && finishedAt !== undefined && reconciledAt - finishedAt > grace
  );
}

function isOutOfSync({ status, hook, requiresPruning }: ResourceStatus): boolean {
  return status === 'OutOfSync' && !hook && !requiresPruning;
}

function isRefreshedSince({ refresh }: Memory, time: number): boolean {
  return refresh.answeredAt !== undefined && refresh.answeredAt >= time;
}

/** Whether the last refresh is so old that a push since then would go unnoticed. */
export function isStale({ refresh }: Memory, now: number): boolean {
  return refresh.askedAt === undefined || now - refresh.askedAt >= refreshEvery;
}

/** Waits for something that only Argo CD's next comparison can show. */
export function waitForChange({ memory, now }: View, doing: string): Verdict {
  return wait(doing, {
    ask: isStale(memory, now) ? 'refresh' : undefined,
    at: now + refreshEvery,
  });
}

/** Argo CD cannot compare the application now: says why, if known, until it can. */
export function waitForComparison(view: View): Verdict {
  const why = whyNotCompared(view.application);
  return waitForChange(view, `Argo CD currently cannot compare the application${why}`);
}

/** Ends as failed, since Argo CD's comparison fails for permanent reasons. */
export function refuseUncompared(conditions: readonly Condition[]): Verdict {
  return done('failed', 'Argo CD cannot determine what to deploy', {
    causes: explainConditions(conditions),
  });
}

/**
 * Whether a full name is the tracked short one, decided by the tags of the commit it resolves to.
 */
export function askForTags(commits: readonly string[]): Verdict {
  return wait(`asking Argo CD for the tags of ${printRevisions(commits)}`, { ask: { commits } });
}
