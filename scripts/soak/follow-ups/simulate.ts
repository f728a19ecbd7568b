import { ActionWorker } from '../../../src/actions/action-worker.ts';
import type { ActionTarget } from '../../../src/actions/action-target.ts';
import type { StoredAction } from '../../../src/handler/store/event-store.ts';
import type { ApplicationEvent } from '../../../src/sync/events/application-event.ts';
import { deriveEvents } from '../../../src/sync/events/derive-events.ts';
import { Chance } from './chance.ts';
import { ScheduledTime } from './scheduled-time.ts';
import { SimulatedApplication, type TrueOperation } from './simulated-application.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedPipelines } from './simulated-pipelines.ts';

/** The result of a simulation. */
export interface Simulated {
  readonly seed: number;
  /** Crashes, lost requests and responses, repeated and missed looks. */
  readonly points: number;
  /** What should have been queued. */
  readonly expected: number;
  /** What went wrong, a sentence each. */
  readonly problems: readonly string[];
}

const applications = 3;
const moments = 60;
/** Rules, and the places where they queue; two of them name the same pipeline. */
const rules = [
  { name: 'deployed', kind: 'succeeded' },
  { name: 'deployed-too', kind: 'succeeded' },
  { name: 'rollback', kind: 'failed' },
  { name: 'smoke', kind: 'hookEnded' },
] as const;

/**
 * Runs the event rules and the action worker against an Argo CD, an Azure Pipelines, a disk and a clock that
 * do everything that they may do, by the choices of a seed. Then lets everything come to rest and compares
 * what was queued with what really happened.
 */
export async function simulate(seed: number): Promise<Simulated> {
  const chance = new Chance(seed);
  const time = new ScheduledTime();
  const world = new World(chance, time);
  for (let moment = 0; moment < moments; moment += 1) {
    world.happen();
    await time.pass(chance.between(0, 5_000));
  }
  await world.rest();
  return { seed, points: world.points, expected: world.expected, problems: world.problems() };
}

/** One life of the handler's process. Once dead, nothing it does has an effect or ever returns. */
class Life {
  isDead = false;
  readonly #chance: Chance;
  readonly #world: World;

  constructor(world: World, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
  }

  /** Makes a call, and dies before it, after it, or not at all. */
  async call<T>(effect: () => Promise<T>): Promise<T> {
    this.#perhapsDie();
    if (this.isDead) return never();
    const value = await effect();
    this.#perhapsDie();
    return this.isDead ? never() : value;
  }

  #perhapsDie(): void {
    if (!this.isDead && !this.#world.isCalm && this.#chance.isHit(0.03)) this.#world.crash(this);
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

class World {
  readonly #chance: Chance;
  readonly #time: ScheduledTime;
  readonly #disk = new SimulatedDisk();
  readonly #pipelines: SimulatedPipelines;
  readonly #applications: readonly SimulatedApplication[];
  readonly #since: number;
  #life!: Life;
  #worker!: ActionWorker;
  #stop!: AbortController;
  #ahead = 0;
  #crashes = 0;
  #looks = 0;
  isCalm = false;

  constructor(chance: Chance, time: ScheduledTime) {
    this.#chance = chance;
    this.#time = time;
    this.#since = time.now;
    this.#pipelines = new SimulatedPipelines(time, chance);
    this.#applications = Array.from(
      { length: applications },
      (_, place) => new SimulatedApplication(`uid-${place}`, chance),
    );
    this.#begin();
  }

  get points(): number {
    return this.#crashes + this.#looks + this.#pipelines.faults;
  }

  get expected(): number {
    return this.#wanted().length;
  }

  /** Something happens to an application; the handler looks immediately, twice, later, or not at all. */
  happen(): void {
    const application = this.#chance.pick(this.#applications as [SimulatedApplication]);
    application.move(this.#time.now);
    const looks = this.#chance.pick([0, 0, 1, 1, 2]);
    for (let look = 0; look < looks; look += 1) {
      this.#looks += 1;
      this.#time.after(this.#chance.between(0, 3_000), () => void this.#look(application));
    }
    if (this.#chance.isHit(0.05)) this.crash(this.#life);
  }

  /** Nothing fails anymore, and everything is looked at. */
  async rest(): Promise<void> {
    this.isCalm = true;
    this.#pipelines.isCalm = true;
    for (const application of this.#applications) await this.#look(application);
    for (let hours = 0; hours < 100 && this.#isOpen(); hours += 1) await this.#time.pass(3_600_000);
    this.#stop.abort();
  }

  crash(life: Life): void {
    if (life.isDead) return;
    this.#crashes += 1;
    life.isDead = true;
    this.#stop.abort();
    // The machine may come back with another clock.
    if (this.#chance.isHit(0.2)) this.#ahead = this.#chance.between(-3_600_000, 3_600_000);
    this.#begin();
  }

  problems(): readonly string[] {
    const queued = new Map<string, number>();
    for (const { key } of this.#disk.actions) {
      const what = followUpOf(key);
      queued.set(what, (queued.get(what) ?? 0) + this.#pipelines.runsOf(key).length);
    }
    const lost = this.#wanted().filter((what) => !queued.get(what));
    const possible = new Set(this.#possible());
    return [
      ...lost.map((what) => `${what} was lost`),
      ...[...queued].flatMap(([what, times]) => [
        ...(times > 1 ? [`${what} was queued ${times} times`] : []),
        ...(times > 0 && !possible.has(what) ? [`${what} never happened`] : []),
      ]),
    ];
  }

  #begin(): void {
    const life = new Life(this, this.#chance);
    const disk = this.#disk;
    const stop = new AbortController();
    const target: ActionTarget = {
      prepare: (action) => life.call(() => this.#pipelines.prepare(action)),
      send: (request) => life.call(() => this.#pipelines.send(request)),
      lookUp: (request) => life.call(() => this.#pipelines.lookUp(request)),
    };
    this.#life = life;
    this.#stop = stop;
    this.#worker = new ActionWorker({
      store: {
        dueActions: (now, limit) => life.call(() => disk.dueActions(now, limit)),
        nextDueAt: () => life.call(() => disk.nextDueAt()),
        changeAction: (key, change) => life.call(() => disk.changeAction(key, change)),
      },
      target,
      clock: this.#time.clock(this.#ahead),
      random: this.#chance.next,
      onFault: (error) => {
        throw error;
      },
    });
    void this.#worker.run(stop.signal);
  }

  /** A look like the handler's: derive, match, store in one step, wake the worker. */
  async #look(application: SimulatedApplication): Promise<void> {
    const life = this.#life;
    const worker = this.#worker;
    const now = this.#time.now + this.#ahead;
    // What the look shows counts as seen only if it is stored.
    const known = await life.call(() => this.#disk.eventMemory(application.uid));
    const { last } = application;
    const isEnded = last?.end !== undefined;
    const { events, memory } = deriveEvents(known, application.look(), this.#since);
    const actions = events.flatMap((event) => actionsOf(event, now));
    await life.call(() => {
      if (last !== undefined) {
        last.isBegunSeen = true;
        last.isEndSeen ||= isEnded;
      }
      return this.#disk.recordEvents({ memory, actions });
    });
    worker.wake();
  }

  #isOpen(): boolean {
    return this.#disk.actions.some(({ state }) => state === 'waiting' || state === 'sent');
  }

  /** What must have been queued: each success, and each failure whose end was seen. */
  #wanted(): readonly string[] {
    return this.#followUps(({ end, isEndSeen }) => end === 'Succeeded' || isEndSeen);
  }

  /** What may have been queued. */
  #possible(): readonly string[] {
    return [
      ...this.#followUps(({ end }) => end !== undefined),
      ...this.#applications.flatMap(({ uid, operations }) =>
        operations.map(({ number }) => `${uid}/${number}/smoke`),
      ),
    ];
  }

  #followUps(isMeant: (operation: TrueOperation) => boolean): readonly string[] {
    return this.#applications.flatMap(({ uid, operations }) =>
      operations
        .filter(isMeant)
        .flatMap(({ number, end }) =>
          rules
            .filter(({ kind }) => kind === (end === 'Succeeded' ? 'succeeded' : 'failed'))
            .map(({ name }) => `${uid}/${number}/${name}`),
        ),
    );
  }
}

/** What an action is for, `uid-1/7/smoke`: the same however an operation was seen. */
function followUpOf(key: string): string {
  const [uid, number, rule] =
    /^([^/]+)\/\d+\/(?:run-|history\/)(\d+)\/.*\|(.*)$/.exec(key)?.slice(1) ?? [];
  return `${uid}/${number}/${rule}`;
}

function actionsOf(event: ApplicationEvent, now: number): readonly StoredAction[] {
  const { uid } = event.application;
  return rules
    .filter(({ kind }) => kind === event.kind)
    .map(({ name }) => ({
      key: `${event.id}|${name}`,
      uid,
      rule: name,
      createdAt: now,
      expiresAt: now + 72 * 3_600_000,
      state: 'waiting',
      dueAt: now,
      tries: 0,
      sentAt: undefined,
      looks: 0,
      body: event.id,
      request: undefined,
      outcome: undefined,
      message: '',
    }));
}
