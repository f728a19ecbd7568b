import type { AzureError } from '../../../azure/http/azure-error.ts';
import type { Authority } from '../../../follow/authority.ts';
import type { Proven } from '../../run.ts';
import type { RetryBackoff } from '../retry-backoff.ts';
import { prove, type Proof } from './proof.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';
import type { RunPorts, RunToken } from '../run-ports.ts';

/** How long a proof is good enough to act on, in milliseconds. */
const validFor = 30_000;

/** What a run needs to prove itself again, with the token that proved it before. */
export interface AuthorityPorts extends Pick<RunPorts, 'azure' | 'clock' | 'isNamed'> {
  readonly token: RunToken;
  readonly retryBackoff: RetryBackoff;
  readonly onFailure: (error: AzureError) => void;
  /** Aborts when nobody needs an answer any more. */
  readonly signal: AbortSignal;
}

/**
 * A run's right to act, verified again when the last proof is too old: it may have waited for
 * hours, and a cancellation may have been lost. The response of Azure DevOps is stored with the
 * run.
 */
export class RunAuthority implements Authority {
  readonly #unitOfWork: RunUnitOfWork;
  readonly #ports: AuthorityPorts;
  #asking: Promise<string | undefined> | undefined;

  constructor(unitOfWork: RunUnitOfWork, ports: AuthorityPorts) {
    this.#unitOfWork = unitOfWork;
    this.#ports = ports;
  }

  get isProven(): boolean {
    const { proven } = this.#unitOfWork.run.spec;
    // A clock that was set back must not make it good for longer.
    return proven !== undefined && Math.abs(this.#ports.clock.now() - proven.at) <= validFor;
  }

  /** A response is pending. */
  get isAsking(): boolean {
    return this.#asking !== undefined && this.waitsUntil === undefined;
  }

  /** When it retries an unreachable Azure DevOps; undefined while it does not wait for that. */
  get waitsUntil(): number | undefined {
    return this.#ports.retryBackoff.waitsUntil;
  }

  renew(): Promise<string | undefined> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(): Promise<string | undefined> {
    const { token, isNamed, signal } = this.#ports;
    const { spec, tokenExpiresAt: until } = this.#unitOfWork.run;
    const options = { isNamed: isNamed(spec), until, signal };
    const proof = await prove(spec, token, options, this.#ports);
    return this.#take(proof);
  }

  #take(proof: Proof): string | undefined {
    const { spec, report } = this.#unitOfWork.run;
    switch (proof.kind) {
      case 'proven':
        this.#unitOfWork.change({
          spec: { ...spec, proven: provenBy(proof, this.#ports.clock.now()) },
        });
        return undefined;
      case 'refused':
        // The task may be completed: then it must not be completed once more.
        this.#unitOfWork.change({ report: { ...report, isCompleting: true } });
        return proof.reason;
      case 'late':
        return 'it could not be asked while the token of the run was valid';
    }
  }
}

/** What is kept of a proof. */
export function provenBy({ projectName }: Extract<Proof, { kind: 'proven' }>, at: number): Proven {
  return { at, ...(projectName === undefined ? {} : { projectName }) };
}
