import type { Overview, Sighting } from '../../../src/argocd/port.ts';
import type { Clock } from '../../../src/follow/clock.ts';
import type { Application, ApplicationName } from '../../../src/sync/application.ts';
import { printName } from '../../../src/sync/application.ts';
import type { Glance, Listing } from '../../../src/sync/glance.ts';
import { failed } from '../../follow/fake-argo-cd.ts';
import { application } from '../../sync/sample-application.ts';
import { listingOf } from '../../sync/sample-glance.ts';

/** A whole Argo CD that holds glances as a test wants them; it keeps count of what it was asked. */
export class FakeOverview implements Overview {
  readonly #clock: Clock;
  readonly #streams = new Set<(end: Error | undefined, sighting?: Sighting) => void>();
  readonly calls: { readonly at: number; readonly what: string }[] = [];
  readonly glances = new Map<string, Glance>();
  /** Why nothing is answered; undefined: it is. */
  away: Error | undefined;
  /** Why the stream does not open, beside that; undefined: it does. */
  streamless: Error | undefined;
  onList: () => Promise<readonly Listing[]> = () => Promise.resolve(this.listings());

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When it was asked for this. */
  times(what: string): readonly number[] {
    return this.calls.filter((call) => call.what === what).map(({ at }) => at);
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  listings(): readonly Listing[] {
    return [...this.glances.values()].map(listingOf);
  }

  /** Changes an application without a word on the stream. */
  put(glance: Glance): void {
    this.glances.set(printName(glance), glance);
  }

  drop(name: Required<ApplicationName>): void {
    this.glances.delete(printName(name));
  }

  /** Changes an application, and says so on every stream; undefined is a heartbeat. */
  tell(sighting: Sighting | undefined): void {
    if (sighting?.type === 'DELETED') this.drop(sighting.glance);
    else if (sighting !== undefined) this.put(sighting.glance);
    for (const stream of this.#streams) stream(undefined, sighting);
  }

  breakStreams(): void {
    for (const stream of this.#streams) stream(failed('unavailable', 'cut'));
  }

  async list(): Promise<readonly Listing[]> {
    this.#note('list');
    if (this.away !== undefined) throw this.away;
    return this.onList();
  }

  glance(name: ApplicationName): Promise<Glance> {
    this.#note(`glance ${printName(name)}`);
    const found = this.glances.get(printName(name));
    if (this.away !== undefined) return Promise.reject(this.away);
    return found === undefined ? Promise.reject(failed('hidden')) : Promise.resolve(found);
  }

  async *sightings(signal: AbortSignal): AsyncGenerator<Sighting | undefined> {
    this.#note('sightings');
    const refusal = this.away ?? this.streamless;
    if (refusal !== undefined) throw refusal;
    const waiting: (Sighting | undefined)[] = [...this.glances.values()].map((one) =>
      sighting('ADDED', one),
    );
    // The head of the answer counts as nothing, a heartbeat does.
    if (waiting.length === 0) waiting.push(undefined);
    let ring = () => undefined as void;
    let ended: Error | undefined;
    const stream = (end: Error | undefined, one?: Sighting) => {
      if (end === undefined) waiting.push(one);
      else ended = end;
      ring();
    };
    const abort = () => stream(signal.reason as Error);
    this.#streams.add(stream);
    signal.addEventListener('abort', abort, { once: true });
    try {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift();
        if (ended !== undefined) throw ended;
        await new Promise<void>((resolve) => (ring = resolve));
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

export function sighting(
  type: Sighting['type'],
  glance: Glance,
  read: () => Application = () => application(sameOf(glance)),
): Sighting {
  return { type, glance, read: () => Promise.resolve().then(read) };
}

function sameOf({ name, namespace, uid, resourceVersion, project }: Glance): Partial<Application> {
  return { name, namespace, uid, resourceVersion, project };
}
