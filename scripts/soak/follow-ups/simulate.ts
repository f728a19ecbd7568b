import { followedNames } from '../../../src/handler/follow-ups/follow-policy.ts';
import { Chance } from './chance.ts';
import { Life } from './life.ts';
import { ScheduledTime } from './scheduled-time.ts';
import { config } from './settings.ts';
import { SimulatedArgoCD } from './simulated-argo-cd.ts';
import { SimulatedAzure, type SimulatedRun } from './simulated-azure.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedHandler } from './simulated-handler.ts';
import { Truth } from './truth.ts';

/** What a simulation found. */
export interface Simulated {
  readonly seed: number;
  /** Counts of crashes, lost requests and answers, doubled and lost messages, and unnecessary looks. */
  readonly points: number;
  /** What should have been queued. */
  readonly expected: number;
  /** One sentence each; empty if all is well. */
  readonly problems: readonly string[];
}

const moments = 60;
/** The longest restart of a process, in milliseconds. */
const longestStart = 20_000;
/** The most that two clocks, or one clock before and after a jump, differ by (`run-search.ts`). */
const mostDifference = 8 * 60_000;
/** Milliseconds before a run without an answer claims its event again. */
const claimTimeout = 20_000;
/** The half minutes within which everything settles, if it ever does. */
const longestRest = 400;

/**
 * Runs the follow-ups of the service against an Argo CD, an Azure Pipelines, a disk and a clock that, by the
 * choices of a seed, do everything that they may do. Then lets everything settle, and compares what was
 * queued with what really happened.
 */
export async function simulate(seed: number): Promise<Simulated> {
  const chance = new Chance(seed);
  const time = new ScheduledTime();
  const world = new World(chance, time);
  for (let moment = 0; moment < moments; moment += 1) {
    world.happen();
    await time.pass(chance.between(0, 6_000));
  }
  await world.rest();
  return { seed, points: world.points, expected: world.expected, problems: world.problems() };
}

class World {
  readonly #chance: Chance;
  readonly #time: ScheduledTime;
  readonly #disk: SimulatedDisk;
  readonly #azure: SimulatedAzure;
  readonly #argocd: SimulatedArgoCD;
  readonly #truth: Truth;
  readonly #bugs: string[] = [];
  #life!: Life;
  #handler: SimulatedHandler | undefined;
  #ahead = 0;
  #points = 0;
  /** Runs that wait for their event. */
  #claiming = 0;
  #isCalm = false;

  constructor(chance: Chance, time: ScheduledTime) {
    this.#chance = chance;
    this.#time = time;
    this.#argocd = new SimulatedArgoCD(time, chance);
    this.#truth = new Truth(this.#argocd.applications);
    this.#azure = new SimulatedAzure(time, chance, (run) => void this.#run(run));
    this.#disk = new SimulatedDisk(({ uid, operation }) => {
      if (operation?.isEnded !== true) return;
      const application = this.#argocd.applications.find((one) => one.uid === uid);
      const known = application?.operationOf(operation);
      if (known !== undefined) known.isEndSeen = true;
    });
    // The rules exist before anything happens, even if the first process dies.
    void this.#disk.followedSince(followedNames(config), time.now);
    this.#begin();
  }

  get points(): number {
    return this.#points + this.#argocd.faults + this.#azure.faults;
  }

  get expected(): number {
    return this.#truth.wanted().length;
  }

  /** Something happens to an application, and perhaps to the handler. */
  happen(): void {
    const application = this.#argocd.move();
    const { name } = application;
    for (let call = this.#chance.between(0, 2); call > 0; call -= 1) {
      this.#points += 1;
      const pause = this.#chance.between(0, 3_000);
      if (this.#chance.isHit(0.3)) this.#time.after(pause, () => this.#handler?.hint(name));
      else this.#time.after(pause, () => void this.#hookOf(name));
    }
    if (this.#chance.isHit(0.05)) this.#life.die();
    if (this.#chance.isHit(0.05)) this.#handler?.reload();
  }

  /** Stops all faults, and lets everything end. */
  async rest(): Promise<void> {
    this.#isCalm = true;
    this.#azure.isCalm = true;
    this.#argocd.isCalm = true;
    // A list is requested every minute, even while a stream reports changes.
    await this.#time.pass(180_000);
    for (const { last } of this.#argocd.applications) {
      if (last?.end !== undefined && this.#isThere(last)) last.isEndSeen = true;
    }
    for (let passed = 0; passed < longestRest && this.#isBusy(); passed += 1) {
      await this.#time.pass(30_000);
    }
    this.#life.die();
  }

  problems(): readonly string[] {
    return [...this.#bugs, ...this.#truth.problems(this.#disk.all, this.#azure)];
  }

  #isThere(last: unknown): boolean {
    return this.#argocd.applications.some((one) => !one.isGone && one.last === last);
  }

  #isBusy(): boolean {
    return (
      this.#claiming > 0 ||
      this.#disk.all.some(({ state }) => state === 'waiting' || state === 'sent')
    );
  }

  #begin(): void {
    const life = new Life({
      chance: this.#chance,
      isCalm: () => this.#isCalm,
      onDeath: () => this.#dead(life),
      onFault: () => (this.#points += 1),
    });
    this.#life = life;
    this.#handler = new SimulatedHandler({
      ...{ life, disk: this.#disk, argocd: this.#argocd, azure: this.#azure },
      clock: this.#time.clock(this.#ahead),
      random: this.#chance.next,
      onBug: (error) => this.#bugs.push(`The handler says: ${describe(error)}`),
    });
    void this.#handler.start();
  }

  #dead(life: Life): void {
    if (life !== this.#life) return;
    this.#points += 1;
    this.#handler = undefined;
    // The machine may restart with another clock.
    if (this.#chance.isHit(0.2))
      this.#ahead = this.#chance.between(-mostDifference, mostDifference);
    if (this.#isCalm) return;
    this.#time.after(this.#chance.between(0, longestStart), () => this.#begin());
  }

  /** The hook of the current operation calls, and repeats its call if it gets no answer. */
  async #hookOf(name: string): Promise<void> {
    const application = this.#argocd.applications.findLast((one) => one.name === name);
    const { last } = application ?? {};
    if (application === undefined || last === undefined || !application.hasHook) return;
    const answer = await this.#answered(this.#handler?.callOfHook(name));
    if (answer?.kind === 'accepted' && application.last === last) last.isHookAccepted = true;
  }

  /** A run starts, and claims its event until it gets an answer. */
  async #run(run: SimulatedRun): Promise<void> {
    this.#claiming += 1;
    await this.#time.wait(this.#chance.between(0, 5_000));
    for (;;) {
      const answer = await this.#answered(this.#handler?.claim(run).catch(() => undefined));
      if (answer?.kind === 'claimed') run.claims += 1;
      // The event is stored before its run is queued, so that it is always known.
      if (answer?.kind === 'unknown') this.#bugs.push(`Run ${run.id} is of no event`);
      if (answer !== undefined) break;
      await this.#time.wait(1_000);
    }
    this.#claiming -= 1;
  }

  /** The answer of a process, if it lives long enough. */
  async #answered<T>(answer: Promise<T> | undefined): Promise<T | undefined> {
    const late = this.#time.wait(claimTimeout).then(() => undefined);
    return await Promise.race([answer, late]);
  }
}

function describe(error: unknown): string {
  const { err } = (error ?? {}) as { readonly err?: unknown };
  const shown = err ?? error;
  return shown instanceof Error ? (shown.stack ?? shown.message) : JSON.stringify(shown);
}
