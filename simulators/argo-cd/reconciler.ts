import type { Application, Condition } from './application.ts';
import { comparedTo, revisionFields, sourcesOf } from './application.ts';
import { timestamp } from './clock.ts';
import { compare, type Comparison } from './comparison.ts';
import type { Environment } from './environment.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { dropAnnotation } from './kubernetes-object.ts';
import { generate, normalize, targetRevisions } from './manifests.ts';

const refreshAnnotation = 'argocd.argoproj.io/refresh';

/**
 * `recent` compares with the last compared revision, `known` with what the repo server remembers of the
 * branch, `latest` asks Git again (`CompareWith`, argo-cd.md §2.3).
 */
export type RefreshLevel = 'recent' | 'known' | 'latest';
const levels: readonly RefreshLevel[] = ['recent', 'known', 'latest'];

export function skipsReconcile({ metadata }: Application): boolean {
  const value = metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] ?? '';
  // As Go's strconv.ParseBool reads it.
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

type ComparisonResult =
  | { readonly fault: 'ComparisonError' | 'InvalidSpecError'; readonly message: string }
  | { readonly comparison: Comparison; readonly revisions: readonly string[] };

/** Keeps one Application's `status.sync`, `status.health` and `status.resources` up to date. */
export class Reconciler {
  readonly #environment: Environment;
  readonly #uid: string;
  readonly #reconciled: () => void;
  #pending: { level: RefreshLevel; cancel: () => void } | undefined;

  constructor(environment: Environment, uid: string, reconciled: () => void) {
    this.#environment = environment;
    this.#uid = uid;
    this.#reconciled = reconciled;
    this.#scheduleReconciliation();
  }

  /** Requests a comparison in so many simulated milliseconds; requests are merged. */
  request(level: RefreshLevel, delay: number): void {
    const pending = this.#pending?.level ?? level;
    const merged = levels.indexOf(pending) > levels.indexOf(level) ? pending : level;
    if (this.#pending && merged === this.#pending.level) return;
    this.#pending?.cancel();
    const cancel = this.#environment.clock.after(delay, () => {
      this.#pending = undefined;
      this.#refresh(merged);
    });
    this.#pending = { level: merged, cancel };
  }

  #scheduleReconciliation(): void {
    const { clock, behavior, applications } = this.#environment;
    if (behavior.reconciliation <= 0) return;
    clock.after(behavior.reconciliation, () => {
      if (!applications.byUid(this.#uid)) return;
      this.#refresh('known');
      this.#scheduleReconciliation();
    });
  }

  #refresh(level: RefreshLevel): void {
    const { applications, projects, cluster } = this.#environment;
    const application = applications.byUid(this.#uid);
    if (!application || skipsReconcile(application)) return;
    const stamped = level !== 'recent';
    const { project, destination } = application.spec;
    if (!projects.has(project)) {
      const message = `Application referencing project ${project} which does not exist`;
      this.#write(application, stamped, { fault: 'InvalidSpecError', message });
      return;
    }
    const state = this.#targetState(application, level);
    if ('message' in state) {
      this.#write(application, stamped, { fault: 'ComparisonError', message: state.message });
      return;
    }
    const targets = normalize(state.manifests, destination.namespace ?? '');
    const comparison = compare(application, targets, cluster.cached());
    applications.setHealth(this.#uid, comparison.health);
    this.#write(application, stamped, { comparison, revisions: state.revisions });
  }

  /** The manifests at the revisions that a comparison of this level reads. */
  #targetState(
    application: Application,
    level: RefreshLevel,
  ):
    | { readonly manifests: readonly KubernetesObject[]; readonly revisions: readonly string[] }
    | { readonly message: string } {
    const { repository } = this.#environment;
    const targets = targetRevisions(application);
    const { revision, revisions: several } = application.status.sync;
    const before = several ?? [revision];
    const sources = sourcesOf(application.spec);
    const resolved = targets.map((name, index) => {
      const known = before[index];
      if (level === 'latest') return repository.resolve(name, sources[index]);
      if (level === 'recent' && known && repository.describe(known)) return known;
      return repository.resolveCached(name, sources[index]);
    });
    const missing = resolved.indexOf(undefined);
    if (missing >= 0) {
      const which = `source ${missing + 1} of ${targets.length}`;
      return {
        message: `Failed to load target state: failed to generate manifest for ${which}: rpc error: code = Unknown desc = unable to resolve '${targets[missing] ?? ''}' to a commit SHA`,
      };
    }
    const revisions = resolved.map((sha) => sha ?? '');
    const made = generate(repository, application, sources, revisions);
    return made.ok
      ? { manifests: made.manifests, revisions }
      : { message: made.message + awaitedPromotion(application, made.message) };
  }

  #write(before: Application, stamped: boolean, result: ComparisonResult): void {
    const { applications, clock } = this.#environment;
    const now = timestamp(clock.now);
    applications.update(this.#uid, ({ metadata, spec, status }) => {
      if (stamped) dropAnnotation(metadata, refreshAnnotation);
      if (stamped) status.reconciledAt = now;
      delete status.sourceType;
      delete status.sourceTypes;
      status.resourceHealthSource = 'appTree';
      status.controllerNamespace = 'argocd';
      if ('fault' in result) {
        // A failed comparison leaves the name of the branch in place of the revision (broken-yaml).
        const names = revisionFields(spec, targetRevisions(before));
        status.sync = { status: 'Unknown', comparedTo: comparedTo(spec), ...names };
        delete status.resources;
        setHealth(status, result.fault === 'InvalidSpecError' ? 'Unknown' : 'Healthy', now);
        setConditions(status, [[result.fault, result.message]], now);
        applications.setHealth(this.#uid, new Map());
        return;
      }
      const { comparison, revisions } = result;
      status.sync = {
        status: comparison.status,
        comparedTo: comparedTo(spec),
        ...revisionFields(spec, revisions),
      };
      if (spec.sources?.length) status.sourceTypes = spec.sources.map(() => 'Directory');
      else status.sourceType = 'Directory';
      status.resources = [...comparison.resources];
      setHealth(status, comparison.applicationHealth, now);
      status.summary = comparison.images.length > 0 ? { images: [...comparison.images] } : {};
      const whose = `${metadata.namespace}/${metadata.name}`;
      const shared = comparison.shared.map(({ object, owner }): [string, string] => [
        'SharedResourceWarning',
        `${object} is part of applications ${whose} and ${owner}`,
      ]);
      setConditions(status, shared, now);
    });
    this.#tell(before);
    this.#reconciled();
  }

  #tell({ status: was }: Application): void {
    const after = this.#environment.applications.byUid(this.#uid);
    if (!after) return;
    const { status: is } = after;
    for (const [what, old, current] of [
      ['sync', was.sync.status, is.sync.status],
      ['health', was.health.status ?? '', is.health.status ?? ''],
    ] as const) {
      if (old === current) continue;
      const message = `Updated ${what} status: ${old} -> ${current}`;
      const component = 'argocd-application-controller';
      this.#environment.events.add(after, component, 'ResourceUpdated', message);
    }
  }
}

/** What the controller adds if somebody has to promote (controller/state.go). */
function awaitedPromotion({ spec: { sourceHydrator } }: Application, message: string): string {
  if (!sourceHydrator?.hydrateTo || !message.includes('app path does not exist')) return '';
  const [to, from] = [sourceHydrator.syncSource, sourceHydrator.hydrateTo];
  return ` - waiting for an external process to update ${to.targetBranch} from ${from.targetBranch}`;
}

function setHealth(
  status: Application['status'],
  health: NonNullable<Application['status']['health']['status']>,
  now: string,
): void {
  if (status.health.status === health) return;
  status.health = { status: health, lastTransitionTime: now };
}

function setConditions(
  status: Application['status'],
  found: readonly (readonly [string, string])[],
  now: string,
): void {
  const failed =
    status.operationState?.phase === 'Failed' || status.operationState?.phase === 'Error';
  const kept = failed ? (status.conditions?.filter(({ type }) => type === 'SyncError') ?? []) : [];
  const fresh = found.map(([type, message]): Condition => {
    const same = status.conditions?.find((old) => old.type === type && old.message === message);
    return same ?? { type, message, lastTransitionTime: now };
  });
  if (kept.length + fresh.length > 0) status.conditions = [...kept, ...fresh];
  else delete status.conditions;
}
