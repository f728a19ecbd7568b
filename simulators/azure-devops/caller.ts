/** What a caller of the task hub knows about its task. */
export interface Addressee {
  readonly planUrl: string;
  readonly projectId: string;
  readonly hub: string;
  readonly planId: string;
  readonly timelineId: string;
  readonly jobId: string;
  readonly taskInstanceId: string;
  readonly token: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined if it is not JSON. */
  readonly json: unknown;
}

/** A plain caller of the task hub, for tests of the simulator: one method per operation. */
export class Caller {
  readonly #to: Addressee;

  constructor(to: Addressee) {
    this.#to = to;
  }

  get #plan(): string {
    const { projectId, hub, planId } = this.#to;
    return `${projectId}/_apis/distributedtask/hubs/${hub}/plans/${planId}`;
  }

  get #timeline(): string {
    return `${this.#plan}/timelines/${this.#to.timelineId}`;
  }

  event(name: string, result?: string, ids?: { taskId: string; jobId: string }): Promise<Answered> {
    const { taskInstanceId: taskId, jobId } = this.#to;
    const body = { name, ...(ids ?? { taskId, jobId }), ...(result !== undefined && { result }) };
    return this.send('POST', `${this.#plan}/events?api-version=7.1`, body);
  }

  plan(): Promise<Answered> {
    return this.send('GET', `${this.#plan}?api-version=7.2-preview.2`);
  }

  records(): Promise<Answered> {
    return this.send('GET', `${this.#timeline}/records?api-version=7.2-preview.2`);
  }

  update(...value: readonly Record<string, unknown>[]): Promise<Answered> {
    const path = `${this.#timeline}/records?api-version=7.1`;
    return this.send('PATCH', path, { value, count: value.length });
  }

  feed(recordId: string, value: readonly string[]): Promise<Answered> {
    const path = `${this.#timeline}/records/${recordId}/feed?api-version=7.2-preview.1`;
    return this.send('POST', path, { value, count: value.length });
  }

  createLog(path = `logs\\${this.#to.taskInstanceId}`): Promise<Answered> {
    return this.send('POST', `${this.#plan}/logs?api-version=7.1`, { path });
  }

  appendLog(id: number, text: string): Promise<Answered> {
    return this.send('POST', `${this.#plan}/logs/${id}?api-version=7.1`, text);
  }

  logLines(id: number): Promise<Answered> {
    return this.send('GET', `${this.#plan}/logs/${id}?api-version=7.2-preview.1`);
  }

  attach(type: string, name: string, text: string): Promise<Answered> {
    const { taskInstanceId } = this.#to;
    const path = `${this.#timeline}/records/${taskInstanceId}/attachments/${type}/${name}`;
    return this.send('PUT', `${path}?api-version=7.2-preview.1`, text);
  }

  attachments(type: string): Promise<Answered> {
    return this.send('GET', `${this.#plan}/attachments/${type}?api-version=7.2-preview.1`);
  }

  build(id: number): Promise<Answered> {
    const { projectId } = this.#to;
    return this.send('GET', `${projectId}/_apis/build/builds/${id}?api-version=7.1`);
  }

  project(id = this.#to.projectId): Promise<Answered> {
    return this.send('GET', `_apis/projects/${id}?api-version=7.1`);
  }

  /** Sends anything: text as a byte stream, everything else as JSON. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    authorization = `Bearer ${this.#to.token}`,
  ): Promise<Answered> {
    const type = typeof body === 'string' ? 'application/octet-stream' : 'application/json';
    const response = await fetch(this.#to.planUrl + path, {
      method,
      redirect: 'manual',
      headers: {
        Authorization: authorization,
        ...(body !== undefined && { 'Content-Type': type }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
