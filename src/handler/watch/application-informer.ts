import { ArgoCDError } from '../../argocd/argocd-error.ts';
import type { Overview, SummaryEvent } from '../../argocd/port.ts';
import type { Clock } from '../../async/clock.ts';
import { Contact } from '../../follow/contact.ts';
import { ReconnectingStream } from '../../async/reconnecting-stream.ts';
import { Listeners } from '../../async/listeners.ts';
import type {
  ChangeListener,
  ChangeSource,
  Polling,
  ChangeEvent,
} from '../../follow/change-source.ts';
import { inTurns } from '../../async/in-turns.ts';
import type { ApplicationName } from '../../sync/model/application.ts';
import type { ApplicationSummary, Listing } from '../../sync/model/application-summary.ts';
import { SummaryCache, type CachedApplication } from './summary-cache.ts';
import { Relister } from './relister.ts';
import { Refetcher } from './refetcher.ts';

/**
 * A list that was requested longer ago than this, in milliseconds, says nothing about the present.
 */
const listValid = 90_000;
/** For gates: what was confirmed longer ago may be stale, unless a stream has been alive since. */
const confirmationValid = 30_000;
/** Even with a live stream, lists are needed: they find what it lost. */
const backstopValid = 5 * 60_000;

/** What a gate can learn about an application. */
export type LookResult =
  | { readonly kind: 'known'; readonly summary: ApplicationSummary; readonly steadySince: number }
  /** It does not exist. */
  | { readonly kind: 'absent' }
  /** What is known is too old or incomplete; with the reason, for people. */
  | { readonly kind: 'unclear'; readonly reason: string };

/** Observes all applications of an Argo CD. Never rejects. */
export interface ApplicationObserver {
  /** A message of the stream. The next one waits until this resolves. */
  heard(event: SummaryEvent): Promise<void>;
  /** A list, and when it was requested; local milliseconds. */
  listed(listings: readonly Listing[], askedAt: number): Promise<void>;
}

/** The state of the watch over one Argo CD. Times are local milliseconds. */
export interface InformerState {
  /** Since when the stream reports changes; undefined while it does not. */
  readonly streamSince: number | undefined;
  /** How often the stream was reopened. */
  readonly reconnects: number;
  readonly listedAt: number | undefined;
  readonly applications: number;
  /** How many application names have a listener. */
  readonly followed: number;
  /** Why the list or, failing that, the stream failed and has not recovered: foreign text, or empty. */
  readonly failure: string;
}

/**
 * Watches all applications of one Argo CD, for any number of runs and gates: by one stream, and by lists that
 * find what the stream lost. Followers need not poll.
 * States for followers: covered, while the stream is alive or a list is fresh (`aliveSince`); otherwise
 * uncovered, which is announced as `broken`. For gates: unread until the first list, then read. `startAnew`
 * makes it unread again, and drops what the previous server still answers.
 */
export class ApplicationInformer implements ChangeSource {
  readonly polling: Polling = { alive: 600_000, dead: 120_000, deadLater: 600_000 };
  readonly #overview: Overview;
  /** The namespace of Argo CD, for applications that are named without one. */
  readonly #namespace: string;
  readonly #clock: Clock;
  readonly #listeners = new Listeners<ChangeEvent>();
  readonly #cache = new SummaryCache();
  readonly #stream: ReconnectingStream<SummaryEvent>;
  readonly #relister: Relister;
  readonly #refetcher: Refetcher;
  readonly #observer: ApplicationObserver | undefined;
  #contact: Contact;
  #coveredSince: number | undefined;
  #listedAt: number | undefined;
  #signal = new AbortController().signal;
  /** Incremented when the server changes; answers to earlier requests are dropped. */
  #epoch = 0;

  /** `contact`: whether it has ever answered, as far as known. */
  constructor(
    overview: Overview,
    namespace: string,
    clock: Clock,
    random: () => number,
    contact = new Contact(clock.now()),
    observer?: ApplicationObserver,
  ) {
    this.#observer = observer;
    this.#overview = overview;
    this.#namespace = namespace;
    this.#clock = clock;
    this.#contact = contact;
    this.#stream = new ReconnectingStream(clock, random, {
      hear: (summaryEvent) => this.#hear(summaryEvent),
      broken: () => {
        this.#relister.wake();
        this.#review();
      },
    });
    this.#relister = new Relister(
      {
        list: (signal) => this.#current(() => overview.list(signal)),
        streamSince: () => this.#stream.aliveSince,
        taken: (listings, askedAt) => this.#compare(listings, askedAt),
        failed: () => this.#review(),
      },
      clock,
      random,
    );
    this.#refetcher = new Refetcher((name) => this.#read(name), clock);
  }

  /** Lists report changes too, only later, so a short interruption of the stream does not matter. */
  get aliveSince(): number | undefined {
    return this.#isCovered() ? this.#coveredSince : undefined;
  }

  get contact(): Contact {
    return this.#contact;
  }

  listen(name: string, listener: ChangeListener): () => void {
    return this.#listeners.listen(name, listener);
  }

  /** Watches until the signal aborts. Rejects only for a bug. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    await Promise.all([
      this.#stream.run((inner) => this.#summaryEvents(inner), signal),
      this.#relister.run(signal),
    ]);
  }

  get state(): InformerState {
    const streamSince = this.#stream.aliveSince;
    return {
      streamSince,
      reconnects: Math.max(0, this.#stream.openings - 1),
      listedAt: this.#listedAt,
      applications: this.#cache.size,
      followed: this.#listeners.size,
      failure: this.#failure,
    };
  }

  /** Another server answers from now on: nothing that was reported before counts. */
  startAnew(contact = new Contact(this.#clock.now())): void {
    this.#epoch += 1;
    this.#contact = contact;
    this.#cache.clear();
    this.#listedAt = undefined;
    this.#relister.demand();
    this.#listeners.tellAll('changed');
  }

  /**
   * What is known of an application, immediately. If it is too old, it is also read again. One whose
   * AppProject is not allowed is exactly like one that does not exist.
   */
  look(application: ApplicationName, isAllowed: (appProject: string) => boolean): LookResult {
    const { name, namespace = this.#namespace } = application;
    const known = this.#cache.find({ name, namespace });
    const isHidden = known?.project !== undefined && !isAllowed(known.project);
    if (known === undefined || isHidden) {
      const reason = this.#doubt();
      return reason === undefined ? { kind: 'absent' } : { kind: 'unclear', reason };
    }
    this.#refetcher.want(known);
    const { summary, steadySince } = known;
    if (summary !== undefined && this.#isFresh(known))
      return { kind: 'known', summary, steadySince };
    const reason = this.#doubt();
    if (reason !== undefined) return { kind: 'unclear', reason };
    const fault = this.#refetcher.demand(known);
    return {
      kind: 'unclear',
      reason:
        fault === '' ? 'it has changed and is being read again' : `it cannot be read: ${fault}`,
    };
  }

  async *#summaryEvents(signal: AbortSignal): AsyncGenerator<SummaryEvent | undefined> {
    let isFirst = true;
    const contact = this.#contact;
    for await (const summaryEvent of this.#overview.summaryEvents(signal)) {
      yield summaryEvent;
      contact.make();
      // This counts as open here.
      if (isFirst) {
        this.#relister.wake();
        this.#review();
      }
      isFirst = false;
    }
  }

  async #hear(summaryEvent: SummaryEvent): Promise<void> {
    const { type, summary } = summaryEvent;
    if (type === 'DELETED') this.#cache.remove(summary);
    else this.#cache.take(summary, this.#clock.now());
    await this.#tell(summaryEvent);
    await this.#observer?.heard(summaryEvent);
  }

  async #tell(summaryEvent: SummaryEvent): Promise<void> {
    const { name } = summaryEvent.summary;
    if (!this.#listeners.has(name)) return;
    const epoch = this.#epoch;
    const event = await changeEventOf(summaryEvent);
    if (epoch === this.#epoch) this.#listeners.tell(name, event);
  }

  async #compare(listings: readonly Listing[], askedAt: number): Promise<void> {
    const epoch = this.#epoch;
    this.#contact.make();
    const changed = await inTurns(this.#cache.compare(listings, askedAt, this.#clock.now()));
    if (epoch !== this.#epoch) return;
    // Only now are all existing applications known.
    this.#listedAt = askedAt;
    this.#review();
    for (const { name } of changed) this.#listeners.tell(name, 'changed');
    for (const name of this.#refetcher.wanted()) {
      if (this.#cache.find(name)?.isStale === true) this.#refetcher.demand(name);
    }
    await this.#observer?.listed(listings, askedAt);
  }

  /** Tracks since when changes are reported, and tells all listeners when they no longer are. */
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

  /** Why it is unknown whether an application exists. */
  #doubt(): string | undefined {
    const listedAt = this.#listedAt;
    const why = this.#failure === '' ? '' : `: ${this.#failure}`;
    if (listedAt === undefined) return `Argo CD has not been read yet${why}`;
    if (this.#isConfirmed(listedAt)) return undefined;
    return `Argo CD was last read ${Math.round(this.#age(listedAt) / 1000)} s ago${why}`;
  }

  #isFresh({ isStale, confirmedAt }: CachedApplication): boolean {
    return !isStale && this.#isConfirmed(confirmedAt);
  }

  /** Whether something known at that time still holds: it is recent, or a stream would have reported a change. */
  #isConfirmed(at: number): boolean {
    const since = this.#stream.aliveSince;
    const isTold = since !== undefined && at >= since && this.#age(this.#listedAt) <= backstopValid;
    return isTold || this.#age(at) <= confirmationValid;
  }

  /** The distance to a time. A time in the future comes from a clock that was set back. */
  #age(at: number | undefined): number {
    return at === undefined ? Infinity : Math.abs(this.#clock.now() - at);
  }

  get #failure(): string {
    const isStreaming = this.#stream.aliveSince !== undefined;
    return this.#relister.failure || (isStreaming ? '' : this.#stream.failure);
  }

  async #read(name: Required<ApplicationName>): Promise<void> {
    const at = this.#clock.now();
    this.#cache.take(await this.#current(() => this.#overview.summary(name, this.#signal)), at);
  }

  /** The answer, unless it comes from a previous server. */
  async #current<T>(ask: () => Promise<T>): Promise<T> {
    const epoch = this.#epoch;
    const answer = await ask();
    if (epoch !== this.#epoch) throw new Error('the response is from the previous server');
    return answer;
  }
}

/** A malformed application leads to a look, which then reports the fault. */
async function changeEventOf({ type, read }: SummaryEvent): Promise<ChangeEvent> {
  try {
    return { type, application: await read() };
  } catch (error) {
    if (error instanceof ArgoCDError) return 'changed';
    throw error;
  }
}
