import type { ActionOutcome, StoredAction } from '../../../src/handler/store/event-store.ts';
import { ActionError } from '../../../src/actions/action-target.ts';
import type { Chance } from './chance.ts';
import type { ScheduledTime } from './scheduled-time.ts';

/** How late a request may still arrive after its caller gave up, in milliseconds. */
const latest = 10_000;

/** Azure Pipelines: queues whatever is requested, each time, and may lose requests and responses. */
export class SimulatedPipelines {
  readonly #time: ScheduledTime;
  readonly #chance: Chance;
  readonly #runs = new Map<string, ActionOutcome[]>();
  /** How many requests or responses went wrong. */
  faults = 0;
  /** While true, nothing goes wrong. */
  isCalm = false;

  constructor(time: ScheduledTime, chance: Chance) {
    this.#time = time;
    this.#chance = chance;
  }

  runsOf(key: string): readonly ActionOutcome[] {
    return this.#runs.get(key) ?? [];
  }

  async prepare({ key }: StoredAction): Promise<string> {
    await this.#time.wait(this.#chance.between(1, 400));
    if (this.#fault(['away'] as const)) throw new ActionError('later', 'away');
    return key;
  }

  async send(key: string): Promise<ActionOutcome> {
    await this.#time.wait(this.#chance.between(1, 400));
    const fault = this.#fault(['lost', 'unanswered', 'late', 'throttled', 'away'] as const);
    switch (fault) {
      case undefined:
        return this.#queue(key);
      case 'unanswered':
        this.#queue(key);
        break;
      case 'late':
        this.#time.after(this.#chance.between(1, latest), () => this.#queue(key));
        break;
      case 'throttled':
        throw new ActionError('later', 'throttled', this.#chance.between(0, 60_000));
      case 'away':
        throw new ActionError('later', 'away');
      case 'lost':
    }
    throw new ActionError('unclear', 'no answer');
  }

  async lookUp(key: string): Promise<ActionOutcome | undefined> {
    await this.#time.wait(this.#chance.between(1, 400));
    if (this.#fault(['away'] as const)) throw new ActionError('later', 'away');
    return this.runsOf(key)[0];
  }

  #fault<T>(kinds: readonly [T, ...T[]]): T | undefined {
    if (this.isCalm || !this.#chance.isHit(0.4)) return undefined;
    this.faults += 1;
    return this.#chance.pick(kinds);
  }

  #queue(key: string): ActionOutcome {
    const runs = this.#runs.get(key) ?? [];
    const run = { id: runs.length + 1, name: `argocd-${key}`, page: '' };
    this.#runs.set(key, [...runs, run]);
    return run;
  }
}
