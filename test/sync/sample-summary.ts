import type {
  ApplicationSummary,
  SummaryOperation,
  Listing,
} from '../../src/sync/model/application-summary.ts';
import { hydrationOf } from '../../src/sync/model/application-summary.ts';
import { A, second, synced } from './sample-application.ts';

/** A full operation that succeeded at `A`. */
export function endedOperation(change: Partial<SummaryOperation> = {}): SummaryOperation {
  return {
    phase: 'Succeeded',
    message: 'successfully synced (all tasks run)',
    startedAt: second(10),
    finishedAt: second(20),
    revisions: [A],
    isFull: true,
    ...change,
  };
}

/** An application at rest: Synced and Healthy at `A`, compared a while after it was deployed. */
export function summary(change: Partial<ApplicationSummary> = {}): ApplicationSummary {
  return {
    name: 'shop',
    namespace: 'argocd',
    uid: 'uid-1',
    resourceVersion: '1',
    createdAt: second(0),
    project: 'default',
    annotations: {},
    deleting: false,
    skipReconcile: false,
    sources: [{ repoURL: 'git', path: 'shop', chart: '', targetRevision: 'main' }],
    hydrator: undefined,
    autoSync: false,
    isPending: false,
    last: endedOperation(),
    sync: synced(A),
    health: { status: 'Healthy', since: second(21) },
    conditions: [],
    deployed: [A],
    reconciledAt: second(30),
    ...change,
  };
}

/** A list's entry for an application with this summary. */
export function listingOf(of: ApplicationSummary): Listing {
  const { name, namespace, project, createdAt, deleting, isPending, last, sync, health } = of;
  return {
    ...{ name, namespace, project, createdAt, deleting, isPending, health },
    last: last && {
      phase: last.phase,
      startedAt: last.startedAt,
      finishedAt: last.finishedAt,
    },
    sync: { status: sync.status, revision: sync.revisions[0] },
    hydration: of.hydrator && hydrationOf(of.hydrator),
  };
}
