import { ArgoCDError } from '../../argocd/argocd-error.ts';
import type { SummaryEvent } from '../../argocd/port.ts';
import type { Clock } from '../../async/clock.ts';
import { inTurns } from '../../async/in-turns.ts';
import { Semaphore } from '../../async/semaphore.ts';
import { printName, type Application, type ApplicationName } from '../../sync/model/application.ts';
import type { ApplicationSummary, Listing } from '../../sync/model/application-summary.ts';
import { isUnderWay, lookOf } from '../../sync/events/look.ts';
import { isOlder } from '../../sync/model/resource-version.ts';
import { markerOf } from '../../sync/model/operation.ts';
import type { EventStore } from '../store/event-store.ts';
import { StoreError } from '../store/store.ts';
import type { AnnotationWatch } from './annotation-watch.ts';
import { ApplicationReader, type ApplicationReference } from './application-reader.ts';
import type { FollowPolicy, Followed } from './follow-policy.ts';
import type { EventRecorder, Look } from './event-recorder.ts';
import type { RulesOfRun, Standing, WatchedArgoCD } from './follow-up-ports.ts';
import { GoneApplications } from './gone-applications.ts';
import { SeenApplications, type SeenApplication } from './seen-applications.ts';

/** What the watch of one Argo CD needs. */
export interface EventWatchPorts {
  readonly argocd: string;
  /** Undefined once it is no longer configured. */
  readonly server: () => WatchedArgoCD | undefined;
  /** Whether there is an instance of that name. */
  readonly isConfigured: (argocd: string) => boolean;
  /** For the current configuration. Resolves once it is known since when everything is followed. */
  readonly policy: () => Promise<FollowPolicy>;
  readonly rulesOfRun: RulesOfRun | undefined;
  readonly recorder: Pick<EventRecorder, 'record' | 'recordDeletion' | 'recordAbsence' | 'forget'>;
  readonly annotations: Pick<AnnotationWatch, 'see' | 'forget' | 'followsHooks'>;
  readonly store: Pick<EventStore, 'eventMemory' | 'eventMemories'>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called with bugs, which an operator should know of. */
  readonly onFault: (error: unknown) => void;
}

/** Looks that are running or queued at most; beyond that, the stream waits. */
const mostLooks = 64;
/** Milliseconds in which the stream may deliver what a list has shown. */
const grace = 5_000;
/** A run's rules apply only to its own operation, however long ago it ended. */
const followedForInput: Followed = { since: 0, followsHooks: true };

/**
 * Watches the applications of one Argo CD for events, even while no run is open. It receives what the
 * informer receives (`heard`, `listed`). The whole application is read only when operation, phase or health
 * have changed: from the message if there is one, otherwise from Argo CD.
 */
export class EventWatch {
  readonly #ports: EventWatchPorts;
  readonly #seen = new SeenApplications();
  readonly #looks = new Semaphore(mostLooks);
  readonly #reader: ApplicationReader;
  readonly #gone: GoneApplications;
  #policy: FollowPolicy | undefined;
  /** Deleted applications are searched for once, when a list has shown which ones exist. */
  #areGoneSought = false;

  constructor(ports: EventWatchPorts) {
    this.#ports = ports;
    const { clock, random, store, recorder, argocd, isConfigured } = ports;
    const read = (wanted: ApplicationReference, signal: AbortSignal) => this.#read(wanted, signal);
    this.#reader = new ApplicationReader({ read, clock, random });
    const want = (wanted: ApplicationReference) => this.#reader.want(wanted);
    this.#gone = new GoneApplications({
      ...{ argocd, store, recorder, seen: this.#seen, want, isConfigured },
    });
  }

  get figures(): { readonly followed: number; readonly unread: number } {
    return { followed: this.#seen.followed, unread: this.#reader.size };
  }

  /** Whether this process has seen the application, and it is followed. */
  follows(application: Pick<Application, 'name' | 'namespace' | 'uid'>): boolean {
    const seen = this.#seen.find(application);
    return seen?.uid === application.uid && seen.isFollowed;
  }

  /** What is known of applications with this name, in any namespace. */
  standing(application: string): readonly Standing[] {
    const { argocd } = this.#ports;
    return this.#seen.named(application).map(({ name, namespace, project, isFollowed }) => ({
      ...{ argocd, project, isFollowed },
      application: printName({ name, namespace }),
    }));
  }

  /** Reads applications until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void> {
    return this.#reader.run(signal);
  }

  /** Requests a read of an application now, whatever is known of it. */
  hint({ name, namespace }: ApplicationName): void {
    const full = { name, namespace: namespace ?? this.#ports.server()?.namespace ?? '' };
    this.#reader.want({ ...full, project: this.#seen.find(full)?.project ?? '' });
  }

  /** Handles a message of the stream. Resolves when the next one may be passed; never rejects. */
  async heard({ type, summary, read }: SummaryEvent): Promise<void> {
    try {
      const policy = await this.#current();
      if (policy === undefined) return;
      if (type === 'DELETED') await this.#hearDeletion(policy, summary, read);
      else await this.#hear(policy, summary, read);
    } catch (error) {
      this.#failed(error, summary);
    }
  }

  /** Handles a list of all applications. `askedAt`: when it was requested. Never rejects. */
  async listed(listings: readonly Listing[], askedAt: number): Promise<void> {
    const policy = await this.#current();
    if (policy === undefined) return;
    for (const wanted of await inTurns(this.#seen.unlike(listings, askedAt))) {
      // One of our runs may have started an operation there. Without an AppProject, nobody can tell.
      const isOpen = policy.takesInputs || wanted.project === '';
      if (isOpen || this.#followedBy(policy, wanted)) this.#reader.want(wanted, grace);
    }
    const server = this.#ports.server();
    if (this.#areGoneSought || server === undefined) return;
    try {
      await this.#gone.seek(listings, server);
      this.#areGoneSought = true;
    } catch (error) {
      if (!(error instanceof StoreError)) this.#ports.onFault(error);
    }
  }

  /** The current policy; undefined while nothing is to be followed, which then costs nothing. */
  async #current(): Promise<FollowPolicy | undefined> {
    const policy = await this.#ports.policy();
    if (policy !== this.#policy) {
      this.#policy = policy;
      if (policy.isEmpty) this.#seen.clear();
      else this.#reconsider(policy);
    }
    return policy.isEmpty ? undefined : policy;
  }

  /** Requests a look at newly followed applications now, so that later changes are seen as changes. */
  #reconsider(policy: FollowPolicy): void {
    for (const seen of this.#seen.all()) {
      if (!seen.isFollowed && this.#followedBy(policy, seen)) this.#reader.want(seen, grace);
    }
  }

  async #hear(
    policy: FollowPolicy,
    summary: ApplicationSummary,
    read: () => Promise<Application>,
  ): Promise<void> {
    const { annotations, argocd, store, recorder, clock } = this.#ports;
    const { uid, last } = summary;
    annotations.see(argocd, summary);
    const seen = this.#seen.find(summary);
    const before = seen?.uid === uid ? seen : undefined;
    if (before !== undefined && isOlder(summary, before)) return;
    // Either a late message of a deleted application, or the first one of its successor: Argo CD knows which.
    if (seen !== undefined && before === undefined && isOlder(summary, seen)) {
      return this.#reader.want(summary);
    }
    // The previous application of that name was deleted unnoticed. For people it still exists, so there is no
    // event.
    if (seen !== undefined && before === undefined)
      await recorder.forget({ argocd, uid: seen.uid });
    const look = lookOf(summary);
    const followed = await this.#followedFor(
      policy,
      { ...summary, look, marker: last?.marker },
      before,
    );
    this.#seen.keep(summary, { look, isFollowed: followed !== undefined, at: clock.now() });
    if (followed === undefined) return;
    const isDetailed =
      isUnderWay(summary) && (followed.followsHooks || annotations.followsHooks({ argocd, uid }));
    const isFirst = before?.isFollowed !== true;
    if (!isDetailed) {
      const known = isFirst ? (await store.eventMemory({ argocd, uid }))?.about?.look : before.look;
      if (known === look) return;
    }
    this.#reader.drop(summary);
    await this.#begin(async () => {
      await this.#record(await read(), { since: followed.since, isFirst });
    }, summary);
  }

  async #hearDeletion(
    policy: FollowPolicy,
    summary: ApplicationSummary,
    read: () => Promise<Application>,
  ): Promise<void> {
    const { argocd, annotations, recorder, server } = this.#ports;
    const { uid, last } = summary;
    annotations.forget({ argocd, uid });
    const seen = this.#seen.find(summary);
    // Another application already has its name. For people it still exists, so there is no event.
    if (seen !== undefined && seen.uid !== uid) return recorder.forget({ argocd, uid });
    const look = lookOf(summary);
    const followed = await this.#followedFor(
      policy,
      { ...summary, look, marker: last?.marker },
      undefined,
    );
    this.#seen.forget(summary);
    this.#reader.drop(summary);
    const current = server();
    if (followed === undefined || current === undefined) return;
    const { since } = followed;
    await this.#begin(async () => {
      await recorder.recordDeletion(await read(), {
        argocd,
        server: current,
        since,
        isFirst: false,
      });
    }, summary);
  }

  /** Starts a look when there is room, without waiting for its end, so that many are stored together. */
  async #begin(look: () => Promise<void>, wanted: ApplicationReference): Promise<void> {
    await new Promise<void>((begun) => {
      const work = () => {
        begun();
        return look();
      };
      this.#looks.run(work).catch((error: unknown) => this.#failed(error, wanted));
    });
  }

  /** Requests another read of what could not be read or stored. The store reports its own faults. */
  #failed(error: unknown, { name, namespace, project }: ApplicationReference): void {
    const isKnown = error instanceof StoreError || error instanceof ArgoCDError;
    if (!isKnown) this.#ports.onFault(error);
    this.#seen.doubt({ name, namespace });
    this.#reader.want({ name, namespace, project }, grace);
  }

  /** Undefined: the application is not followed. */
  async #followedFor(
    policy: FollowPolicy,
    application: ApplicationReference & {
      readonly look: string;
      readonly marker: string | undefined;
    },
    before: SeenApplication | undefined,
  ): Promise<Followed | undefined> {
    const followed = this.#followedBy(policy, application);
    const { clock, rulesOfRun } = this.#ports;
    if (followed !== undefined) {
      // It is followed because it moved to another AppProject: earlier events do not count.
      const hasMoved = before?.isFollowed === false && before.project !== application.project;
      return hasMoved ? { ...followed, since: Math.max(followed.since, clock.now()) } : followed;
    }
    const { look, marker } = application;
    if (marker === undefined || !policy.takesInputs || rulesOfRun === undefined) return undefined;
    if (before !== undefined && before.look === look)
      return before.isFollowed ? followedForInput : undefined;
    return (await rulesOfRun(marker)) === undefined ? undefined : followedForInput;
  }

  #followedBy(
    policy: FollowPolicy,
    { name, namespace, project }: ApplicationReference,
  ): Followed | undefined {
    const { argocd, server } = this.#ports;
    const ownNamespace = server()?.namespace ?? '';
    return policy.of({ name, namespace, project, argocd, ownNamespace });
  }

  async #record(application: Application, look: Pick<Look, 'since' | 'isFirst'>): Promise<void> {
    const { argocd, recorder, server } = this.#ports;
    const current = server();
    if (current === undefined) return;
    await recorder.record(application, { ...look, argocd, server: current });
  }

  async #read(wanted: ApplicationReference, signal: AbortSignal): Promise<'done' | 'again'> {
    try {
      const server = this.#ports.server();
      const policy = await this.#current();
      if (server === undefined || policy === undefined) return 'done';
      return await this.#readFrom(server, wanted, signal);
    } catch (error) {
      if (error instanceof ArgoCDError) {
        // What we may not see is no event. The next list shows whether this has changed.
        return error.failure === 'hidden' || error.failure === 'forbidden' ? 'done' : 'again';
      }
      if (!(error instanceof StoreError) && !signal.aborted) this.#ports.onFault(error);
      this.#seen.doubt(wanted);
      return 'again';
    }
  }

  async #readFrom(
    server: WatchedArgoCD,
    wanted: ApplicationReference,
    signal: AbortSignal,
  ): Promise<'done' | 'again'> {
    const { annotations, argocd, clock } = this.#ports;
    const { name, namespace, project } = wanted;
    const askedAt = clock.now();
    let application: Application;
    try {
      application = await server.argocd.get({ name, namespace, project }, { signal });
    } catch (error) {
      if (!(error instanceof ArgoCDError) || error.failure !== 'not-found') throw error;
      for (const uid of await this.#gone.tell(wanted, server)) annotations.forget({ argocd, uid });
      this.#seen.forget(wanted);
      return 'done';
    }
    const seen = this.#seen.find(application);
    const before = seen?.uid === application.uid ? seen : undefined;
    if (before !== undefined && isOlder(application, before)) return 'done';
    if (seen !== undefined && before === undefined) {
      // Another application of this name was reported during the read, and may be the newer one.
      if (seen.at >= askedAt) return 'again';
      await this.#ports.recorder.forget({ argocd, uid: seen.uid });
    }
    annotations.see(argocd, application);
    const look = lookOf(application);
    const marker = markerOf(application.operationState?.operation);
    // `before` does not count here: its message may have been received but not processed.
    const policy = await this.#ports.policy();
    const followed = await this.#followedFor(policy, { ...application, look, marker }, undefined);
    this.#seen.keep(application, { look, isFollowed: followed !== undefined, at: clock.now() });
    if (followed === undefined) return 'done';
    await this.#record(application, {
      since: followed.since,
      isFirst: before?.isFollowed !== true,
    });
    return 'done';
  }
}
