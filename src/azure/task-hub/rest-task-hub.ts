import type { $ZodType, output } from 'zod/v4/core';
import { Secret } from '../../secret.ts';
import type { AzureCall, AzureHttp } from '../http/azure-http.ts';
import { coreHostOf } from '../http/collection.ts';
import { HeldToken } from '../http/held-token.ts';
import { parseAnswer } from '../http/parsed-answer.ts';
import { appendedLog, changedRecords, postedEvent } from './task-hub-body.ts';
import type { RunAddress } from './run-address.ts';
import {
  buildSchema,
  logSchema,
  planSchema,
  projectSchema,
  recordsSchema,
} from './task-hub-schema.ts';
import type {
  Attachment,
  LogState,
  OrchestrationPlan,
  RecordUpdate,
  TaskEvent,
  TaskHub,
  TimelineRecord,
  TokenSource,
} from './task-hub.ts';

/**
 * Versions of the API (azure-devops.md §12.8). APIs that were never released are called as the preview
 * of 4.1, which Azure DevOps Server knows too.
 */
const released = 'api-version=7.1';
const preview = 'api-version=4.1-preview';

/** A timeline with thousands of steps has several MiB. */
const mostRecordBytes = 16 * 1024 * 1024;

type TaskHubCall = Omit<AzureCall, 'token' | 'collection'>;

/** The task hub of one run over the REST API of Azure DevOps (azure-devops.md §2). */
export class RestTaskHub implements TaskHub {
  readonly #address: RunAddress;
  readonly #token: Secret | TokenSource;
  readonly #http: AzureHttp;
  readonly #plan: string;
  readonly #timeline: string;

  constructor(address: RunAddress, token: Secret | TokenSource, http: AzureHttp) {
    this.#address = address;
    this.#token = token;
    this.#http = http;
    const { projectId, hub, planId, timelineId } = address;
    this.#plan = pathOf(projectId, '_apis', 'distributedtask', 'hubs', hub, 'plans', planId);
    this.#timeline = this.#plan + pathOf('timelines', timelineId);
  }

  plan(signal: AbortSignal): Promise<OrchestrationPlan> {
    const path = `${this.#plan}?${preview}`;
    return this.#read(planSchema, { ...reading, name: 'GET plan', path, signal });
  }

  async records(signal: AbortSignal): Promise<readonly TimelineRecord[]> {
    const path = `${this.#timeline}/records?${preview}`;
    const maxBytes = mostRecordBytes;
    const call = { ...reading, name: 'GET records', path, maxBytes, signal };
    return (await this.#read(recordsSchema, call)).value;
  }

  async updateRecords(records: readonly RecordUpdate[], signal: AbortSignal): Promise<void> {
    await this.#send({
      name: 'PATCH records',
      method: 'PATCH',
      isRepeatable: true,
      path: `${this.#timeline}/records?${released}`,
      body: json(changedRecords(records)),
      // The answer contains the complete records.
      maxBytes: mostRecordBytes,
      signal,
    });
  }

  createLog(signal: AbortSignal): Promise<LogState> {
    return this.#read(logSchema, {
      name: 'POST log',
      method: 'POST',
      // The same path gives the same log (azure-devops.md §2.3).
      isRepeatable: true,
      path: `${this.#plan}/logs?${released}`,
      body: json({ path: `logs\\${this.#address.taskInstanceId}` }),
      signal,
    });
  }

  appendLog(id: number, lines: readonly string[], signal: AbortSignal): Promise<LogState> {
    return this.#read(logSchema, {
      name: 'POST log lines',
      method: 'POST',
      isRepeatable: false,
      path: `${this.#plan}/logs/${id}?${released}`,
      body: bytes(appendedLog(lines)),
      signal,
    });
  }

  async attach({ type, name, text }: Attachment, signal: AbortSignal): Promise<void> {
    const record = pathOf('records', this.#address.taskInstanceId, 'attachments', type, name);
    await this.#send({
      name: 'PUT attachment',
      method: 'PUT',
      isRepeatable: true,
      path: `${this.#timeline}${record}?${preview}`,
      body: bytes(text),
      signal,
    });
  }

  async post(
    event: TaskEvent,
    planVersion: number | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#send({
      name: 'POST event',
      method: 'POST',
      isRepeatable: false,
      path: `${this.#plan}/events?${released}`,
      body: json(postedEvent(event, this.#address, planVersion)),
      signal,
    });
  }

  async buildStatus(buildId: number, signal: AbortSignal): Promise<string> {
    const builds = pathOf(this.#address.projectId, '_apis', 'build', 'builds', String(buildId));
    const path = `${builds}?${released}`;
    return (await this.#readCore(buildSchema, 'GET build', path, signal)).status;
  }

  async projectName(signal: AbortSignal): Promise<string> {
    const path = `${pathOf('_apis', 'projects', this.#address.projectId)}?${released}`;
    return (await this.#readCore(projectSchema, 'GET project', path, signal)).name;
  }

  /** Reads projects and builds, which release hosts do not serve. */
  #readCore<T extends $ZodType>(schema: T, name: string, path: string, signal: AbortSignal) {
    const collection = coreHostOf(this.#address.collection);
    return this.#read(schema, { ...reading, name, path, signal }, collection);
  }

  async #read<T extends $ZodType>(
    schema: T,
    request: TaskHubCall,
    collection = this.#address.collection,
  ): Promise<output<T>> {
    return this.#withToken(request.signal, async (token) => {
      const call = { ...request, collection, token };
      return parseAnswer(call, schema, await this.#http.send(call));
    });
  }

  #send(request: TaskHubCall): Promise<string> {
    const { collection } = this.#address;
    return this.#withToken(request.signal, (token) =>
      this.#http.send({ ...request, collection, token }),
    );
  }

  /** A job has a single token; an identity may get another one. */
  async #withToken<T>(signal: AbortSignal, call: (token: Secret) => Promise<T>): Promise<T> {
    const source = this.#token;
    if (source instanceof Secret) return call(source);
    const { collection } = this.#address;
    const token = await source(collection, signal);
    const held = new HeldToken(token, (refused) => source(collection, signal, refused), signal);
    return held.use(call);
  }
}

const reading = { method: 'GET', isRepeatable: true } as const;

function json(value: unknown): NonNullable<AzureCall['body']> {
  return { type: 'application/json', text: JSON.stringify(value) };
}

function bytes(text: string): NonNullable<AzureCall['body']> {
  return { type: 'application/octet-stream', text };
}

function pathOf(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}
