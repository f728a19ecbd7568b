import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import type { ArgoCD, Overview, SummaryEvent } from '../../../src/argocd/port.ts';
import type { Application } from '../../../src/sync/model/application.ts';
import type { Listing } from '../../../src/sync/model/application-summary.ts';
import { markerOf } from '../../../src/sync/model/operation.ts';
import { listingOf, summary } from '../../../test/sync/sample-summary.ts';
import type { Chance } from './chance.ts';
import type { Life } from './life.ts';
import type { ScheduledTime } from './scheduled-time.ts';
import { SimulatedApplication, type TrueOperation } from './simulated-application.ts';

const names = ['shop', 'web', 'api'];
/** Milliseconds between two heartbeats of the stream. */
const heartbeat = 15_000;
/** A process that receives an end and keeps running for so many milliseconds must have processed it. */
const enough = 60_000;

/** What may happen to one message of the stream. */
type Fate = 'told' | 'lost' | 'twice' | 'unreadable';

interface Message {
  readonly event: SummaryEvent;
  /** The operation whose end it reports. */
  readonly ended: TrueOperation | undefined;
}

/** A stream with a listener. */
interface Stream {
  readonly life: Life;
  readonly messages: (Message | 'heartbeat' | 'end')[];
  wake: () => void;
  /** Messages arrive in order. */
  lastAt: number;
}

/** An Argo CD with a few applications that may be down; its stream loses and doubles messages, and breaks. */
export class SimulatedArgoCD {
  readonly #chance: Chance;
  readonly #time: ScheduledTime;
  readonly #streams = new Set<Stream>();
  readonly #current: SimulatedApplication[];
  /** Includes deleted ones. */
  readonly applications: SimulatedApplication[] = [];
  #version = 0;
  #list: readonly Listing[] = [];
  /** How often something went wrong, or was sent twice. */
  faults = 0;
  /** While true, nothing goes wrong. */
  isCalm = false;

  constructor(time: ScheduledTime, chance: Chance) {
    this.#time = time;
    this.#chance = chance;
    this.#current = names.map((name) => this.#make(name));
  }

  /** Something happens to one of them, which the stream may report. */
  move(): SimulatedApplication {
    const place = this.#chance.between(0, names.length - 1);
    const application = this.#current[place] as SimulatedApplication;
    if (this.#chance.isHit(0.01)) {
      application.isGone = true;
      this.#tell('DELETED', application);
      const next = this.#make(application.name);
      this.#current[place] = next;
      this.#tell('ADDED', next);
      return next;
    }
    application.move(this.#time.now);
    this.#tell('MODIFIED', application);
    return application;
  }

  /** The calls of an informer of one process. */
  overview(life: Life): Overview {
    return {
      list: () => life.call(() => this.#listed()),
      summary: () => Promise.reject(new Error('no gate asks for it')),
      summaryEvents: (signal) => this.#listen(life, signal),
    };
  }

  /** Reads one whole application for one process. */
  get(life: Life): ArgoCD['get'] {
    return ({ name }) =>
      life.call(async () => {
        await this.#time.wait(this.#chance.between(1, 400));
        this.#perhapsAway('GET application');
        const found = this.#current.find((one) => one.name === name);
        if (found !== undefined) return found.look();
        throw new ArgoCDError('GET application', 'not found', { failure: 'not-found' });
      });
  }

  #make(name: string): SimulatedApplication {
    const uid = `uid-${this.applications.length}`;
    const made = new SimulatedApplication(name, uid, this.#chance, () => (this.#version += 1));
    this.applications.push(made);
    return made;
  }

  async #listed(): Promise<readonly Listing[]> {
    const isStale = this.#isFault(0.2);
    if (!isStale) this.#list = this.#current.map((one) => listingOf(summaryOf(one.look())));
    const list = this.#list;
    await this.#time.wait(this.#chance.between(1, 400));
    this.#perhapsAway('GET applications');
    return list;
  }

  #tell(type: SummaryEvent['type'], application: SimulatedApplication): void {
    for (const stream of this.#streams) {
      const fate = this.#isFault(0.2)
        ? this.#chance.pick<Fate>(['lost', 'twice', 'unreadable'])
        : 'told';
      if (fate === 'lost') continue;
      const message = messageOf(type, application, fate === 'unreadable');
      this.#send(stream, message);
      if (fate === 'twice') this.#send(stream, message);
      if (this.#isFault(0.03)) this.#send(stream, 'end');
    }
  }

  #send(stream: Stream, message: Message | 'end'): void {
    const at = Math.max(stream.lastAt, this.#time.now + this.#chance.between(0, 3_000));
    stream.lastAt = at;
    this.#time.after(at - this.#time.now, () => put(stream, message));
  }

  async *#listen(life: Life, signal: AbortSignal): AsyncGenerator<SummaryEvent | undefined> {
    await life.call(() => this.#time.wait(this.#chance.between(1, 400)));
    this.#perhapsAway('GET stream');
    const stream: Stream = { life, messages: [], wake: () => undefined, lastAt: 0 };
    signal.addEventListener('abort', () => put(stream, 'end'), { once: true });
    stream.messages.push(...this.#current.map((one) => messageOf('ADDED', one, false)));
    this.#streams.add(stream);
    this.#beat(stream);
    try {
      for (;;) {
        const message = stream.messages.shift();
        if (message === 'end' || signal.aborted) return;
        if (message === undefined) await new Promise<void>((wake) => (stream.wake = wake));
        else if (message === 'heartbeat') yield undefined;
        else {
          const { ended, event } = message;
          const isNews = ended !== undefined && this.#isNow(ended);
          yield event;
          if (isNews) this.#remember(life, ended);
        }
      }
    } finally {
      this.#streams.delete(stream);
    }
  }

  /** The application still shows it, so nobody can have seen anything later. */
  #isNow(ended: TrueOperation): boolean {
    return this.#current.some(({ last }) => last === ended);
  }

  #remember(life: Life, ended: TrueOperation): void {
    this.#time.after(enough, () => {
      if (!life.isDead && !life.hasFailedStore) ended.isEndSeen = true;
    });
  }

  #beat(stream: Stream): void {
    this.#time.after(heartbeat, () => {
      if (!this.#streams.has(stream) || stream.life.isDead) return;
      put(stream, 'heartbeat');
      this.#beat(stream);
    });
  }

  #perhapsAway(call: string): void {
    if (!this.#isFault(0.1)) return;
    throw new ArgoCDError(call, 'HTTP 503', { failure: 'unavailable', status: 503 });
  }

  #isFault(probability: number): boolean {
    if (this.isCalm || !this.#chance.isHit(probability)) return false;
    this.faults += 1;
    return true;
  }
}

function put(stream: Stream, message: Message | 'heartbeat' | 'end'): void {
  stream.messages.push(message);
  stream.wake();
}

function messageOf(
  type: SummaryEvent['type'],
  application: SimulatedApplication,
  isUnreadable: boolean,
): Message {
  const look = application.look();
  const { last } = application;
  const isEnd = last?.end !== undefined && !isUnreadable;
  const read = () =>
    isUnreadable
      ? Promise.reject(new ArgoCDError('stream', 'no application', { failure: 'not-argocd' }))
      : Promise.resolve(look);
  return { event: { type, summary: summaryOf(look), read }, ended: isEnd ? last : undefined };
}

function summaryOf({ operation, operationState: state, health, ...rest }: Application) {
  const marker = markerOf(state?.operation);
  return summary({
    ...rest,
    isPending: operation !== undefined,
    health: { status: health.status, since: undefined },
    last: state && {
      ...{ phase: state.phase, message: state.message, startedAt: state.startedAt },
      ...{ finishedAt: state.finishedAt, revisions: state.revisions, isFull: true },
      ...(marker !== undefined && { marker }),
    },
  });
}
