import { applicationNames } from './applications.ts';
import type { Completion } from './azure-server.ts';
import { assertAcknowledged, sendSteadily, syncRequest } from './requests.ts';
import type { Stage } from './stage.ts';
import { reached } from './waiting.ts';

/** Requests per second that create the runs that are not measured themselves. */
const perSecond = 250;
/**
 * Milliseconds, so that a bench ends on a busy machine, too. Ten thousand operations start within 92 s on a
 * quiet one; the neighbors have low priority, and get little time beside other work.
 */
const startWithin = 600_000;
const endWithin = 120_000;

/** Runs whose operations run until they are ended on request. */
export class PendingRuns {
  readonly #stage: Stage;
  /** The plan of each application's run. */
  readonly #plans: ReadonlyMap<string, string>;
  readonly #finishedAt = new Map<string, number>();
  readonly #left: string[];
  readonly #report: (line: string) => void;

  /** Resolves when all of their operations run. */
  static async start(
    stage: Stage,
    url: string,
    count: number,
    report: (line: string) => void = console.error,
  ): Promise<PendingRuns> {
    const { azure, argocd, collection } = stage;
    const names = applicationNames(count);
    await argocd.ask('add', { names, isSynced: false });
    const jobs = await azure.ask('addJobs', count);
    const requests = jobs.map((job, index) =>
      syncRequest(job, collection, { action: 'sync', applications: names[index] ?? '' }),
    );
    assertAcknowledged(await sendSteadily(url, requests, perSecond));
    const within = startWithin;
    const running = () => argocd.ask('running', undefined);
    await reached('operations run', count, running, { within, report });
    const plans = new Map(jobs.map((job, at) => [names[at] ?? '', job.planId]));
    return new PendingRuns(stage, plans, report);
  }

  private constructor(
    stage: Stage,
    plans: ReadonlyMap<string, string>,
    report: (line: string) => void,
  ) {
    this.#stage = stage;
    this.#report = report;
    this.#plans = plans;
    this.#left = [...plans.keys()];
  }

  /** Ends the operations of so many runs, alternating between the oldest and the newest. */
  async finish(count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, index) =>
      index % 2 === 0 ? this.#left.shift() : this.#left.pop(),
    ).filter((name) => name !== undefined);
    const at = await this.#stage.argocd.ask('finish', names);
    for (const name of names) this.#finishedAt.set(this.#plans.get(name) ?? '', at);
  }

  /**
   * Resolves when Azure DevOps has received the end of every finished run, with the milliseconds since the
   * end of each operation. Throws if one did not succeed.
   */
  async delays(): Promise<readonly number[]> {
    const { azure } = this.#stage;
    const wanted = this.#finishedAt.size;
    const told = async () => (await azure.ask('count', undefined)).completions;
    const limits = { within: endWithin, report: this.#report };
    await reached('ends are reported', wanted, told, limits);
    const completions = await azure.ask('takeCompletions', undefined);
    const delays = completions.map((completion) => this.#delayOf(completion));
    this.#finishedAt.clear();
    return delays;
  }

  #delayOf({ planId, result, at }: Completion): number {
    const finishedAt = this.#finishedAt.get(planId);
    if (finishedAt === undefined || result !== 'succeeded') {
      throw new Error(`A run ended as ${result} that should have succeeded, or not have ended.`);
    }
    return at - finishedAt;
  }
}
