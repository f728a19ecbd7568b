import { ArgoCDError } from '../../argocd/argocd-error.ts';
import type { Overview, Sighting } from '../../argocd/port.ts';
import type { Clock } from '../../follow/clock.ts';
import { Contact } from '../../follow/contact.ts';
import { LastingStream } from '../../follow/lasting-stream.ts';
import { Listeners } from '../../follow/listeners.ts';
import type { Listener, News, Polling, Tidings } from '../../follow/news.ts';
import { inTurns } from '../../in-turns.ts';
import type { ApplicationName } from '../../sync/application.ts';
import type { Glance, Listing } from '../../sync/glance.ts';
import { Glances, type Known } from './glances.ts';
import { Lister } from './lister.ts';
import { Rereader } from './rereader.ts';

/** A list that was asked for longer ago than this, in milliseconds, tells nothing of now. */
const listValid = 90_000;
/** For gates: what was confirmed longer ago may be old, unless a stream lives since. */
const confirmationValid = 30_000;
/** With a stream that lives, lists must still come: they find what it lost. */
const backstopValid = 5 * 60_000;

/** What a gate can be told of an application. */
export type Sight =
  | { readonly kind: 'known'; readonly glance: Glance; readonly steadySince: number }
  /** There is none. */
  | { readonly kind: 'absent' }
  /** What is known is too old, or too little; why, for people. */
  | { readonly kind: 'unclear'; readonly reason: string };

/** How the watch over one Argo CD does. Times are local milliseconds. */
export interface WatchState {
  /** Since when the stream tells of changes; undefined while it does not. */
  readonly streamSince: number | undefined;
  /** How often the stream was opened anew. */
  readonly reconnects: number;
  readonly listedAt: number | undefined;
  readonly applications: number;
  /** How many names somebody listens for. */
  readonly followed: number;
  /** Why the list, or else the stream, failed and has not come back: foreign text, or empty. */
  readonly failure: string;
}

/**
 * Watches all applications of one Argo CD, for however many runs and gates: by one stream, and by
 * lists that find what the stream lost. Followers need not look for themselves.
 */
export class InstanceWatch implements News {
  readonly polling: Polling = { alive: 600_000, dead: 120_000, deadLater: 600_000 };
  readonly #overview: Overview;
  /** Argo CD's own, of applications that are named without one. */
  readonly #namespace: string;
  readonly #clock: Clock;
  readonly #listeners = new Listeners<Tidings>();
  readonly #glances = new Glances();
  readonly #stream: LastingStream<Sighting>;
  readonly #lister: Lister;
  readonly #rereader: Rereader;
  #contact: Contact;
  #coveredSince: number | undefined;
  #listedAt: number | undefined;
  #signal = new AbortController().signal;
  /** What was asked before it counted up tells of another server. */
  #epoch = 0;

  /** `contact`: what is known of whether it has ever answered. */
  constructor(
    overview: Overview,
    namespace: string,
    clock: Clock,
    random: () => number,
    contact = new Contact(clock.now()),
  ) {
    this.#overview = overview;
    this.#namespace = namespace;
    this.#clock = clock;
    this.#contact = contact;
    this.#stream = new LastingStream(clock, random, {
      hear: (sighting) => this.#hear(sighting),
      broken: () => {
        this.#lister.ring();
        this.#review();
      },
    });
    this.#lister = new Lister(
      {
        list: (signal) => this.#current(() => overview.list(signal)),
        streamSince: () => this.#stream.aliveSince,
        taken: (listings, askedAt) => this.#compare(listings, askedAt),
        failed: () => this.#review(),
      },
      clock,
      random,
    );
    this.#rereader = new Rereader((name) => this.#read(name), clock);
  }

  /** Lists tell of changes as well, if later: a stream that breaks and comes back is no matter. */
  get aliveSince(): number | undefined {
    return this.#isCovered() ? this.#coveredSince : undefined;
  }

  get contact(): Contact {
    return this.#contact;
  }

  listen(name: string, listener: Listener): () => void {
    return this.#listeners.listen(name, listener);
  }

  /** Watches until the signal aborts. Rejects only for a bug of ours. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    await Promise.all([
      this.#stream.run((inner) => this.#sightings(inner), signal),
      this.#lister.run(signal),
    ]);
  }

  get state(): WatchState {
    const streamSince = this.#stream.aliveSince;
    return {
      streamSince,
      reconnects: Math.max(0, this.#stream.openings - 1),
      listedAt: this.#listedAt,
      applications: this.#glances.size,
      followed: this.#listeners.size,
      failure: this.#failure,
    };
  }

  /** Another server answers from now on: nothing that was told before counts. */
  startAnew(contact = new Contact(this.#clock.now())): void {
    this.#epoch += 1;
    this.#contact = contact;
    this.#glances.clear();
    this.#listedAt = undefined;
    this.#lister.demand();
    this.#listeners.tellAll('changed');
  }

  /**
   * What is known of an application, at once; what is too old is read again beside. One whose
   * AppProject is not allowed is as one that does not exist, in every respect.
   */
  look(application: ApplicationName, isAllowed: (appProject: string) => boolean): Sight {
    const { name, namespace = this.#namespace } = application;
    const known = this.#glances.find({ name, namespace });
    const isHidden = known?.project !== undefined && !isAllowed(known.project);
    if (known === undefined || isHidden) {
      const reason = this.#doubt();
      return reason === undefined ? { kind: 'absent' } : { kind: 'unclear', reason };
    }
    this.#rereader.want(known);
    const { glance, steadySince } = known;
    if (glance !== undefined && this.#isFresh(known)) return { kind: 'known', glance, steadySince };
    const reason = this.#doubt();
    if (reason !== undefined) return { kind: 'unclear', reason };
    const fault = this.#rereader.demand(known);
    return {
      kind: 'unclear',
      reason:
        fault === '' ? 'it has changed, and is being read again' : `it cannot be read: ${fault}`,
    };
  }

  async *#sightings(signal: AbortSignal): AsyncGenerator<Sighting | undefined> {
    let isFirst = true;
    const contact = this.#contact;
    for await (const sighting of this.#overview.sightings(signal)) {
      yield sighting;
      contact.make();
      // Here it counts as open.
      if (isFirst) {
        this.#lister.ring();
        this.#review();
      }
      isFirst = false;
    }
  }

  async #hear(sighting: Sighting): Promise<void> {
    const { type, glance } = sighting;
    if (type === 'DELETED') this.#glances.remove(glance);
    else this.#glances.take(glance, this.#clock.now());
    if (!this.#listeners.has(glance.name)) return;
    const epoch = this.#epoch;
    const tidings = await tidingsOf(sighting);
    if (epoch === this.#epoch) this.#listeners.tell(glance.name, tidings);
  }

  async #compare(listings: readonly Listing[], askedAt: number): Promise<void> {
    const epoch = this.#epoch;
    this.#contact.make();
    const changed = await inTurns(this.#glances.compare(listings, askedAt, this.#clock.now()));
    if (epoch !== this.#epoch) return;
    // Only now is nothing that is there unknown.
    this.#listedAt = askedAt;
    this.#review();
    for (const { name } of changed) this.#listeners.tell(name, 'changed');
    for (const name of this.#rereader.wanted()) {
      if (this.#glances.find(name)?.isStale === true) this.#rereader.demand(name);
    }
  }

  /** Keeps since when somebody tells of changes, and says so to all when nobody does any more. */
  #review(): void {
    if (this.#isCovered()) {
      this.#coveredSince ??= this.#clock.now();
    } else if (this.#coveredSince !== undefined) {
      this.#coveredSince = undefined;
      this.#listeners.tellAll('broken');
    }
  }

  #isCovered(): boolean {
    return this.#stream.aliveSince !== undefined || this.#age(this.#listedAt) <= listValid;
  }

  /** Why it cannot be told whether an application exists. */
  #doubt(): string | undefined {
    const listedAt = this.#listedAt;
    const why = this.#failure === '' ? '' : `: ${this.#failure}`;
    if (listedAt === undefined) return `Argo CD has not been read yet${why}`;
    if (this.#isConfirmed(listedAt)) return undefined;
    return `Argo CD was read ${Math.round(this.#age(listedAt) / 1000)} s ago for the last time${why}`;
  }

  #isFresh({ isStale, confirmedAt }: Known): boolean {
    return !isStale && this.#isConfirmed(confirmedAt);
  }

  /** Whether what was so at that time is so now: not long ago, or a stream would have told. */
  #isConfirmed(at: number): boolean {
    const since = this.#stream.aliveSince;
    const isTold = since !== undefined && at >= since && this.#age(this.#listedAt) <= backstopValid;
    return isTold || this.#age(at) <= confirmationValid;
  }

  /** How far away a time is: one that is to come is of a clock that was put back. */
  #age(at: number | undefined): number {
    return at === undefined ? Infinity : Math.abs(this.#clock.now() - at);
  }

  get #failure(): string {
    const isStreaming = this.#stream.aliveSince !== undefined;
    return this.#lister.failure || (isStreaming ? '' : this.#stream.failure);
  }

  async #read(name: Required<ApplicationName>): Promise<void> {
    const at = this.#clock.now();
    this.#glances.take(await this.#current(() => this.#overview.glance(name, this.#signal)), at);
  }

  /** An answer, unless it is another server's than the one of now. */
  async #current<T>(ask: () => Promise<T>): Promise<T> {
    const epoch = this.#epoch;
    const answer = await ask();
    if (epoch !== this.#epoch) throw new Error('the answer is of the server before');
    return answer;
  }
}

/** What nobody can read is a reason to look: then it is told what is odd. */
async function tidingsOf({ type, read }: Sighting): Promise<Tidings> {
  try {
    return { type, application: await read() };
  } catch (error) {
    if (error instanceof ArgoCDError) return 'changed';
    throw error;
  }
}
