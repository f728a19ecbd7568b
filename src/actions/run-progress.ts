import { abortable } from '../async/abortable.ts';
import { backoff } from '../async/backoff.ts';
import { CancelScope } from '../async/cancel-scope.ts';
import type { Clock } from '../async/clock.ts';
import { PipelineError } from '../azure/pipelines/pipeline-error.ts';
import type { PipelineRun, Pipelines, RunReference } from '../azure/pipelines/pipelines.ts';

/** The options for reading the progress of runs. */
export interface RunProgressOptions {
  readonly pipelines: Pick<Pipelines, 'run'>;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Milliseconds between polls of a run: longer the longer it takes, and while Azure DevOps does not
 * answer. Runs rarely end within seconds, and each poll counts against the identity's rate limit.
 */
const pauses = { first: 5_000, most: 30_000 } as const;
/**
 * How long refusals must last to count as final, because a sign-in page may be transient; milliseconds.
 */
const doubt = 60_000;
/** Runs are followed no longer than Azure DevOps keeps them waiting: an approval may take 30 days. */
const longest = 31 * 24 * 3_600_000;

interface Poll {
  readonly scope: CancelScope;
  readonly listeners: Set<(run: PipelineRun) => void>;
  /** The run as last seen. */
  run: PipelineRun | undefined;
  /** Rejects if it can never be read. */
  readonly ended: Promise<PipelineRun>;
}

/** Follows runs of pipelines, with one poll per run however many callers wait for it. */
export class RunProgress {
  readonly #options: RunProgressOptions;
  readonly #polls = new Map<string, Poll>();

  constructor(options: RunProgressOptions) {
    this.#options = options;
  }

  /** How many runs are polled. */
  get size(): number {
    return this.#polls.size;
  }

  /**
   * Resolves with the run when it has ended. Calls `tell` with its first state and on every change.
   * Rejects with the signal's reason, or with a `PipelineError` if the run can never be read, so that
   * its result stays unknown.
   */
  async watchRun(
    reference: RunReference,
    signal: AbortSignal,
    tell: (run: PipelineRun) => void = () => undefined,
  ): Promise<PipelineRun> {
    signal.throwIfAborted();
    const key = keyOf(reference);
    const poll = this.#polls.get(key) ?? this.#begin(key, reference);
    const listener = (run: PipelineRun) => tell(run);
    poll.listeners.add(listener);
    if (poll.run !== undefined) tell(poll.run);
    try {
      return await abortable(poll.ended, signal);
    } finally {
      poll.listeners.delete(listener);
      if (poll.listeners.size === 0) {
        poll.scope.end();
        if (this.#polls.get(key) === poll) this.#polls.delete(key);
      }
    }
  }

  #begin(key: string, reference: RunReference): Poll {
    const { clock } = this.#options;
    const scope = new CancelScope(clock, { at: clock.now() + longest });
    const poll: Poll = {
      scope,
      listeners: new Set(),
      run: undefined,
      // Starts only after the poll is registered.
      ended: Promise.resolve().then(() => this.#follow(poll, reference)),
    };
    this.#polls.set(key, poll);
    // Waiting callers receive the error; without any, it does not matter.
    poll.ended.catch(() => undefined);
    return poll;
  }

  async #follow(poll: Poll, reference: RunReference): Promise<PipelineRun> {
    const { pipelines, clock, random } = this.#options;
    const { signal } = poll.scope;
    let refusedSince: number | undefined;
    for (let look = 1; ; look += 1) {
      let retryAfter = 0;
      try {
        const run = await pipelines.run(reference, signal);
        if (!isSame(poll.run, run)) for (const listener of [...poll.listeners]) listener(run);
        poll.run = run;
        refusedSince = undefined;
        if (run.state === 'completed') return run;
      } catch (error) {
        const isRefused = error instanceof PipelineError && error.kind === 'refused';
        // Other failures may be transient, and polling again is harmless.
        refusedSince = isRefused ? (refusedSince ?? clock.now()) : undefined;
        if (refusedSince !== undefined && clock.now() - refusedSince >= doubt) throw error;
        retryAfter = error instanceof PipelineError ? (error.retryAfter ?? 0) : 0;
      }
      signal.throwIfAborted();
      await clock.sleep(Math.max(retryAfter, backoff(look, pauses, random)), signal);
      signal.throwIfAborted();
    }
  }
}

function keyOf({ organization, project, kind, id, stage = '' }: RunReference): string {
  return JSON.stringify([organization, project, kind, id, stage]);
}

function isSame(one: PipelineRun | undefined, other: PipelineRun): boolean {
  return one?.state === other.state && one.result === other.result && one.name === other.name;
}
