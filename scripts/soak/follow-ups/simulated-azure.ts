import type { AzureRequest, HttpAnswer } from '../../../src/azure/http/exchange.ts';
import { BrokenExchange } from '../../../src/azure/http/exchange.ts';
import type { Chance } from './chance.ts';
import type { ScheduledTime } from './scheduled-time.ts';

/** How long after its caller gave up a request may still arrive, in milliseconds. */
const latest = 10_000;
/** Some arrive after the last lookup: what they queue is a duplicate, and claims its event. */
const tooLate = { least: 70_000, most: 200_000 } as const;
const identity = '11111111-1111-4111-8111-111111111111';

/** The kinds of pipelines: those that number their runs by the event, and those that only have the parameter. */
const pipelines = [
  'smoke',
  'rollback',
  'hooked',
  'each',
  'degraded',
  'gone',
  'docs',
  'report',
  'gate',
];
const numbered = new Set(['smoke', 'docs', 'gate', 'degraded']);

/** A run that was queued. */
export interface SimulatedRun {
  readonly id: number;
  readonly pipeline: number;
  /** The parameter `event`. */
  readonly event: string;
  readonly queuedAt: number;
  /** How often it received its event. */
  claims: number;
}

type Fault =
  'away' | 'unsent' | 'throttled' | 'signIn' | 'lost' | 'unanswered' | 'late' | 'tooLate';
const harmless = ['away', 'unsent', 'throttled', 'signIn', 'lost'] as const;
const making = [...harmless, 'unanswered', 'unanswered', 'late', 'late'] as const;

/** The REST API of Azure Pipelines: it queues on every request, and loses requests and answers. */
export class SimulatedAzure {
  readonly #time: ScheduledTime;
  readonly #chance: Chance;
  readonly #onRun: (run: SimulatedRun) => void;
  readonly #runs: SimulatedRun[] = [];
  /** The events of requests that arrived after the last lookup. */
  readonly belated = new Set<string>();
  /** How many requests or answers went wrong. */
  faults = 0;
  /** While true, nothing goes wrong. */
  isCalm = false;

  constructor(time: ScheduledTime, chance: Chance, onRun: (run: SimulatedRun) => void) {
    this.#time = time;
    this.#chance = chance;
    this.#onRun = onRun;
  }

  runsOf(event: string): readonly SimulatedRun[] {
    return this.#runs.filter((run) => run.event === event);
  }

  /** Answers a request, or loses it. */
  async exchange({ method, path, body }: AzureRequest): Promise<HttpAnswer> {
    await this.#time.wait(this.#chance.between(1, 400));
    const { pathname, searchParams } = new URL(path, 'https://dev.azure.com');
    const isMade = method === 'POST' && pathname.endsWith('/runs');
    const fault = this.#fault(isMade);
    const answer = () => this.#answer(method, pathname, searchParams, body ?? '{}');
    switch (fault) {
      case undefined:
        return answer();
      case 'away':
        return answered(503, {});
      case 'throttled':
        return {
          ...answered(429, {}),
          headers: { 'retry-after': `${this.#chance.between(1, 60)}` },
        };
      case 'signIn':
        return { status: 203, headers: { 'content-type': 'text/html' }, text: '<html>' };
      case 'unsent':
        throw new BrokenExchange('refused', 'ECONNREFUSED', false);
      case 'unanswered':
        answer();
        break;
      case 'late':
        this.#time.after(this.#chance.between(1, latest), answer);
        break;
      case 'tooLate':
        this.belated.add(eventOf(body ?? '{}'));
        this.#time.after(this.#chance.between(tooLate.least, tooLate.most), answer);
        break;
      case 'lost':
    }
    throw new BrokenExchange('no response', 'TIMEOUT', true);
  }

  #fault(isMade: boolean): Fault | undefined {
    if (this.isCalm || !this.#chance.isHit(isMade ? 0.4 : 0.1)) return undefined;
    this.faults += 1;
    if (!isMade) return this.#chance.pick(harmless);
    return this.#chance.isHit(0.03) ? 'tooLate' : this.#chance.pick(making);
  }

  #answer(method: string, pathname: string, query: URLSearchParams, body: string): HttpAnswer {
    const path = pathname.replace(/^\/fabrikam/, '');
    if (path === '/_apis/connectionData') {
      return answered(200, { authenticatedUser: { id: identity, providerDisplayName: 'handler' } });
    }
    const [, id = '', what = '', run = ''] =
      /^\/shop\/_apis\/pipelines\/(\d+)(?:\/(preview|runs)(?:\/(\d+))?)?$/.exec(path) ?? [];
    const name = pipelines[Number(id) - 1] ?? '';
    const number = (event: string) => (numbered.has(name) ? `argocd-${event}` : '20261128.1');
    if (what === 'preview') return answered(200, { finalYaml: `name: ${number(eventOf(body))}\n` });
    if (what === 'runs' && method === 'POST') return this.#queue(Number(id), eventOf(body));
    if (what === 'runs') return this.#inputsOf(Number(run));
    if (id !== '') {
      return answered(200, { id: Number(id), name, folder: '\\', configuration: { type: 'yaml' } });
    }
    if (path === '/shop/_apis/build/definitions') {
      const place = pipelines.indexOf(query.get('name') ?? '');
      return answered(200, { value: [{ id: place + 1, name: pipelines[place], path: '\\' }] });
    }
    if (path === '/shop/_apis/build/builds') return this.#builds(query);
    if (path.startsWith('/shop/_apis/build/builds/')) return answered(200, { value: [] });
    throw new Error(`There is no ${method} ${path}.`);
  }

  #queue(pipeline: number, event: string): HttpAnswer {
    const id = this.#runs.length + 1;
    const run = { id, pipeline, event, queuedAt: this.#time.now, claims: 0 };
    this.#runs.push(run);
    this.#onRun(run);
    return answered(200, { id, name: `run ${id}` });
  }

  #inputsOf(id: number): HttpAnswer {
    const event = this.#runs[id - 1]?.event;
    return answered(200, { templateParameters: { event } });
  }

  #builds(query: URLSearchParams): HttpAnswer {
    const pipeline = Number(query.get('definitions'));
    const since = Date.parse(query.get('minTime') ?? '');
    const isNumbered = numbered.has(pipelines[pipeline - 1] ?? '');
    const wanted = query.get('buildNumber')?.replace('*', '');
    const builds = this.#runs
      .filter((run) => run.pipeline === pipeline && run.queuedAt >= since)
      .map(({ id, event, queuedAt }) => ({
        ...{ id, status: 'inProgress', requestedBy: { id: identity } },
        buildNumber: isNumbered ? `argocd-${event}` : `20261128.${id}`,
        queueTime: new Date(queuedAt).toISOString(),
      }))
      .filter(({ buildNumber }) => wanted === undefined || buildNumber.startsWith(wanted));
    return answered(200, { value: builds.reverse().slice(0, Number(query.get('$top'))) });
  }
}

function eventOf(body: string): string {
  const { templateParameters } = JSON.parse(body) as {
    readonly templateParameters?: { readonly event?: string };
  };
  return templateParameters?.event ?? '';
}

function answered(status: number, value: unknown): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(value) };
}
