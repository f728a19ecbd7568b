import type { Overview, SummaryEvent } from '../../../src/argocd/port.ts';
import type { Clock } from '../../../src/async/clock.ts';
import type { Application, ApplicationName } from '../../../src/sync/model/application.ts';
import { printName } from '../../../src/sync/model/application.ts';
import type { ApplicationSummary, Listing } from '../../../src/sync/model/application-summary.ts';
import { failed } from '../../follow/fake-argo-cd.ts';
import { application } from '../../sync/sample-application.ts';
import { listingOf } from '../../sync/sample-summary.ts';

/** A whole Argo CD with the summaries that a test wants; it counts the requests. */
export class FakeOverview implements Overview {
  readonly #clock: Clock;
  readonly #streams = new Set<(end: Error | undefined, summaryEvent?: SummaryEvent) => void>();
  readonly calls: { readonly at: number; readonly what: string }[] = [];
  readonly summaries = new Map<string, ApplicationSummary>();
  /** Why requests fail; undefined if they succeed. */
  away: Error | undefined;
  /** Why only the stream does not open; undefined if it does. */
  streamless: Error | undefined;
  onList: () => Promise<readonly Listing[]> = () => Promise.resolve(this.listings());

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When this was requested. */
  times(what: string): readonly number[] {
    return this.calls.filter((call) => call.what === what).map(({ at }) => at);
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  listings(): readonly Listing[] {
    return [...this.summaries.values()].map(listingOf);
  }

  /** Changes an application without an event on the stream. */
  put(summary: ApplicationSummary): void {
    this.summaries.set(printName(summary), summary);
  }

  drop(name: Required<ApplicationName>): void {
    this.summaries.delete(printName(name));
  }

  /** Changes an application, with an event on every stream; undefined is a heartbeat. */
  tell(summaryEvent: SummaryEvent | undefined): void {
    if (summaryEvent?.type === 'DELETED') this.drop(summaryEvent.summary);
    else if (summaryEvent !== undefined) this.put(summaryEvent.summary);
    for (const stream of this.#streams) stream(undefined, summaryEvent);
  }

  breakStreams(): void {
    for (const stream of this.#streams) stream(failed('unavailable', 'cut'));
  }

  async list(): Promise<readonly Listing[]> {
    this.#note('list');
    if (this.away !== undefined) throw this.away;
    return this.onList();
  }

  summary(name: ApplicationName): Promise<ApplicationSummary> {
    this.#note(`summary ${printName(name)}`);
    const found = this.summaries.get(printName(name));
    if (this.away !== undefined) return Promise.reject(this.away);
    return found === undefined ? Promise.reject(failed('hidden')) : Promise.resolve(found);
  }

  async *summaryEvents(signal: AbortSignal): AsyncGenerator<SummaryEvent | undefined> {
    this.#note('sightings');
    const refusal = this.away ?? this.streamless;
    if (refusal !== undefined) throw refusal;
    const waiting: (SummaryEvent | undefined)[] = [...this.summaries.values()].map((one) =>
      summaryEvent('ADDED', one),
    );
    // The response headers do not count, but a heartbeat does.
    if (waiting.length === 0) waiting.push(undefined);
    let wake = () => undefined as void;
    let ended: Error | undefined;
    const stream = (end: Error | undefined, one?: SummaryEvent) => {
      if (end === undefined) waiting.push(one);
      else ended = end;
      wake();
    };
    const abort = () => stream(signal.reason as Error);
    this.#streams.add(stream);
    signal.addEventListener('abort', abort, { once: true });
    try {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift();
        if (ended !== undefined) throw ended;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#streams.delete(stream);
      signal.removeEventListener('abort', abort);
    }
  }

  #note(what: string): void {
    this.calls.push({ at: this.#clock.now(), what });
  }
}

export function summaryEvent(
  type: SummaryEvent['type'],
  summary: ApplicationSummary,
  read: () => Application = () => application(sameOf(summary)),
): SummaryEvent {
  return { type, summary, read: () => Promise.resolve().then(read) };
}

function sameOf({
  name,
  namespace,
  uid,
  resourceVersion,
  project,
}: ApplicationSummary): Partial<Application> {
  return { name, namespace, uid, resourceVersion, project };
}
