import { healthStatuses, printKey } from '../model/application.ts';
import type { Application, Health, HealthStatus, ResourceStatus } from '../model/application.ts';
import { decideComparison, isHealthOf, waitForChange } from './comparison.ts';
import { blockingConditions, terminalConditions, whyNotCompared } from '../model/condition.ts';
import { explainConditions, explainHealth } from './explanation.ts';
import type { Goal } from '../model/goal.ts';
import { decideImages } from './image.ts';
import { KeySet } from '../model/key-set.ts';
import type { DeploymentEvidence } from '../model/deployment-evidence.ts';
import type { Memory } from '../model/memory.ts';
import type { Operation } from '../model/operation.ts';
import { done, wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** How long a resource may be missing after it was applied before that counts. */
const missingGrace = 30_000;

/** Kinds that complete and may then be removed, for example by `ttlSecondsAfterFinished`. */
const finite = new Set(['Job', 'Pod', 'Workflow', 'PipelineRun', 'TaskRun']);

interface ScopedHealth {
  readonly health: Health;
  /** Whether it is that of the selected resources rather than of the whole application. */
  readonly isPart: boolean;
  /** Worst first. */
  readonly unhealthy: readonly ResourceStatus[];
}

/** The health that a goal is about: that of the whole application, or of the selected resources. */
export function healthInScope(
  application: Application,
  operation: Operation | undefined,
): ScopedHealth {
  const selected = operation?.resources ?? [];
  const scope = new KeySet(selected);
  // What is to be pruned counts in the health of the whole application, as in Argo CD: a finalizer
  // may keep it there ("Pending deletion"). It is not among the resources that a sync can select.
  const inScope = application.resources.filter(
    (resource) =>
      !resource.hook &&
      (selected.length === 0 || (!resource.requiresPruning && scope.fits(resource))),
  );
  const unhealthy = inScope
    .filter(({ health }) => health !== undefined && health.status !== 'Healthy')
    .sort((a, b) => rank(b.health) - rank(a.health));
  // Many kinds have no health; where none has any, Argo CD did not fill it in.
  const isFilled = application.resources.some(({ health }) => health !== undefined);
  if (selected.length === 0 || inScope.length === 0 || !isFilled) {
    return { health: application.health, isPart: false, unhealthy };
  }
  return { health: worstOf(unhealthy), isPart: true, unhealthy };
}

function worstOf([worst]: readonly ResourceStatus[]): Health {
  return worst?.health ?? { status: 'Healthy', message: '' };
}

function rank(health: Health | undefined): number {
  return health === undefined ? -1 : healthStatuses.indexOf(health.status);
}

/** The health that counts now, and what it excludes: Jobs that completed and were removed. */
function judgedHealth(
  { application, memory, now }: View,
  { operation }: DeploymentEvidence,
): ScopedHealth & { readonly gone: readonly ResourceStatus[] } {
  const scoped = healthInScope(application, operation);
  const { missingSince } = memory;
  const isFact = missingSince !== undefined && now - missingSince >= missingGrace;
  const missing = scoped.unhealthy.filter(({ health }) => health?.status === 'Missing');
  const hasEnded = missing.length > 0 && missing.every(({ kind }) => finite.has(kind));
  if (scoped.health.status !== 'Missing' || !isFact || !hasEnded) return { ...scoped, gone: [] };
  const unhealthy = scoped.unhealthy.filter(({ health }) => health?.status !== 'Missing');
  return { ...scoped, health: worstOf(unhealthy), unhealthy, gone: missing };
}

function isGoodEnough(status: HealthStatus, goal: Goal): boolean {
  return status === 'Healthy' || (status === 'Suspended' && goal.acceptSuspended);
}

/** When nothing was compared, Argo CD calls an application Healthy (recording `broken-yaml`). */
function isBlind({ sync }: Application): boolean {
  return sync.status === 'Unknown';
}

/** Records since when health has held, and since when resources have been missing. */
export function rememberHealth(view: View, deploymentEvidence: DeploymentEvidence): Memory {
  const { memory, now, goal, application } = view;
  const counts = isHealthOf(view, deploymentEvidence) && !isBlind(application);
  const isMissing =
    counts && healthInScope(application, deploymentEvidence.operation).health.status === 'Missing';
  const missingSince = isMissing ? (memory.missingSince ?? now) : undefined;
  const { health } = judgedHealth(
    { ...view, memory: { ...memory, missingSince } },
    deploymentEvidence,
  );
  const isGood = counts && isGoodEnough(health.status, goal);
  return {
    ...memory,
    healthySince: isGood ? (memory.healthySince ?? now) : undefined,
    missingSince,
  };
}

/**
 * What to do once a change has landed: waits for what the goal says, and for the expected images.
 */
export function decideLanded(view: View, deploymentEvidence: DeploymentEvidence): Verdict {
  if (view.goal.waitFor === 'health') return decideHealth(view, deploymentEvidence);
  return (
    decideImages(view, deploymentEvidence) ??
    done('succeeded', deploymentEvidence.evidence, { evidence: deploymentEvidence.evidence })
  );
}

/** Waits until the application is healthy after the change, or fails. */
function decideHealth(view: View, deploymentEvidence: DeploymentEvidence): Verdict {
  const { application, memory, goal, now } = view;
  const uncompared = decideComparison(view, deploymentEvidence);
  if (uncompared !== undefined) return uncompared;
  if (isBlind(application)) return decideBlind(view, deploymentEvidence);
  const judged = judgedHealth(view, deploymentEvidence);
  const { health } = judged;
  if (!isGoodEnough(health.status, goal)) {
    // Until the expected images are running, the previous deployment is.
    const before = goal.action === 'wait' ? decideImages(view, deploymentEvidence) : undefined;
    return before ?? decideUnhealthy(view, deploymentEvidence, judged);
  }
  const since = memory.healthySince ?? now;
  if (now - since < goal.stableFor) {
    return wait(`${health.status}: must stay so for ${goal.stableFor / 1000} s`, {
      at: since + goal.stableFor,
    });
  }
  return (
    decideImages(view, deploymentEvidence) ??
    done('succeeded', `${deploymentEvidence.evidence}; ${describeHealth(application, judged)}`, {
      evidence: deploymentEvidence.evidence,
    })
  );
}

/** Whose health it is that was judged, and what it is. */
function describeHealth(
  application: Application,
  { health: { status }, isPart, gone }: ReturnType<typeof judgedHealth>,
): string {
  const paused = status === 'Suspended' ? ', paused as accepted' : '';
  if (gone.length > 0) {
    const rest = isPart ? 'everything else that was selected' : 'everything else';
    return `${rest} is ${status}${paused}; ${names(gone)} has since ended and been removed`;
  }
  if (!isPart) return `the application is ${status}${paused}`;
  const whole = application.health.status;
  const other = whole === status ? '' : `; the application as a whole is ${whole}`;
  return `the selected resources are ${status}${paused}${other}`;
}

/** Argo CD cannot compare the application, so its health is not about what is running. */
function decideBlind(view: View, deploymentEvidence: DeploymentEvidence): Verdict {
  const { application, memory, now } = view;
  const conditions = terminalConditions(application, memory.unknownErrorSince, now);
  if (conditions.length === 0) {
    const why = whyNotCompared(application);
    return waitForChange(view, `Argo CD currently cannot compare the application${why}`);
  }
  return done(
    'failed',
    `${deploymentEvidence.evidence}, but the application's health cannot be determined`,
    {
      causes: explainConditions(conditions),
    },
  );
}

function names(resources: readonly ResourceStatus[]): string {
  const more = resources.length > 3 ? ` and ${resources.length - 3} more` : '';
  return `${resources.slice(0, 3).map(printKey).join(', ')}${more}`;
}

const degraded = 'but the application is Degraded';
const degradedPart = 'but some of the selected resources are Degraded';

function decideUnhealthy(
  view: View,
  deploymentEvidence: DeploymentEvidence,
  { health, unhealthy, isPart }: ScopedHealth,
): Verdict {
  const { memory, now } = view;
  const worst = unhealthy.filter((one) => one.health?.status === health.status);
  const what = worst.length > 0 ? `: ${names(worst)}` : '';
  switch (health.status) {
    case 'Degraded':
      return done(
        'failed',
        `${deploymentEvidence.evidence}, ${isPart ? degradedPart : degraded}${what}`,
        {
          causes: explainHealth(health, worst),
        },
      );
    case 'Suspended':
      return wait(`Suspended${what}: paused, waiting for somebody to resume it`);
    case 'Missing': {
      const since = memory.missingSince ?? now;
      if (now - since < missingGrace) {
        return wait(`Missing${what}`, { at: since + missingGrace });
      }
      return done('failed', `${deploymentEvidence.evidence}, but resources are missing${what}`, {
        causes: explainHealth(health, worst),
      });
    }
    case 'Unknown':
      return blockingConditions(view.application).length === 0
        ? wait(`health is Unknown${what}`)
        : decideBlind(view, deploymentEvidence);
    case 'Progressing':
    case 'Healthy':
      return wait(`${health.status}${what}`);
  }
}
