import { openingLines } from '../../report/opening.ts';
import type { Secret } from '../../secret.ts';
import type { RunOutcome } from '../run.ts';
import { provenBy } from './authority.ts';
import { logLine } from '../../text/foreign-text.ts';
import { endOfResults } from './ending.ts';
import { prove, type Proof } from './proof.ts';
import type { Recorder } from './recorder.ts';
import type { RunContext } from './run-context.ts';
import type { RunDiary } from './run-diary.ts';
import { RunLog } from './run-log.ts';
import type { RunPorts } from './run-ports.ts';

/** Why a run goes no further: nothing was started, and Azure DevOps is told nothing. */
export interface Rejection {
  readonly outcome: RunOutcome;
  readonly message: string;
}

/** How long a proof says how things are, in milliseconds. */
const freshFor = 250;

/** An accepted run on its way to be followed: it proves itself, and finds its place among the tries. */
export class Admission {
  readonly #recorder: Recorder;
  readonly #ports: RunPorts;
  readonly #diary: RunDiary;
  readonly #context: RunContext;

  constructor(recorder: Recorder, ports: RunPorts, diary: RunDiary, context: RunContext) {
    this.#recorder = recorder;
    this.#ports = ports;
    this.#diary = diary;
    this.#context = context;
  }

  /**
   * Resolves with nothing when the run may go on, and that is stored with the first that is told of
   * it. Rejects only with a `Detachment`.
   */
  async admit(token: Secret, signal: AbortSignal): Promise<Rejection | undefined> {
    const proof = await this.#prove(token, signal);
    switch (proof.kind) {
      case 'late':
        return {
          outcome: 'unreported',
          message: 'Azure DevOps could not be reached while its token was valid',
        };
      case 'refused':
        return {
          outcome: 'refused',
          message: logLine(`It did not prove itself: ${proof.reason}`, 500),
        };
      case 'proven':
        this.#context.proven();
        return this.#begin(token, signal);
    }
  }

  async #prove(token: Secret, signal: AbortSignal): Promise<Proof> {
    const { azure, clock, isNamed } = this.#ports;
    const { order, tokenExpiresAt: until, report } = this.#recorder.run;
    const proof = await prove(
      order,
      token,
      { isNamed: isNamed(order), until, signal },
      {
        ...{ azure, clock, patience: this.#context.patience },
        onFailure: (error) => this.#diary.proofFailed(error),
      },
    );
    if (proof.kind === 'proven') {
      const { address, planVersion } = proof;
      this.#recorder.change({
        order: { ...order, address, proven: provenBy(proof, clock.now()) },
        report: { ...report, planVersion },
      });
    }
    return proof;
  }

  async #begin(token: Secret, signal: AbortSignal): Promise<Rejection | undefined> {
    const { tries } = this.#context;
    const provenAt = this.#ports.clock.now();
    const settled = await this.#recorder.insist(() => tries.settle(this.#recorder.run, signal));
    if (settled.kind !== 'duplicate' && this.#ports.clock.now() - provenAt >= freshFor) {
      // It has waited for the try before, whose end may have reached what is its own task by now.
      const proof = await this.#prove(token, signal);
      if (proof.kind !== 'proven') {
        return { outcome: 'duplicate', message: 'The try before has ended the task' };
      }
    }
    const log = new RunLog(this.#recorder, this.#ports.clock);
    const { order } = this.#recorder.run;
    const server = this.#ports.argocd(order, () => this.#recorder.run)?.server ?? order.argocd;
    switch (settled.kind) {
      case 'duplicate':
        return {
          outcome: 'duplicate',
          message: `The task is being worked as run ${settled.of}`,
        };
      case 'repeat': {
        const { change, items } = endOfResults(settled.of.results, order, server);
        log.line('An earlier try of this task did it already, and nothing is asked for again.');
        log.line(change.message ?? '');
        this.#recorder.change({ ...change, attempt: settled.attempt });
        this.#recorder.enqueue({ kind: 'record', update: { state: 'inProgress' } }, ...items);
        break;
      }
      case 'try': {
        const startTime = new Date(this.#ports.clock.now()).toISOString();
        this.#recorder.change({ state: 'following', attempt: settled.attempt });
        this.#recorder.enqueue({ kind: 'record', update: { state: 'inProgress', startTime } });
        log.lines(openingLines(order.request, server));
        this.#recorder.enqueue({ kind: 'started' });
      }
    }
    await this.#recorder.stored();
    this.#diary.begun(this.#recorder.run);
    return undefined;
  }
}
