import type { Application, Operation } from './application.ts';
import { revisionFields, sourcesOf } from './application.ts';
import { timestamp } from './clock.ts';
import type { Environment } from './environment.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { annotation } from './kubernetes-object.ts';
import { OperationRun } from './operation-run.ts';
import { Reconciler } from './reconciler.ts';

const trackingId = 'argocd.argoproj.io/tracking-id';
const afterLiveChange = 40;

interface Managed {
  readonly reconciler: Reconciler;
  readonly run: OperationRun;
}

/** The application controller: reconciles, auto-syncs, and executes operations. */
export class Controller {
  readonly #environment: Environment;
  readonly #managed = new Map<string, Managed>();

  constructor(environment: Environment) {
    this.#environment = environment;
    environment.applications.onChange((application) => this.#noticed(application));
    environment.cluster.listen((_, object) => this.#liveChanged(object));
  }

  /** Manages an application from now on. */
  manage({ metadata: { uid } }: Application): void {
    const { behavior } = this.#environment;
    const reconciler = new Reconciler(this.#environment, uid, () => this.#autoSync(uid));
    const run = new OperationRun(
      this.#environment,
      uid,
      () => reconciler.request('latest', behavior.refresh),
      () => reconciler.request('latest', 0),
    );
    this.#managed.set(uid, { reconciler, run });
    reconciler.request('latest', behavior.refresh);
  }

  /** A push reached Argo CD's webhook: everything is compared with the newest state. */
  refreshAll(): void {
    for (const { reconciler } of this.#managed.values()) reconciler.request('latest', 5);
  }

  #noticed({ metadata, operation }: Application): void {
    const managed = this.#managed.get(metadata.uid);
    if (!managed) return;
    if (metadata.annotations?.['argocd.argoproj.io/refresh']) {
      managed.reconciler.request('latest', this.#environment.behavior.refresh);
    }
    if (operation) managed.run.wake(10);
  }

  #liveChanged(object: KubernetesObject): void {
    const owner = typeof object.owner === 'string' ? this.#ownerOf(object.owner) : object;
    const name = owner && annotation(owner, trackingId)?.split(':')[0];
    for (const { metadata } of this.#environment.applications.all()) {
      if (metadata.name !== name) continue;
      const managed = this.#managed.get(metadata.uid);
      managed?.reconciler.request('recent', afterLiveChange);
      managed?.run.wake(20);
    }
  }

  #ownerOf(key: string): KubernetesObject | undefined {
    return this.#environment.cluster.cached().get(key);
  }

  /** Auto-sync and self-heal, after each comparison (argo-cd.md §2.4, `auto-sync` recording). */
  #autoSync(uid: string): void {
    const { applications, projects, clock } = this.#environment;
    const application = applications.byUid(uid);
    const automated = application?.spec.syncPolicy?.automated;
    if (!application || !automated || automated.enabled === false) return;
    const { status, operation, spec, metadata } = application;
    if (operation || metadata.deletionTimestamp || status.sync.status !== 'OutOfSync') return;
    const outOfSync = (status.resources ?? []).filter((resource) => resource.status !== 'Synced');
    if (!automated.prune && outOfSync.every(({ requiresPruning }) => requiresPruning)) return;
    if (!projects.allowsSync(application, clock.now, false)) return;
    const { revision, revisions } = status.sync;
    const wanted = revisions ?? [revision ?? ''];
    const last = status.operationState;
    const done = last?.syncResult?.revisions ?? [last?.syncResult?.revision ?? ''];
    const attempted = last !== undefined && JSON.stringify(done) === JSON.stringify(wanted);
    if (attempted && last.phase !== 'Succeeded') {
      this.#setSyncError(
        uid,
        `Failed last sync attempt to [${done.join(',')}]: ${last.message ?? ''}`,
      );
      return;
    }
    if (attempted && !automated.selfHeal) return;
    const attempts = last?.operation.sync.autoHealAttemptsCount ?? 0;
    if (attempted && attempts > 0 && last.finishedAt) {
      const at = Date.parse(last.finishedAt) + Math.min(2000 * 3 ** (attempts - 1), 300_000);
      if (at > clock.now) {
        this.#managed.get(uid)?.reconciler.request('latest', at - clock.now);
        return;
      }
    }
    const requested: Operation = {
      sync: {
        ...revisionFields(spec, wanted),
        ...(automated.prune && { prune: true }),
        ...(attempted && {
          resources: outOfSync.map(({ group, kind, name }) => ({
            ...(group && { group }),
            kind,
            name,
          })),
          autoHealAttemptsCount: attempts + 1,
        }),
        ...(spec.sources?.length ? { sources: sourcesOf(spec) } : { source: sourcesOf(spec)[0] }),
        ...(spec.syncPolicy?.syncOptions && { syncOptions: spec.syncPolicy.syncOptions }),
      } as Operation['sync'],
      initiatedBy: { automated: true },
      retry: spec.syncPolicy?.retry ?? { limit: 5 },
    };
    applications.update(uid, (changed) => {
      changed.operation = requested;
      delete changed.status.operationState;
    });
  }

  #setSyncError(uid: string, message: string): void {
    const { applications, clock } = this.#environment;
    applications.update(uid, ({ status }) => {
      const others = status.conditions?.filter(({ type }) => type !== 'SyncError') ?? [];
      const known = status.conditions?.find((one) => one.message === message);
      const lastTransitionTime = known?.lastTransitionTime ?? timestamp(clock.now);
      status.conditions = [{ type: 'SyncError', message, lastTransitionTime }, ...others];
    });
  }
}
