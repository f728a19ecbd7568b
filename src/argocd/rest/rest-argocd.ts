import * as z from 'zod/mini';
import type { $ZodType, output } from 'zod/v4/core';
import type { Application, ApplicationName } from '../../sync/model/application.ts';
import { ArgoCDError } from '../argocd-error.ts';
import type {
  Address,
  ArgoCD,
  FoundApplication,
  GetOptions,
  LogQuery,
  ManifestRevisions,
  Overview,
  PodLog,
  RollbackRequest,
  SummaryEvent,
  SyncRequest,
  WatchEvent,
  WatchScope,
} from '../port.ts';
import type { Secret } from '../../secret.ts';
import type { ApplicationSummary, Listing } from '../../sync/model/application-summary.ts';
import type { Commit } from '../../sync/model/hydrator.ts';
import type { SyncWindows } from '../../sync/windows/sync-window.ts';
import { messageOf } from './answer.ts';
import { readApplicationInTurns } from './application-schema.ts';
import { nameOf, type ArgoCDCall } from './call.ts';
import { Caller } from './caller.ts';
import type { Connection } from './connection.ts';
import { commitSchema } from './commit-schema.ts';
import { listedFields, listingSchema, readSummary, readListing } from './summary-schema.ts';
import type { HttpOptions } from './http.ts';
import { readLogs } from './container-logs.ts';
import { readItems } from './item-reading.ts';
import { parseAllInTurns, parseJsonInTurns } from '../../async/json-parsing.ts';
import { LogReader } from './log-lines.ts';
import { inBody, inQuery, pageAt, pathOf, query } from './path.ts';
import { parseAnswer } from './reading.ts';
import { syncBody } from './sync-body.ts';
import { Semaphore } from '../../async/semaphore.ts';
import { windowsSchema } from './windows-schema.ts';

/**
 * Milliseconds. A sync request took 5 s under load, without a fault (recordings.md §3.3); a refresh may take
 * a minute.
 */
const timeouts = {
  read: 20_000,
  refresh: 60_000,
  change: 30_000,
  manifests: 60_000,
  stream: 30_000,
  /** Argo CD checks its access rules for each of perhaps ten thousand applications. */
  list: 60_000,
};

/** The share of connections for calls that may take Argo CD up to a minute. */
const slowShare = 1 / 4;

/** Managed fields are half of an application and irrelevant here; the server can omit them. */
const withoutManagedFields = '-result.application.metadata.managedFields';

/** Only the outer shape of a list: there may be ten thousand items, which are read one by one. */
const itemsSchema = z.lazy(() => z.object({ items: z.nullish(z.array(z.unknown())) }));
const foundSchema = z.lazy(() =>
  z.object({
    metadata: z.object({ name: z.string(), namespace: z.string() }),
    spec: z.nullish(z.object({ project: z.nullish(z.string()) })),
  }),
);
const manifestsSchema = z.lazy(() => z.object({ manifests: z.nullish(z.array(z.string())) }));
const resourceSchema = z.lazy(() => z.object({ manifest: z.string() }));
const messageSchema = z.lazy(() =>
  z.object({
    result: z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED']), application: z.unknown() }),
  }),
);

/** Argo CD's REST API: `/api/v1` below the connection's URL. */
export class RestArgoCD implements ArgoCD, Overview {
  readonly #url: string;
  readonly #caller: Caller;
  readonly #slow: Semaphore;

  /** `onToken` receives every token from a login, so that it can be masked. */
  constructor(
    connection: Connection,
    onToken: (token: Secret) => void = () => undefined,
    options: HttpOptions = {},
  ) {
    this.#url = connection.url;
    this.#caller = new Caller(connection, onToken, options);
    this.#slow = new Semaphore(Math.max(1, (options.maxSockets ?? Infinity) * slowShare));
  }

  async get(
    address: Address,
    { refresh = false, hard = false, signal }: GetOptions,
  ): Promise<Application> {
    const path = pathOf(address, '', {
      ...inQuery(address),
      ...(refresh ? { refresh: hard ? 'hard' : 'normal' } : {}),
    });
    const timeout = refresh ? timeouts.refresh : timeouts.read;
    const call = { method: 'GET', path, effect: 'read', timeout, signal } as const;
    const json = () => this.#caller.json(call);
    return this.#application(call, await (refresh ? this.#slow.run(json, signal) : json()));
  }

  async summary(
    { name, namespace }: ApplicationName,
    signal: AbortSignal,
  ): Promise<ApplicationSummary> {
    const path = pathOf({ name }, '', { appNamespace: namespace });
    const call = { method: 'GET', path, effect: 'read', timeout: timeouts.read, signal } as const;
    const json = await this.#caller.json(call);
    return this.#caller.read(call, () => readSummary(json));
  }

  async list(signal: AbortSignal): Promise<readonly Listing[]> {
    const path = `/api/v1/applications${query({ fields: listedFields })}`;
    const call = { method: 'GET', path, effect: 'read', timeout: timeouts.list, signal } as const;
    const { items } = await this.#asked(call, itemsSchema);
    const reading = readItems('items', listingSchema, items, readListing);
    return this.#caller.readInTurns(call, reading);
  }

  async find(
    selector: string,
    project: string,
    signal: AbortSignal,
  ): Promise<readonly FoundApplication[]> {
    const fields = 'items.metadata.name,items.metadata.namespace,items.spec.project';
    const path = `/api/v1/applications${query({ projects: project, selector, fields })}`;
    const call = { method: 'GET', path, effect: 'read', timeout: timeouts.read, signal } as const;
    const { items } = await this.#asked(call, itemsSchema);
    const reading = readItems('items', foundSchema, items, ({ metadata, spec }) => ({
      ...metadata,
      project: spec?.project || 'default',
    }));
    return this.#caller.readInTurns(call, reading);
  }

  async sync(address: Address, request: SyncRequest, signal: AbortSignal): Promise<Application> {
    const body = { ...inBody(address), ...syncBody(request) };
    return this.#change(pathOf(address, '/sync'), body, signal);
  }

  async rollback(
    address: Address,
    { historyId, prune, dryRun }: RollbackRequest,
    signal: AbortSignal,
  ): Promise<Application> {
    const body = { ...inBody(address), id: historyId, prune, dryRun };
    return this.#change(pathOf(address, '/rollback'), body, signal);
  }

  async terminate(address: Address, signal: AbortSignal): Promise<void> {
    const path = pathOf(address, '/operation', inQuery(address));
    await this.#caller.json({
      method: 'DELETE',
      path,
      effect: 'change',
      timeout: timeouts.change,
      signal,
    });
  }

  async manifests(
    address: Address,
    { revision, revisions = [] }: ManifestRevisions,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const path = pathOf(address, '/manifests', {
      ...inQuery(address),
      revision,
      revisions: revisions.map((one) => one.revision),
      sourcePositions: revisions.map((one) => String(one.position)),
    });
    const call = {
      method: 'GET',
      path,
      effect: 'read',
      timeout: timeouts.manifests,
      signal,
    } as const;
    const json = await this.#slow.run(() => this.#caller.json(call), signal);
    const { manifests } = this.#caller.read(call, () => parseAnswer(manifestsSchema, json));
    return this.#caller.readInTurns(call, parseAllInTurns(manifests ?? []));
  }

  async windows(address: Address, signal: AbortSignal): Promise<SyncWindows> {
    const path = pathOf(address, '/syncwindows', inQuery(address));
    const call = { method: 'GET', path, effect: 'read', timeout: timeouts.read, signal } as const;
    return this.#asked(call, windowsSchema);
  }

  async commit(address: Address, revision: string, signal: AbortSignal): Promise<Commit> {
    const step = `/revisions/${encodeURIComponent(revision)}/metadata`;
    const path = pathOf(address, step, inQuery(address));
    const call = { method: 'GET', path, effect: 'read', timeout: timeouts.read, signal } as const;
    return this.#asked(call, commitSchema);
  }

  logs(address: Address, query: LogQuery, signal: AbortSignal): Promise<PodLog> {
    const { namespace } = query.resource;
    return readLogs(query.lines, {
      log: (lines, container) => this.#log(address, { ...query, lines }, container, signal),
      pod: (name) => this.#pod(address, namespace, name, signal),
    });
  }

  async #log(
    address: Address,
    { resource, lines }: LogQuery,
    container: string | undefined,
    signal: AbortSignal,
  ): Promise<PodLog> {
    const { group, kind, namespace, name } = resource;
    const path = pathOf(address, '/logs', {
      ...inQuery(address),
      namespace,
      group,
      kind,
      resourceName: name,
      container,
      tailLines: String(lines),
    });
    const reader = new LogReader(lines);
    const take = (piece: string) => reader.take(piece);
    const timeout = timeouts.read;
    const call = { method: 'GET', path, effect: 'read', timeout, signal, take } as const;
    let response;
    try {
      response = await this.#caller.send(call);
    } catch (error) {
      const log = error instanceof ArgoCDError ? reader.broken(error.reason) : undefined;
      if (log === undefined) throw error;
      return log;
    }
    // A success has many JSON texts, one per line; only an error is a single one.
    if (response.status !== 200) await this.#caller.parse(call, response);
    return this.#caller.read(call, () => reader.end());
  }

  /** Reads the live pod from Kubernetes. */
  async #pod(
    address: Address,
    namespace: string,
    name: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    const path = pathOf(address, '/resource', {
      ...inQuery(address),
      ...{ namespace, resourceName: name, group: '', version: 'v1', kind: 'Pod' },
    });
    const call = { method: 'GET', path, effect: 'read', timeout: timeouts.read, signal } as const;
    const { manifest } = await this.#asked(call, resourceSchema);
    return this.#caller.read(call, (): unknown => JSON.parse(manifest));
  }

  async *watch(scope: WatchScope, signal: AbortSignal): AsyncGenerator<WatchEvent | undefined> {
    const call = streamCall(scope, signal);
    for await (const data of this.#caller.events(call)) {
      if (data === undefined) {
        yield undefined;
      } else {
        const { type, application } = await this.#message(call, data);
        yield { type, application: await this.#application(call, application) };
      }
    }
  }

  async *summaryEvents(signal: AbortSignal): AsyncGenerator<SummaryEvent | undefined> {
    const call = streamCall({ project: '' }, signal);
    for await (const data of this.#caller.events(call)) {
      yield data === undefined ? undefined : await this.#sighting(call, data);
    }
  }

  pageOf(name: ApplicationName): string {
    return pageAt(this.#url, name);
  }

  /** Closes idle connections, so that a process can exit. */
  close(): Promise<void> {
    return this.#caller.close();
  }

  async #change(path: string, body: unknown, signal: AbortSignal): Promise<Application> {
    const { change: timeout } = timeouts;
    const call = { method: 'POST', path, effect: 'change', timeout, signal, body } as const;
    return this.#application(call, await this.#caller.json(call));
  }

  /** Sends a call and parses the answer with a schema. */
  async #asked<T extends $ZodType>(call: ArgoCDCall, schema: T): Promise<output<T>> {
    const json = await this.#caller.json(call);
    return this.#caller.read(call, () => parseAnswer(schema, json));
  }

  #application(call: ArgoCDCall, json: unknown): Promise<Application> {
    return this.#caller.readInTurns(call, readApplicationInTurns(json));
  }

  #message(call: ArgoCDCall, data: string): Promise<Message> {
    return this.#caller.readInTurns(call, readMessage(call, data));
  }

  /** One unreadable application must not break the stream for all others. */
  async #sighting(call: ArgoCDCall, data: string): Promise<SummaryEvent | undefined> {
    const { type, application } = await this.#message(call, data);
    try {
      const summary = this.#caller.read(call, () => readSummary(application));
      return { type, summary, read: () => this.#application(call, application) };
    } catch (error) {
      if (error instanceof ArgoCDError) return undefined;
      throw error;
    }
  }
}

function streamCall({ name, project, selector }: WatchScope, signal: AbortSignal): ArgoCDCall {
  const path = `/api/v1/stream/applications${query({
    name: name?.name,
    appNamespace: name?.namespace,
    projects: project,
    selector,
    fields: withoutManagedFields,
  })}`;
  return { method: 'GET', path, effect: 'read', timeout: timeouts.stream, signal };
}

type Message = z.output<typeof messageSchema>['result'];

function* readMessage(call: ArgoCDCall, data: string): Generator<number, Message> {
  const json = yield* parseJsonInTurns(data);
  const message = messageOf(json);
  if (message !== undefined) {
    throw new ArgoCDError(nameOf(call), message, { failure: 'unavailable' });
  }
  return parseAnswer(messageSchema, json).result;
}
