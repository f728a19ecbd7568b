import type { Application, HydratorSpec, HydratorStatus, Rendered } from './application.ts';
import { drySourceOf, hydratedSource } from './application.ts';
import { timestamp } from './clock.ts';
import type { Environment } from './environment.ts';
import { dropAnnotation } from './kubernetes-object.ts';
import { generate } from './manifests.ts';

const hydrateAnnotation = 'argocd.argoproj.io/hydrate';
const refreshAnnotation = 'argocd.argoproj.io/refresh';
/** From a change of the application to the look at its dry source. */
const lookDelay = 10;
/** From that look to the start of a hydration. */
const queueDelay = 15;
/** After a failed hydration, only a request starts another within this time. */
const cooldown = 120_000;

type Outcome = Rendered | { readonly fault: string };

/**
 * The source hydrator of 3.5.1 (controller/hydrator/hydrator.go; recordings `hydrated*`). It looks at the dry
 * source whenever the application changes, and reads it again if a refresh asked for that. It renders the tip
 * onto the branch that the application syncs, or onto the one before it.
 */
export class Hydrator {
  readonly #environment: Environment;
  readonly #looking = new Set<string>();
  readonly #hydrating = new Set<string>();

  constructor(environment: Environment) {
    this.#environment = environment;
    environment.applications.onChange((application) => this.#noticed(application));
  }

  #noticed({ metadata: { uid }, spec }: Application): void {
    if (!spec.sourceHydrator || this.#looking.has(uid)) return;
    this.#looking.add(uid);
    this.#environment.clock.after(lookDelay, () => {
      this.#looking.delete(uid);
      this.#look(uid);
    });
  }

  /** Removes the annotation and records what was found; starts a hydration if one is due. */
  #look(uid: string): void {
    const { applications, clock } = this.#environment;
    const application = applications.byUid(uid);
    const spec = application?.spec.sourceHydrator;
    if (!application || !spec) return;
    const { due, compared } = this.#judge(application, spec);
    applications.update(uid, ({ metadata, status }) => {
      dropAnnotation(metadata, hydrateAnnotation);
      if (compared !== undefined) status.sourceHydrator.lastComparedDryRevision = compared;
    });
    if (due) clock.after(queueDelay, () => this.#begin(uid));
  }

  /** `appNeedsHydration`. */
  #judge(
    { metadata, status }: Application,
    { drySource }: HydratorSpec,
  ): { readonly due: boolean; readonly compared?: string } {
    const { repository, clock } = this.#environment;
    const { currentOperation: current, lastComparedDryRevision: last } = status.sourceHydrator;
    const asked = metadata.annotations?.[hydrateAnnotation];
    if (!current) return { due: true };
    if (current.phase === 'Hydrating') return { due: false };
    if (asked === 'hard') return { due: true };
    if (current.phase === 'Failed') {
      if (asked) return { due: true };
      if (clock.now - Date.parse(current.finishedAt ?? '') > cooldown) return { due: true };
      if (!last) return { due: false };
    }
    if (!last) return { due: true };
    const name = drySource.targetRevision ?? 'HEAD';
    const tip = asked ? repository.resolve(name) : repository.resolveCached(name);
    return tip === undefined ? { due: false } : { due: tip !== last, compared: tip };
  }

  #begin(uid: string): void {
    const { applications, clock, behavior } = this.#environment;
    const application = applications.byUid(uid);
    const spec = application?.spec.sourceHydrator;
    if (!spec || this.#hydrating.has(uid)) return;
    this.#hydrating.add(uid);
    const startedAt = timestamp(clock.now);
    applications.update(uid, ({ status }) => {
      status.sourceHydrator.currentOperation = {
        startedAt,
        phase: 'Hydrating',
        message: '',
        sourceHydrator: spec,
      };
    });
    clock.after(behavior.hydration, () => {
      this.#hydrating.delete(uid);
      this.#end(uid, startedAt, spec);
    });
  }

  #end(uid: string, startedAt: string, spec: HydratorSpec): void {
    const { applications, clock } = this.#environment;
    const application = applications.byUid(uid);
    if (!application) return;
    const outcome = this.#render(application, spec);
    const finishedAt = timestamp(clock.now);
    const times = { startedAt, finishedAt };
    applications.update(uid, ({ status }) => {
      const kept = status.sourceHydrator;
      status.sourceHydrator = afterwards(kept, outcome, times, spec);
    });
    if ('fault' in outcome) return;
    applications.update(uid, ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, [refreshAnnotation]: 'normal' };
    });
  }

  /** Renders the current tip of the dry branch; commits only differences. */
  #render(application: Application, spec: HydratorSpec): Outcome {
    const { repository } = this.#environment;
    const { drySource, syncSource, hydrateTo } = spec;
    const drySHA = repository.resolve(drySource.targetRevision ?? 'HEAD') ?? '';
    const branch = hydrateTo?.targetBranch ?? syncSource.targetBranch;
    for (const name of [syncSource.targetBranch, branch]) repository.begin(name);
    const known = application.status.sourceHydrator.lastSuccessfulOperation;
    const made = generate(repository, application, [drySourceOf(spec)], [drySHA]);
    if (!made.ok) {
      const words = made.message.replace('Failed to load target state: ', '');
      const name = `${application.metadata.namespace}/${application.metadata.name}`;
      return {
        fault: `Failed to hydrate: failed to get manifests: failed to get repo objects for app "${name}": failed to get repo objects: ${words}`,
      };
    }
    if (known?.drySHA === drySHA) return { drySHA, hydratedSHA: known.hydratedSHA };
    const files = { 'manifest.yaml': made.manifests.map(withoutTracking).join('---\n') };
    const head = repository.peek(branch) ?? '';
    const { path } = hydratedSource(spec);
    const before = repository.files(head, path ?? '.');
    if (JSON.stringify(before) === JSON.stringify(files)) return { drySHA, hydratedSHA: head };
    return { drySHA, hydratedSHA: repository.hydrate(path ?? '.', files, branch, drySHA) };
  }
}

function withoutTracking(manifest: object): string {
  const text = JSON.stringify(manifest, (key, value: unknown) =>
    key === 'argocd.argoproj.io/tracking-id' ? undefined : value,
  );
  return `${text}\n`;
}

function afterwards(
  kept: HydratorStatus,
  outcome: Outcome,
  times: { readonly startedAt: string; readonly finishedAt: string },
  sourceHydrator: HydratorSpec,
): HydratorStatus {
  if ('fault' in outcome) {
    const message = outcome.fault;
    return { ...kept, currentOperation: { ...times, phase: 'Failed', message, sourceHydrator } };
  }
  return {
    lastSuccessfulOperation: { ...outcome, sourceHydrator },
    currentOperation: { ...times, phase: 'Hydrated', message: '', ...outcome, sourceHydrator },
    lastComparedDryRevision: outcome.drySHA,
  };
}
