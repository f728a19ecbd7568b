import { abortable } from '../async/abortable.ts';
import { backoff } from '../async/backoff.ts';
import { CancelScope } from '../async/cancel-scope.ts';
import type { Clock } from '../async/clock.ts';
import { PipelineError } from '../azure/pipelines/pipeline-error.ts';
import type { PipelineRun, Pipelines, RunReference } from '../azure/pipelines/pipelines.ts';

/** What the progress of runs is read with. */
export interface RunProgressOptions {
  readonly pipelines: Pick<Pipelines, 'run'>;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Milliseconds between two looks at a run: more the longer it takes, and while Azure DevOps does not
 * answer. A run seldom ends within seconds, and each look counts against the identity's rate limit.
 */
const pauses = { first: 5_000, most: 30_000 } as const;
/** A run is followed no longer than Azure DevOps keeps one waiting: 30 days are those of an approval. */
const longest = 31 * 24 * 3_600_000;

interface Poll {
  readonly scope: CancelScope;
  readonly listeners: Set<(run: PipelineRun) => void>;
  /** As it was last seen. */
  run: PipelineRun | undefined;
  /** Rejects where it can never be read. */
  readonly ended: Promise<PipelineRun>;
}

/** Follows runs of pipelines, each by one series of looks however many wait for it. */
export class RunProgress {
  readonly #options: RunProgressOptions;
  readonly #polls = new Map<string, Poll>();

  constructor(options: RunProgressOptions) {
    this.#options = options;
  }

  /** How many runs are looked at. */
  get size(): number {
    return this.#polls.size;
  }

  /**
   * Resolves with the run when it has ended. `tell` hears how it is, first and whenever that changes.
   * Rejects with the signal's reason, and with a `PipelineError` where it can never be read: then
   * nobody knows how it ends.
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
      // Nothing of it happens before the poll is known.
      ended: Promise.resolve().then(() => this.#follow(poll, reference)),
    };
    this.#polls.set(key, poll);
    // Whoever waits hears of it; that nobody does any more is no fault.
    poll.ended.catch(() => undefined);
    return poll;
  }

  async #follow(poll: Poll, reference: RunReference): Promise<PipelineRun> {
    const { pipelines, clock, random } = this.#options;
    const { signal } = poll.scope;
    for (let look = 1; ; look += 1) {
      let retryAfter = 0;
      try {
        const run = await pipelines.run(reference, signal);
        if (!isSame(poll.run, run)) for (const listener of [...poll.listeners]) listener(run);
        poll.run = run;
        if (run.state === 'completed') return run;
      } catch (error) {
        // Whatever else it is, it may pass; and nothing is lost by looking again.
        if (error instanceof PipelineError && error.kind === 'refused') throw error;
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
