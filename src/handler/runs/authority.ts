import type { AzureError } from '../../azure/azure-error.ts';
import type { Authority } from '../../follow/authority.ts';
import type { Secret } from '../../secret.ts';
import type { Proven } from '../run.ts';
import type { Patience } from './patience.ts';
import { prove, type Proof } from './proof.ts';
import type { Recorder } from './recorder.ts';
import type { RunPorts } from './run-ports.ts';

/** So long, in milliseconds, a proof is good enough to act on. */
const validFor = 30_000;

export interface AuthorityPorts extends Pick<RunPorts, 'azure' | 'clock' | 'isNamed'> {
  readonly token: Secret;
  readonly patience: Patience;
  readonly onFailure: (error: AzureError) => void;
  /** Aborts when nobody needs an answer any more. */
  readonly signal: AbortSignal;
}

/**
 * A run's right to act, proven anew when it was last proven a while ago: it may have waited for hours,
 * and a cancellation may have got lost. What Azure DevOps says is stored with the run.
 */
export class RunAuthority implements Authority {
  readonly #recorder: Recorder;
  readonly #ports: AuthorityPorts;
  #asking: Promise<string | undefined> | undefined;

  constructor(recorder: Recorder, ports: AuthorityPorts) {
    this.#recorder = recorder;
    this.#ports = ports;
  }

  get isProven(): boolean {
    const { proven } = this.#recorder.run.order;
    // A clock that was set back must not make it good for longer.
    return proven !== undefined && Math.abs(this.#ports.clock.now() - proven.at) <= validFor;
  }

  /** An answer is about to come. */
  get isAsking(): boolean {
    return this.#asking !== undefined && this.waitsUntil === undefined;
  }

  /** When it asks an Azure DevOps again that is away; undefined while it does not wait for that. */
  get waitsUntil(): number | undefined {
    return this.#ports.patience.waitsUntil;
  }

  renew(): Promise<string | undefined> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #ask(): Promise<string | undefined> {
    const { token, isNamed, signal } = this.#ports;
    const { order, tokenExpiresAt: until } = this.#recorder.run;
    const options = { isNamed: isNamed(order), until, signal };
    const proof = await prove(order, token, options, this.#ports);
    return this.#take(proof);
  }

  #take(proof: Proof): string | undefined {
    const { order, report } = this.#recorder.run;
    switch (proof.kind) {
      case 'proven':
        this.#recorder.change({
          order: { ...order, proven: provenBy(proof, this.#ports.clock.now()) },
        });
        return undefined;
      case 'refused':
        // The task may be completed: then it must not be completed once more.
        this.#recorder.change({ report: { ...report, isCompleting: true } });
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
