import assert from 'node:assert/strict';
import type { ArgoCDSimulator } from './simulator.ts';
import type { Application } from './application.ts';
import type { RecordedExchange, RecordedLine, State } from './replay-state.ts';
import { lasting, numbered, stateOf } from './replay-state.ts';

/** Something done to Argo CD outside the recorded requests. */
export interface Act {
  /** When, in milliseconds of the recording. */
  readonly t: number;
  readonly act: (argocd: ArgoCDSimulator) => void;
}

export interface Replayed {
  readonly states: readonly State[];
  readonly answers: readonly {
    readonly exchange: RecordedExchange;
    readonly status: number;
    readonly contentType: string | null;
    readonly body: unknown;
  }[];
}

const step = 5;
/** The simulator must reach each recorded state within this extra time. */
const grace = 20_000;

/** What must have reached the recorded state before anything is done. */
export const operationOf = (state: State): string => state.operation;

function immediate(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Replays the requests and acts of a recording against a simulator, whose time it controls. */
export class Replay {
  readonly #name: string;
  readonly #lines: readonly RecordedLine[];
  readonly #argocd: ArgoCDSimulator;
  readonly #start: number;
  readonly #progress: typeof operationOf;
  readonly #shas = new Map<string, string>();
  /** The states since the stream was opened, in order of arrival. */
  readonly #told: State[] = [];
  readonly #states: State[] = [];
  readonly #answers: Replayed['answers'][number][] = [];
  readonly #stop = new AbortController();
  /** When each version of the application was written: the stream delivers it later. */
  readonly #times = new Map<string, number>();
  /** How far the simulator is behind the recording. */
  #late = 0;
  #streamEnd: Promise<void> | undefined;
  #lastEvent: Application | undefined;

  constructor(
    name: string,
    lines: readonly RecordedLine[],
    argocd: ArgoCDSimulator,
    progress = operationOf,
  ) {
    this.#progress = progress;
    this.#name = name;
    this.#lines = lines;
    this.#argocd = argocd;
    this.#start = argocd.now;
    argocd.watch(({ application }) => {
      this.#times.set(application.metadata.resourceVersion ?? '', this.#elapsed);
      if (this.#streamEnd) this.#told.push(stateOf(this.#elapsed, application));
    });
  }

  async run(acts: readonly Act[]): Promise<Replayed> {
    const things = [
      ...this.#lines.flatMap((line, index) =>
        line.kind === 'git' || line.kind === 'exchange' || line.kind === 'stream-open'
          ? [{ t: this.#sendTime(line, index), run: () => this.#line(line) }]
          : [],
      ),
      ...acts.map(({ t, act }) => ({ t, run: () => Promise.resolve(act(this.#argocd)) })),
    ].sort((a, b) => a.t - b.t);
    for (const { t, run } of things) {
      this.#advanceTo(t + this.#late);
      this.#reach(t);
      await run();
    }
    await this.#drain();
    return { states: numbered(this.#states), answers: this.#answers };
  }

  /** The simulator's revision for a recorded one. */
  map(recorded: string, simulated: string): void {
    this.#shas.set(recorded, simulated);
  }

  get #elapsed(): number {
    return this.#argocd.now - this.#start;
  }

  #advanceTo(t: number): void {
    while (this.#elapsed < t) this.#argocd.advance(Math.min(step, t - this.#elapsed));
  }

  /** Waits until the operation has reached the state of the recording at that time. */
  #reach(t: number): void {
    const before = this.#lines.flatMap((line) =>
      line.kind === 'event' && line.t < t - 10 ? [stateOf(0, line.event.result.application)] : [],
    );
    const wanted = lasting(before, 0, this.#progress).length;
    const from = this.#elapsed;
    while (lasting(this.#told, 0, this.#progress).length < wanted) {
      assert(this.#elapsed - from < grace, `the simulator never reached the state at ${t} ms`);
      this.#argocd.advance(step);
    }
    this.#late += this.#elapsed - from;
  }

  /** The recorder timed an exchange at its response; a refresh and a deletion take long. */
  #sendTime(line: RecordedLine, index: number): number {
    if (line.kind !== 'exchange') return line.t;
    const { method, path } = line.request;
    if (method !== 'DELETE' && !path.includes('refresh=')) return line.t;
    const own = this.#lines.slice(0, index).filter(({ kind }) => kind !== 'event');
    return Math.max(line.t - 40, own.at(-1)?.t ?? 0);
  }

  async #line(line: RecordedLine): Promise<void> {
    if (line.kind === 'git' && line.files) {
      this.map(line.revision, this.#argocd.commit(line.folder, line.files));
    } else if (line.kind === 'exchange') {
      await this.#exchange(line);
    } else if (line.kind === 'stream-open') {
      await this.#openStream(line.path);
    }
  }

  #translate(text: string): string {
    return text.replace(/\b[0-9a-f]{40}\b/g, (sha) => this.#shas.get(sha) ?? sha);
  }

  async #exchange(exchange: RecordedExchange): Promise<void> {
    const { method, path, headers, body } = exchange.request;
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const sent = Object.entries(headers).map(([name, value]): [string, string] => [
      name,
      value.replace('<token>', this.#token(exchange)),
    ]);
    const seen = this.#argocd.requests.length;
    const answered = fetch(this.#argocd.url + path, {
      method,
      headers: sent,
      ...(text !== undefined && { body: this.#translate(text) }),
    });
    // Only a refresh needs time to pass before it is answered.
    if (path.includes('refresh=')) {
      while (this.#argocd.requests.length === seen) await immediate();
      while (this.#isRefreshing()) {
        this.#argocd.advance(1);
      }
    }
    const response = await answered;
    const answer = await response.text();
    this.#answers.push({
      exchange,
      status: response.status,
      contentType: response.headers.get('content-type'),
      body: parsed(answer),
    });
  }

  #isRefreshing(): boolean {
    const { annotations = {} } = this.#argocd.application(this.#name)?.metadata ?? {};
    return 'argocd.argoproj.io/refresh' in annotations;
  }

  /** The recorder wrote `<token>` for every token; the responses show which one it was. */
  #token({ request, response }: RecordedExchange): string {
    const text = JSON.stringify(response.body);
    if (text.includes('no session information')) return 'not-a-token';
    const refused = text.includes('could not base64 decode header');
    const unknown = request.path === '/api/v1/session/userinfo' && text === '{}';
    return refused || unknown ? 'a.b.c' : this.#argocd.token;
  }

  async #openStream(path: string): Promise<void> {
    const response = await fetch(this.#argocd.url + path, {
      headers: { Authorization: `Bearer ${this.#argocd.token}`, Accept: 'text/event-stream' },
      signal: this.#stop.signal,
    });
    this.#streamEnd = this.#read(response);
    while (!this.#lastEvent) await immediate();
    this.#told.push(stateOf(this.#elapsed, this.#lastEvent));
  }

  async #read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of response.body ?? []) {
        const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (!line.startsWith('data: ')) continue;
          const { result } = JSON.parse(line.slice(6)) as {
            result: { application: Application };
          };
          this.#lastEvent = result.application;
          const version = result.application.metadata.resourceVersion ?? '';
          this.#states.push(stateOf(this.#times.get(version) ?? 0, result.application));
        }
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  /** A final change of the application itself proves that everything before it has arrived. */
  async #drain(): Promise<void> {
    if (this.#streamEnd) {
      this.#argocd.annotate(this.#name, { 'lab/end': 'true' });
      while (!this.#lastEvent?.metadata.annotations?.['lab/end']) await immediate();
    }
    this.#stop.abort();
    await this.#streamEnd;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
