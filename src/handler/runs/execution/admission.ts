import { atOnce } from '../../../sync/model/at-once.ts';
import { openingLines } from '../../../report/opening.ts';
import type { FollowSpec, RunOutcome } from '../../run.ts';
import { provenBy } from '../verification/authority.ts';
import { logLine } from '../../../text/foreign-text.ts';
import { endOfResults } from './run-ending.ts';
import { prove, type Proof } from '../verification/proof.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import type { Settlement } from '../verification/settlement.ts';
import type { Tries } from '../verification/tries.ts';
import type { RunTelemetry } from '../../telemetry/run-telemetry.ts';
import { OutboxLog } from '../outbox/outbox-log.ts';
import type { RunPorts, RunToken } from '../run-ports.ts';

/** Why a run is rejected: nothing was started, and nothing is reported to Azure DevOps. */
export interface Rejection {
  readonly outcome: RunOutcome;
  readonly message: string;
}

/** What an admission needs from outside. */
export type AdmissionPorts = Pick<RunPorts, 'argocd' | 'azure' | 'clock' | 'denial' | 'isNamed'>;

/** What it needs to know about the run's organization and the other tries of its task. */
export interface AdmissionContext {
  readonly tries: Pick<Tries, 'settle'>;
  readonly retryBackoff: RetryBackoff;
  /** Called when the run is verified. */
  readonly proven: () => void;
}

/** How long a proof is valid, in milliseconds. */
const freshFor = 250;

/** Admits an accepted run: it is verified, and its relation to earlier tries is determined. */
export class Admission {
  readonly #unitOfWork: RunUnitOfWork;
  readonly #ports: AdmissionPorts;
  readonly #telemetry: RunTelemetry;
  readonly #context: AdmissionContext;

  constructor(
    unitOfWork: RunUnitOfWork,
    ports: AdmissionPorts,
    telemetry: RunTelemetry,
    context: AdmissionContext,
  ) {
    this.#unitOfWork = unitOfWork;
    this.#ports = ports;
    this.#telemetry = telemetry;
    this.#context = context;
  }

  /**
   * Resolves with nothing when the run may continue, which is stored together with its first
   * report. Rejects only with a `Detachment`.
   */
  async admit(token: RunToken, signal: AbortSignal): Promise<Rejection | undefined> {
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
          message: logLine(`Run verification failed: ${proof.reason}`, 500),
        };
      case 'proven':
        this.#context.proven();
        return this.#denied() ?? this.#begin(token, signal);
    }
  }

  /**
   * An announced run claims no project, so the rules could not be checked earlier. Whoever may sync an
   * application can write any run into its operation, so a run that the rules do not allow is told nothing.
   */
  #denied(): Rejection | undefined {
    const { spec } = this.#unitOfWork.run;
    const message = spec.announced === undefined ? undefined : this.#ports.denial(spec);
    return message === undefined
      ? undefined
      : { outcome: 'refused', message: logLine(message, 500) };
  }

  async #prove(token: RunToken, signal: AbortSignal): Promise<Proof> {
    const { azure, clock, isNamed } = this.#ports;
    const { spec, tokenExpiresAt: until, report } = this.#unitOfWork.run;
    const proof = await prove(
      spec,
      token,
      { isNamed: isNamed(spec), until, signal },
      {
        ...{ azure, clock, retryBackoff: this.#context.retryBackoff },
        onFailure: (error) => this.#telemetry.proofFailed(error),
      },
    );
    if (proof.kind === 'proven') {
      const { address, planVersion } = proof;
      this.#unitOfWork.change({
        spec: { ...spec, address, proven: provenBy(proof, clock.now()) },
        report: { ...report, planVersion },
      });
    }
    return proof;
  }

  async #begin(token: RunToken, signal: AbortSignal): Promise<Rejection | undefined> {
    const provenAt = this.#ports.clock.now();
    const settled = await this.#settle(signal);
    if (settled.kind !== 'duplicate' && this.#ports.clock.now() - provenAt >= freshFor) {
      // It has waited for the earlier try, whose completion may have reached its own task.
      const proof = await this.#prove(token, signal);
      if (proof.kind !== 'proven') {
        return { outcome: 'duplicate', message: 'The previous attempt has ended the task' };
      }
    }
    const log = new OutboxLog(this.#unitOfWork, this.#ports.clock);
    const { spec } = this.#unitOfWork.run;
    switch (settled.kind) {
      case 'duplicate':
        return {
          outcome: 'duplicate',
          message: `The task is already running as run ${settled.of}`,
        };
      case 'repeat': {
        if (spec.kind === 'claim') {
          // The same run receives the same event again.
          this.#start(log, settled.attempt);
          break;
        }
        const { change, items } = atOnce(
          endOfResults(settled.of.results, spec, this.#serverOf(spec)),
        );
        log.line(
          'An earlier attempt of this task has already done this; nothing is requested again.',
        );
        log.line(change.message ?? '');
        this.#unitOfWork.change({ ...change, attempt: settled.attempt });
        this.#unitOfWork.enqueue({ kind: 'record', update: { state: 'inProgress' } }, ...items);
        break;
      }
      case 'try':
        this.#start(log, settled.attempt);
    }
    await this.#unitOfWork.stored();
    this.#telemetry.begun(this.#unitOfWork.run);
    return undefined;
  }

  #start(log: OutboxLog, attempt: number): void {
    const { spec } = this.#unitOfWork.run;
    const startTime = new Date(this.#ports.clock.now()).toISOString();
    this.#unitOfWork.change({ state: 'following', attempt });
    this.#unitOfWork.enqueue({ kind: 'record', update: { state: 'inProgress', startTime } });
    if (spec.kind !== 'claim') log.lines(openingLines(spec.request, this.#serverOf(spec)));
    this.#unitOfWork.enqueue({ kind: 'started' });
  }

  #serverOf(spec: FollowSpec): string {
    return this.#ports.argocd(spec, () => this.#unitOfWork.run)?.server ?? spec.argocd;
  }

  /** What an announced run follows has started, however an earlier try ended. */
  async #settle(signal: AbortSignal): Promise<Settlement> {
    const { tries } = this.#context;
    const { run } = this.#unitOfWork;
    const settled = await this.#unitOfWork.insist(() => tries.settle(run, signal));
    if (settled.kind !== 'repeat' || run.spec.announced === undefined) return settled;
    return { kind: 'try', attempt: settled.attempt };
  }
}
