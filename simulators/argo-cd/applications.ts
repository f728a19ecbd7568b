import type { Application, ApplicationSpec, Health } from './application.ts';
import type { SimulatedClock } from './clock.ts';
import { timestamp } from './clock.ts';
import type { Identifiers } from './identifiers.ts';
import { keyText } from './kubernetes-object.ts';

export interface ApplicationEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly application: Application;
}

interface Entry {
  application: Application;
  /** The health of each resource: since 3.0, Argo CD stores it apart from the Application. */
  health: ReadonlyMap<string, Health>;
}

/** A new Application without an operation or a comparison, as `POST` returns it. */
function newStatus(): Application['status'] {
  return {
    sync: { status: '', comparedTo: { source: { repoURL: '' }, destination: {} } },
    health: {},
    summary: {},
    sourceHydrator: {},
  };
}

/** The Applications as Kubernetes stores them, and the API server's informer. */
export class Applications {
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #entries = new Map<string, Entry>();
  readonly #informed = new Map<string, Application>();
  readonly #watchers = new Set<(event: ApplicationEvent) => void>();
  readonly #changed = new Set<(application: Application) => void>();
  #version = 247;

  /** How long the informer, and so lists and streams, lag behind, in simulated milliseconds. */
  informerLag = 0;

  constructor(clock: SimulatedClock, identifiers: Identifiers) {
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  /** Kubernetes numbers all changes of all objects with one increasing number. */
  readonly nextVersion = (): string => String(++this.#version);

  get resourceVersion(): string {
    return String(this.#version);
  }

  #key(name: string, namespace = 'argocd'): string {
    return `${namespace}/${name}`;
  }

  /** The stored object itself; only `update` may change it. */
  get(name: string, namespace?: string): Application | undefined {
    return this.#entries.get(this.#key(name, namespace))?.application;
  }

  byUid(uid: string): Application | undefined {
    return this.all().find(({ metadata }) => metadata.uid === uid);
  }

  all(): readonly Application[] {
    return [...this.#entries.values()].map(({ application }) => application);
  }

  /** What the informer knows, sorted by name: the source of lists and streams. */
  informed(): readonly Application[] {
    return [...this.#informed.values()].sort((a, b) =>
      a.metadata.name < b.metadata.name ? -1 : 1,
    );
  }

  create(
    name: string,
    namespace: string,
    spec: ApplicationSpec,
    metadata: Partial<Application['metadata']> = {},
  ): Application {
    const application: Application = {
      metadata: {
        ...metadata,
        name,
        namespace,
        uid: this.#identifiers.uid(),
        resourceVersion: this.nextVersion(),
        generation: 1,
        creationTimestamp: timestamp(this.#clock.now),
      },
      spec: structuredClone(spec),
      status: newStatus(),
    };
    this.#entries.set(this.#key(name, namespace), { application, health: new Map() });
    this.#tell('ADDED', application);
    for (const listener of [...this.#changed]) listener(application);
    return application;
  }

  /**
   * Changes an application and notifies everyone, unless nothing changed. Does nothing if the application is
   * gone or another one has its name.
   */
  update(uid: string, change: (application: Application) => void): boolean {
    const found = this.byUid(uid);
    const entry =
      found && this.#entries.get(this.#key(found.metadata.name, found.metadata.namespace));
    if (!entry) return false;
    const next = structuredClone(entry.application);
    change(next);
    if (JSON.stringify(next) === JSON.stringify(entry.application)) return false;
    next.metadata.resourceVersion = this.nextVersion();
    next.metadata.generation = Number(next.metadata.generation) + 1;
    entry.application = next;
    this.#tell('MODIFIED', next);
    for (const listener of [...this.#changed]) listener(next);
    return true;
  }

  setHealth(uid: string, health: ReadonlyMap<string, Health>): void {
    const found = this.byUid(uid);
    const entry =
      found && this.#entries.get(this.#key(found.metadata.name, found.metadata.namespace));
    if (entry) entry.health = health;
  }

  remove(uid: string): void {
    const application = this.byUid(uid);
    if (!application) return;
    const last = this.withHealth(application);
    last.metadata.resourceVersion = this.nextVersion();
    this.#entries.delete(this.#key(application.metadata.name, application.metadata.namespace));
    this.#tell('DELETED', last);
    for (const listener of [...this.#changed]) listener(last);
  }

  /** The application as in GET and streams: with the health of each resource. */
  withHealth(application: Application): Application {
    const { name, namespace } = application.metadata;
    const health = this.#entries.get(this.#key(name, namespace))?.health;
    const shown = structuredClone(application);
    for (const resource of shown.status.resources ?? []) {
      const key = { group: '', namespace: '', ...resource };
      const found = health?.get(keyText(key));
      if (found?.status) resource.health = { ...found };
    }
    return shown;
  }

  /** Calls the watcher with every event as the informer receives it. Returns a function that ends this. */
  watch(watcher: (event: ApplicationEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Calls the listener with every change immediately, including creation and deletion. Returns a function
   * that ends this.
   */
  onChange(listener: (application: Application) => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  #tell(type: ApplicationEvent['type'], application: Application): void {
    const shown = this.withHealth(application);
    const inform = () => {
      const key = this.#key(shown.metadata.name, shown.metadata.namespace);
      if (type === 'DELETED') this.#informed.delete(key);
      else this.#informed.set(key, shown);
      for (const watcher of [...this.#watchers]) watcher({ type, application: shown });
    };
    if (this.informerLag > 0) this.#clock.after(this.informerLag, inform);
    else inform();
  }
}
