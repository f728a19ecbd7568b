import type { Access, Caller } from './access.ts';
import type { Application, ApplicationSpec } from './application.ts';
import { sourcesOf } from './application.ts';
import { timestamp } from './clock.ts';
import type { Environment } from './environment.ts';
import { ApiError, notFound } from './errors.ts';
import { filterListFields } from './field-filter.ts';
import { decode } from './go-json.ts';
import { generate, targetRevisions } from './manifests.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { mergePatch } from './merge-patch.ts';
import { podLogs } from './pod-logs.ts';
import { resourceTree } from './resource-tree.ts';
import { parseSelector } from './selector.ts';
import type { SyncRequest } from './sync-request.ts';
import { operationOf, rollbackOf, rollbackRequestType, syncRequestType } from './sync-request.ts';
import { activeWindows } from './windows.ts';
import type { Workloads } from './workloads.ts';

export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
}

/** The response of a route: JSON as a value or as text. */
export type Answer = { readonly json: unknown } | { readonly text: string };
export type Handler = (call: Call) => Answer | Promise<Answer>;

export interface Route {
  readonly method: string;
  /** `{name}` matches one segment, `{name=**}` the rest. */
  readonly path: string;
  readonly handle: Handler;
}

const refreshAnnotation = 'argocd.argoproj.io/refresh';

export interface ApiSettings {
  readonly environment: Environment;
  readonly access: Access;
  readonly workloads: Workloads;
  /** Namespaces other than the control plane's that may contain Applications. */
  readonly applicationNamespaces: readonly string[];
  /** Creates and removes Applications, together with what manages them. */
  readonly create: (
    name: string,
    namespace: string,
    spec: ApplicationSpec,
    metadata: Partial<Application['metadata']>,
  ) => Application;
  readonly remove: (application: Application, cascade: boolean) => void;
}

/** The part of the REST API about applications: argo-cd.md §1, route by route. */
export class Api {
  readonly #settings: ApiSettings;

  constructor(settings: ApiSettings) {
    this.#settings = settings;
  }

  get #environment(): Environment {
    return this.#settings.environment;
  }

  routes(): readonly Route[] {
    const one = '/api/v1/applications/{name}';
    const route = (method: string, path: string, handle: Handler): Route => ({
      method,
      path,
      handle,
    });
    return [
      route('GET', '/api/v1/applications', (call) => this.#list(call)),
      route('POST', '/api/v1/applications', (call) => this.#create(call)),
      route('GET', one, (call) => this.#get(call)),
      route('PATCH', one, (call) => this.#patch(call)),
      route('DELETE', one, (call) => this.#delete(call)),
      route('POST', `${one}/sync`, (call) => this.#sync(call)),
      route('POST', `${one}/rollback`, (call) => this.#rollback(call)),
      route('DELETE', `${one}/operation`, (call) => this.#terminate(call)),
      route('GET', `${one}/manifests`, (call) => this.#manifests(call)),
      route('GET', `${one}/resource-tree`, (call) => this.#tree(call)),
      route('GET', `${one}/events`, (call) => this.#events(call)),
      route('GET', `${one}/syncwindows`, (call) => this.#windows(call)),
      route('GET', `${one}/logs`, (call) => this.#logs(call, null)),
      route('GET', `${one}/resource`, (call) => this.#resource(call)),
      route('GET', `${one}/pods/{pod}/logs`, (call) => this.#logs(call, call.params.pod ?? null)),
      route('GET', `${one}/revisions/{revision}/metadata`, (call) => this.#revision(call)),
    ];
  }

  caller({ authorization, cookie }: Pick<Call, 'authorization' | 'cookie'>): Caller {
    return this.#settings.access.authenticate(authorization, cookie);
  }

  #rbacName({ metadata, spec }: Application): string {
    const { name, namespace } = metadata;
    return namespace === 'argocd'
      ? `${spec.project}/${name}`
      : `${spec.project}/${namespace}/${name}`;
  }

  /** Whether a caller may see an application: streams and lists silently leave out the others. */
  sees(caller: Caller, application: Application): boolean {
    return this.#settings.access.allows(caller, 'applications', 'get', this.#rbacName(application));
  }

  /** Finds an application; what the caller may not see is hidden (argo-cd.md §1.2). */
  #find(
    call: Call,
    where: { appNamespace?: string; project?: string },
    action = 'get',
  ): [Application, Caller] {
    const caller = this.caller(call);
    const name = call.params.name ?? '';
    const namespace = where.appNamespace || 'argocd';
    const { access, applicationNamespaces } = this.#settings;
    if (namespace !== 'argocd' && !applicationNamespaces.includes(namespace)) {
      throw new ApiError(7, 'permission denied');
    }
    const application = this.#environment.applications.get(name, namespace);
    if (
      where.project &&
      !access.allows(caller, 'applications', 'get', `${where.project}/${name}`)
    ) {
      throw new ApiError(7, 'permission denied');
    }
    if (!application || (where.project && application.spec.project !== where.project)) {
      throw where.project ? notFound(name) : new ApiError(7, 'permission denied');
    }
    if (!this.sees(caller, application)) throw new ApiError(7, 'permission denied');
    if (action !== 'get')
      access.require(caller, 'applications', action, this.#rbacName(application));
    return [application, caller];
  }

  #byQuery(call: Call, action = 'get'): [Application, Caller] {
    const projects = [...call.query.getAll('project'), ...call.query.getAll('projects')];
    if (projects.length > 1) {
      throw new ApiError(
        3,
        'multiple projects specified - the get endpoint accepts either zero or one project',
      );
    }
    const [project = ''] = projects;
    return this.#find(
      call,
      { appNamespace: call.query.get('appNamespace') ?? '', project },
      action,
    );
  }

  /** The applications that a list or a stream selects by its query. */
  selection(query: URLSearchParams): (application: Application) => boolean {
    const name = query.get('name');
    const projects = [...query.getAll('projects'), ...query.getAll('project')];
    const namespace = query.get('appNamespace');
    const repository = query.get('repo');
    const labelled = parseSelector(query.get('selector') ?? '');
    return ({ metadata, spec }) =>
      (!name || metadata.name === name) &&
      (projects.length === 0 || projects.includes(spec.project)) &&
      (!namespace || metadata.namespace === namespace) &&
      (!repository || sourcesOf(spec).some(({ repoURL }) => repoURL === repository)) &&
      labelled(metadata.labels ?? {});
  }

  #list(call: Call): Answer {
    const caller = this.caller(call);
    const selects = this.selection(call.query);
    const items = this.#environment.applications
      .informed()
      .filter((application) => selects(application) && this.sees(caller, application))
      .map((application) => listed(application));
    const { resourceVersion } = this.#environment.applications;
    const list = { metadata: { resourceVersion }, items: items.length > 0 ? items : null };
    return { json: filterListFields(list, call.query.get('fields')) };
  }

  #create(call: Call): Answer {
    const caller = this.caller(call);
    const { metadata, spec } = decode(call.body, 'Application', { metadata: {}, spec: {} }) as {
      metadata?: Partial<Application['metadata']>;
      spec?: ApplicationSpec;
    };
    const name = metadata?.name ?? '';
    const namespace = metadata?.namespace ?? 'argocd';
    const project = spec?.project || 'default';
    this.#settings.access.require(caller, 'applications', 'create', `${project}/${name}`);
    if (!spec || !this.#environment.projects.has(project)) {
      throw new ApiError(
        3,
        `app is not allowed in project "${project}", or the project does not exist`,
      );
    }
    const existing = this.#environment.applications.get(name, namespace);
    if (existing && JSON.stringify(existing.spec) === JSON.stringify(spec))
      return { json: existing };
    if (existing) {
      if (call.query.get('upsert') !== 'true') {
        throw new ApiError(
          3,
          'existing application spec is different, use upsert flag to force update',
        );
      }
      this.#environment.applications.update(existing.metadata.uid, (application) => {
        application.spec = { ...spec, project };
        Object.assign(application.metadata, {
          labels: metadata?.labels,
          annotations: metadata?.annotations,
        });
      });
      return { json: this.#environment.applications.byUid(existing.metadata.uid) };
    }
    const created = this.#settings.create(name, namespace, { ...spec, project }, metadata ?? {});
    const message = `${caller.username} created application`;
    this.#environment.events.add(created, 'argocd-server', 'ResourceCreated', message);
    return { json: created };
  }

  async #get(call: Call): Promise<Answer> {
    const [application] = this.#byQuery(call);
    const { uid } = application.metadata;
    const refresh = call.query.get('refresh');
    if (refresh) await this.#refresh(uid, refresh === 'hard' ? 'hard' : 'normal', call.signal);
    const after = this.#environment.applications.byUid(uid);
    if (!after) throw notFound(application.metadata.name);
    return { json: this.#environment.applications.withHealth(after) };
  }

  /** Asks the controller for a refresh and waits, without limit, until it has removed the annotation. */
  #refresh(uid: string, type: 'normal' | 'hard', signal: AbortSignal): Promise<void> {
    const { applications } = this.#environment;
    return new Promise((resolve) => {
      const check = () => {
        if (applications.byUid(uid)?.metadata.annotations?.[refreshAnnotation]) return;
        stop();
        resolve();
      };
      applications.update(uid, ({ metadata }) => {
        metadata.annotations = {
          ...metadata.annotations,
          [refreshAnnotation]: type,
          'argocd.argoproj.io/hydrate': type,
        };
      });
      const stop = applications.onChange(check);
      signal.addEventListener('abort', stop);
    });
  }

  #patch(call: Call): Answer {
    const type = {
      appNamespace: 'string',
      project: 'string',
      patch: 'string',
      patchType: 'string',
    } as const;
    const request = decode(call.body, 'ApplicationPatchRequest', type) as Record<string, string>;
    const [{ metadata }] = this.#find(call, request, 'update');
    if (request.patchType !== 'merge')
      throw new ApiError(3, 'the simulator supports only merge patches');
    const patch = JSON.parse(request.patch ?? '{}') as Partial<Application>;
    this.#environment.applications.update(metadata.uid, (application) => {
      application.spec = mergePatch(application.spec, patch.spec) as ApplicationSpec;
      for (const field of ['labels', 'annotations'] as const) {
        application.metadata[field] = mergePatch(
          application.metadata[field] ?? {},
          patch.metadata?.[field],
        ) as Record<string, string>;
      }
    });
    return { json: this.#environment.applications.byUid(metadata.uid) };
  }

  #delete(call: Call): Answer {
    const [application] = this.#byQuery(call, 'delete');
    this.#settings.remove(application, call.query.get('cascade') !== 'false');
    return { json: {} };
  }

  #sync(call: Call): Answer {
    const request = decode(call.body, 'ApplicationSyncRequest', syncRequestType) as SyncRequest;
    const [found, caller] = this.#find(call, request);
    const { clock, projects, repository, events } = this.#environment;
    const fault = projects.windowFault(found);
    if (fault !== undefined) throw new ApiError(7, `cannot sync: invalid sync window: ${fault}`);
    if (!projects.allowsSync(found, clock.now, true)) {
      throw new ApiError(7, 'cannot sync: blocked by sync window');
    }
    this.#settings.access.require(caller, 'applications', 'sync', this.#rbacName(found));
    const operation = operationOf(found, request, repository, caller.username);
    const started = this.#setOperation(found, operation);
    const { revision = operation.sync.revisions?.join(', ') ?? '' } = operation.sync;
    const what = `${caller.username} initiated sync to ${targetRevisions(found).join(', ')} (${revision})`;
    events.add(started, 'argocd-server', 'OperationStarted', what);
    return { json: started };
  }

  #rollback(call: Call): Answer {
    const request = decode(call.body, 'ApplicationRollbackRequest', rollbackRequestType) as {
      id?: number;
      appNamespace?: string;
      project?: string;
    };
    const [found, caller] = this.#find(call, request, 'sync');
    return { json: this.#setOperation(found, rollbackOf(found, request, caller.username)) };
  }

  /** One operation at a time; the state of the previous one is removed (`SetAppOperation`). */
  #setOperation(
    { metadata, operation: busy }: Application,
    operation: Application['operation'],
  ): Application {
    const { applications } = this.#environment;
    if (busy) throw new ApiError(9, 'another operation is already in progress');
    applications.update(metadata.uid, (application) => {
      if (operation) application.operation = operation;
      delete application.status.operationState;
    });
    const after = applications.byUid(metadata.uid);
    if (!after) throw notFound(metadata.name);
    return after;
  }

  #terminate(call: Call): Answer {
    const [{ metadata, operation, status }] = this.#byQuery(call, 'sync');
    if (!operation || !status.operationState) {
      throw new ApiError(3, 'Unable to terminate operation. No operation is in progress');
    }
    this.#environment.applications.update(metadata.uid, (application) => {
      if (application.status.operationState)
        application.status.operationState.phase = 'Terminating';
    });
    return { json: {} };
  }

  #manifests(call: Call): Answer {
    const [application] = this.#byQuery(call);
    const { repository } = this.#environment;
    const asked = call.query.get('revision');
    const { sourceHydrator } = application.spec;
    // For a hydrated application, the dry source is rendered, whatever is deployed.
    const sources = sourceHydrator ? [sourceHydrator.drySource] : sourcesOf(application.spec);
    // `revision` applies to a single source, positions to a list of sources.
    const isList = (application.spec.sources ?? []).length > 0;
    const positions = call.query.getAll('sourcePositions').map(Number);
    const listed = call.query.getAll('revisions');
    const revisions = sources.map(({ targetRevision: tracked = 'HEAD' }, index) => {
      const name = isList ? listed[positions.indexOf(index + 1)] : asked;
      return repository.peek(name || tracked, sources[index]) ?? (name || tracked);
    });
    const made = generate(repository, application, sources, revisions);
    if (!made.ok) throw new ApiError(9, made.message.replace(/^.*?desc = /, ''));
    return {
      json: {
        manifests: made.manifests.map((manifest) => JSON.stringify(sorted(maskSecret(manifest)))),
      },
    };
  }

  #tree(call: Call): Answer {
    const { applications, cluster } = this.#environment;
    const [application] = this.#byQuery(call);
    return { json: resourceTree(applications.withHealth(application), cluster) };
  }

  #events(call: Call): Answer {
    const [{ metadata }] = this.#byQuery(call);
    const items = this.#environment.events.of(metadata.uid);
    const { resourceVersion } = this.#environment.applications;
    return { json: { metadata: { resourceVersion }, items: items.length > 0 ? items : null } };
  }

  #windows(call: Call): Answer {
    const [application] = this.#byQuery(call);
    const { projects, clock } = this.#environment;
    const fault = projects.windowFault(application);
    if (fault !== undefined) throw new ApiError(2, `invalid sync windows: ${fault}`);
    const assigned = projects.windowsOf(application);
    const show = (windows: typeof assigned) =>
      windows.map(({ kind, schedule, duration, manualSync = false }) => ({
        kind,
        schedule,
        duration,
        manualSync,
      }));
    const active = activeWindows(assigned, clock.now);
    return {
      json: {
        ...(active.length > 0 && { activeWindows: show(active) }),
        ...(assigned.length > 0 && { assignedWindows: show(assigned) }),
        canSync: projects.allowsSync(application, clock.now, true),
      },
    };
  }

  #logs(call: Call, pod: string | null): Answer {
    const [application, caller] = this.#byQuery(call);
    this.#settings.access.require(caller, 'logs', 'get', this.#rbacName(application));
    const { cluster, clock } = this.#environment;
    return { text: podLogs(this.#settings.workloads, cluster, call.query, pod, clock.now) };
  }

  /** A live object; only those in the application's tree are returned (`getAppLiveResource`). */
  #resource(call: Call): Answer {
    this.#byQuery(call);
    const { query } = call;
    const [group, kind, namespace, name] = ['group', 'kind', 'namespace', 'resourceName'].map(
      (each) => query.get(each) ?? '',
    );
    const key = {
      group: group ?? '',
      kind: kind ?? '',
      namespace: namespace ?? '',
      name: name ?? '',
    };
    const found = this.#environment.cluster.get(key);
    if (!found) throw new ApiError(2, `error getting resource: ${kind} "${name}" not found`);
    return { json: { manifest: JSON.stringify({ ...found, owner: undefined }) } };
  }

  #revision(call: Call): Answer {
    this.#byQuery(call);
    const { revision = '' } = call.params;
    const found = this.#environment.repository.describe(revision);
    if (!found)
      throw new ApiError(2, `rpc error: code = Unknown desc = unable to resolve '${revision}'`);
    const { author, date, message, tags } = found;
    const tagged = tags.length > 0 ? { tags } : {};
    return { json: { author, date: timestamp(date), ...tagged, message } };
  }
}

/** Lists do not include the health of each resource. */
function listed(application: Application): Application {
  const shown = structuredClone(application);
  for (const resource of shown.status.resources ?? []) delete resource.health;
  return shown;
}

/** Secrets never leave the server: each value is replaced by plus signs of the same number. */
function maskSecret({ stringData, ...manifest }: KubernetesObject): Record<string, unknown> {
  if (manifest.kind !== 'Secret') return stringData ? { ...manifest, stringData } : manifest;
  const keys = Object.keys({ ...(manifest.data ?? {}), ...(stringData ?? {}) });
  return { ...manifest, data: Object.fromEntries(keys.map((key) => [key, '++++++++'])) };
}

/** Go writes the keys of a map in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, sorted(field)]));
}
