import type { SimulatedClock } from '../argo-cd/clock.ts';
import type { Job } from './job.ts';
import { afterLong, pause } from './pause.ts';
import type { TaskExecution, TaskOutcome } from './task-execution.ts';

/** One gate of a classic release; all times are simulated. */
export interface Gate {
  readonly name: string;
  readonly execution: TaskExecution;
}

/** Minutes, as in `ReleaseDefinitionGatesOptions` (azure-devops.md §1.8). */
export interface GatesOptions {
  /** Before the first sample; default: 5. */
  readonly stabilizationTime?: number;
  /** Default: 15. */
  readonly samplingInterval?: number;
  /** How long all gates must have passed; default: 0. */
  readonly minimumSuccessDuration?: number;
  /** Default: 1,440. */
  readonly timeout?: number;
}

/** The responses of all gates at one time. */
export interface GateSample {
  /** Simulated milliseconds since the epoch. */
  readonly at: number;
  readonly outcomes: Readonly<Record<string, TaskOutcome>>;
}

const minute = 60_000;

/** The evaluation of a release's gates: all are sampled together until all have passed. */
export class GateEvaluation {
  readonly job: Job;
  readonly gates: readonly Gate[];
  readonly samples: GateSample[] = [];
  readonly done: Promise<'succeeded' | 'failed' | 'canceled'>;
  readonly #clock: SimulatedClock;
  readonly #stop = new AbortController();

  constructor(job: Job, gates: readonly Gate[], clock: SimulatedClock, options: GatesOptions = {}) {
    this.job = job;
    this.gates = gates;
    this.#clock = clock;
    this.done = this.#run(options);
  }

  get executions(): readonly TaskExecution[] {
    return this.gates.map((gate) => gate.execution);
  }

  cancel(): void {
    this.#stop.abort('cancel');
  }

  async #run(options: GatesOptions): Promise<'succeeded' | 'failed' | 'canceled'> {
    const { stabilizationTime = 5, samplingInterval = 15, timeout = 1440 } = options;
    const { minimumSuccessDuration = 0 } = options;
    const stopTimer = afterLong(this.#clock, timeout * minute, () => this.#stop.abort('timeout'));
    await pause(this.#clock, stabilizationTime * minute, this.#stop.signal);
    let passingSince: number | undefined;
    let result: 'succeeded' | 'failed' | 'canceled' | undefined;
    while (!this.#stop.signal.aborted) {
      const { at, outcomes } = await this.#sample();
      const passed = Object.values(outcomes).every((one) => one.result === 'succeeded');
      passingSince = passed ? (passingSince ?? at) : undefined;
      if (passingSince !== undefined && at - passingSince >= minimumSuccessDuration * minute) {
        result = 'succeeded';
        break;
      }
      await pause(this.#clock, at + samplingInterval * minute - this.#clock.now, this.#stop.signal);
    }
    stopTimer();
    result ??= this.#stop.signal.reason === 'cancel' ? 'canceled' : 'failed';
    this.job.plan.finish(result);
    return result;
  }

  async #sample(): Promise<GateSample> {
    const { plan } = this.job;
    const at = this.#clock.now;
    const entries = await Promise.all(
      this.gates.map(async ({ name, execution }) => {
        plan.restart(execution.taskInstanceId);
        const outcome = await execution.execute(this.#stop.signal);
        return [name, outcome] as const;
      }),
    );
    const sample = { at, outcomes: Object.fromEntries(entries) };
    this.samples.push(sample);
    plan.update(
      this.gates.map(({ name, execution }) => ({
        id: execution.taskInstanceId,
        state: 'completed',
        result: sample.outcomes[name]?.result ?? 'failed',
        finishTime: plan.time(),
      })),
    );
    return sample;
  }
}
