import { Readable } from 'node:stream';
import { Agent, fetch, type Dispatcher } from 'undici';
import { readEvents } from '../../src/argocd/rest/event-stream.ts';
import type { Clock } from '../../src/async/clock.ts';
import type { Secret } from '../../src/secret.ts';
import { markerName } from '../../src/sync/model/operation.ts';
import type { RecordArguments, Step } from './arguments.ts';
import type { Recording } from './recording.ts';

/** Milliseconds; a refresh may block for a minute. */
const longestCall = 120_000;
const pollInterval = 500;
/** A stream of an application that does not exist opens with its first heartbeat. */
const longestOpening = 5_000;
const usualWait = 90;
const usualPause = 2.5;

export interface RecorderOptions extends Pick<
  RecordArguments,
  'server' | 'application' | 'project'
> {
  readonly token: Secret;
  /** PEM. */
  readonly ca: string | undefined;
  readonly clock: Clock;
  /** The marker of the syncs that it requests. */
  readonly marker: string;
}

interface ApplicationState {
  readonly spec?: unknown;
  readonly operation?: unknown;
  readonly status?: { readonly operationState?: { readonly phase?: string } };
}

/** Executes the steps of a recording with an Argo CD, and records everything that it sees meanwhile. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #recording: Recording;
  readonly #dispatcher: Dispatcher;

  constructor(options: RecorderOptions, recording: Recording) {
    this.#options = options;
    this.#recording = recording;
    const { ca } = options;
    this.#dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } });
  }

  /**
   * Watches the application while it executes the steps. Argo CD may refuse a step, which is worth recording.
   * Throws if Argo CD cannot be reached, or an operation does not end in time.
   */
  async run(steps: readonly Step[], onStep: (step: Step) => void): Promise<void> {
    const stop = new AbortController();
    let watched: Promise<void> | undefined;
    try {
      for (const step of steps) {
        // A replay can watch only an application that exists.
        if (step.name !== 'create' && watched === undefined) {
          const opened = new Promise<void>((resolve) => {
            watched = this.#watch(stop.signal, resolve);
          });
          await Promise.race([opened, this.#sleep(longestOpening)]);
        }
        onStep(step);
        await this.#do(step);
      }
    } finally {
      stop.abort();
      await watched;
      await this.#dispatcher.destroy();
    }
  }

  async #do({ name, values }: Step): Promise<void> {
    const where = this.#query();
    switch (name) {
      case 'create':
        await this.#create();
        return;
      case 'get':
        await this.#call('GET', this.#path(`?${where}`));
        return;
      case 'refresh':
        await this.#call('GET', this.#path(`?${where}&refresh=normal`));
        return;
      case 'hard-refresh':
        await this.#call('GET', this.#path(`?${where}&refresh=hard`));
        return;
      case 'manifests':
      case 'events':
        await this.#call('GET', this.#path(`/${name}?${where}`));
        return;
      case 'windows':
        await this.#call('GET', this.#path(`/syncwindows?${where}`));
        return;
      case 'tree':
        await this.#call('GET', this.#path(`/resource-tree?${where}`));
        return;
      case 'logs':
        await this.#call('GET', this.#path(`/logs?${where}&${logQuery(values)}`));
        return;
      case 'sync': {
        const infos = [{ name: markerName, value: this.#options.marker }];
        await this.#call('POST', this.#path('/sync'), { ...this.#body(), infos, ...values });
        return;
      }
      case 'rollback':
        await this.#call('POST', this.#path('/rollback'), { ...this.#body(), ...values });
        return;
      case 'terminate':
        await this.#call('DELETE', this.#path(`/operation?${where}`));
        return;
      case 'wait':
        await this.#wait(secondsOf(values, usualWait));
        return;
      case 'pause':
        await this.#sleep(secondsOf(values, usualPause) * 1_000);
    }
  }

  async #create(): Promise<void> {
    const { name, namespace } = this.#options.application;
    const { spec } = await this.#look();
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    await this.#call('POST', '/api/v1/applications?upsert=true', { metadata, spec });
  }

  /** Its own looks are not recorded, since their number is random. */
  async #wait(seconds: number): Promise<void> {
    const end = this.#options.clock.now() + seconds * 1_000;
    while (!isOver(await this.#look())) {
      if (this.#options.clock.now() > end) {
        throw new Error(`The operation did not end within ${seconds} s.`);
      }
      await this.#sleep(pollInterval);
    }
  }

  async #look(): Promise<ApplicationState> {
    const path = this.#path(`?${this.#query()}`);
    const { status, text } = await this.#send('GET', path, {}, undefined);
    if (status === 200) return JSON.parse(text) as ApplicationState;
    throw new Error(`The application cannot be read: Argo CD answered ${status}.`);
  }

  async #call(method: string, path: string, body?: unknown): Promise<void> {
    const headers = method === 'GET' ? {} : { 'Content-Type': 'application/json' };
    const { status, contentType, text } = await this.#send(method, path, headers, body);
    this.#recording.add({
      kind: 'exchange',
      request: { method, path, headers: { Authorization: 'Bearer <token>', ...headers }, body },
      response: { status, contentType, body: jsonIn(text) ?? text },
    });
  }

  async #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: unknown,
  ): Promise<{
    readonly status: number;
    readonly contentType: string | null;
    readonly text: string;
  }> {
    const response = await fetch(this.#options.server + path, {
      method,
      headers: { Authorization: `Bearer ${this.#options.token.reveal()}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(longestCall),
      dispatcher: this.#dispatcher,
    });
    const contentType = response.headers.get('content-type');
    return { status: response.status, contentType, text: await response.text() };
  }

  async #watch(signal: AbortSignal, onOpen: () => void): Promise<void> {
    const { name, namespace } = this.#options.application;
    const within = namespace === undefined ? '' : `&appNamespace=${namespace}`;
    const path = `/api/v1/stream/applications?name=${encodeURIComponent(name)}${within}`;
    const { token, server } = this.#options;
    try {
      const response = await fetch(server + path, {
        headers: { Authorization: `Bearer ${token.reveal()}`, Accept: 'text/event-stream' },
        redirect: 'manual',
        signal,
        dispatcher: this.#dispatcher,
      });
      const contentType = response.headers.get('content-type');
      this.#recording.add({ kind: 'stream-open', path, status: response.status, contentType });
      onOpen();
      if (response.body === null) return;
      for await (const message of readEvents(Readable.fromWeb(response.body))) {
        if (message === undefined) this.#recording.add({ kind: 'heartbeat' });
        else this.#recording.add({ kind: 'event', event: jsonIn(message) ?? message });
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#recording.add({ kind: 'stream-error', message: String(error) });
    }
  }

  #path(rest: string): string {
    return `/api/v1/applications/${encodeURIComponent(this.#options.application.name)}${rest}`;
  }

  #query(): string {
    const query = new URLSearchParams(this.#body());
    return query.toString();
  }

  #body(): Record<string, string> {
    const { application, project } = this.#options;
    const { namespace } = application;
    return { project, ...(namespace !== undefined && { appNamespace: namespace }) };
  }

  #sleep(ms: number): Promise<void> {
    return this.#options.clock.sleep(ms, new AbortController().signal);
  }
}

function isOver({ operation, status }: ApplicationState): boolean {
  const phase = status?.operationState?.phase ?? '';
  return operation === undefined && ['Succeeded', 'Failed', 'Error'].includes(phase);
}

function logQuery(values: Readonly<Record<string, unknown>>): string {
  const { job, namespace } = values;
  const query = { kind: 'Job', group: 'batch', resourceName: textOf(job) };
  return new URLSearchParams({ ...query, namespace: textOf(namespace) }).toString();
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function secondsOf({ seconds }: Readonly<Record<string, unknown>>, usual: number): number {
  return typeof seconds === 'number' && seconds >= 0 ? seconds : usual;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
