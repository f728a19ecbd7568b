import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The URL of the simulated Argo CD, and a token for it. */
export interface ServerAddress {
  readonly url: string;
  readonly token: string;
}

export interface PreparedApplication {
  readonly name: string;
  /** How long its PostSync Job runs. */
  readonly seconds: number;
}

/** An order to the process; each has one answer. */
export type RunSpec =
  | { readonly kind: 'prepare'; readonly applications: readonly PreparedApplication[] }
  /** From now on, streams get no response. */
  | { readonly kind: 'breakStreams' }
  | { readonly kind: 'clear' };

export type Answer =
  | { readonly kind: 'prepared'; readonly revisions: readonly string[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'cleared'; readonly report: ServerReport };

export interface SeenRequest {
  /** Empty if the request is about no application, or several. */
  readonly application: string;
  readonly isStream: boolean;
}

/** What the server has seen since the last report. */
export interface ServerReport {
  readonly requests: readonly SeenRequest[];
  /** When each application's operation finished, on the monotonic clock. */
  readonly finishedAt: Readonly<Record<string, number>>;
  /** Streams open at the same time. */
  readonly mostStreams: number;
}

/**
 * The Argo CD simulator in a separate process, in real time, so that its work does not delay the measuring
 * process.
 */
export class ArgoCDProcess {
  readonly #child: ChildProcess;
  readonly address: ServerAddress;

  static async start(): Promise<ArgoCDProcess> {
    const child = fork(join(import.meta.dirname, 'argo-cd-server.ts'));
    const [address] = (await once(child, 'message')) as [ServerAddress];
    return new ArgoCDProcess(child, address);
  }

  private constructor(child: ChildProcess, address: ServerAddress) {
    this.#child = child;
    this.address = address;
  }

  /** Creates applications that were never synced. Returns the revision of each. */
  async prepare(applications: readonly PreparedApplication[]): Promise<readonly string[]> {
    const answer = await this.#ask({ kind: 'prepare', applications });
    return answer.kind === 'prepared' ? answer.revisions : [];
  }

  /** From now on, new streams stay silent, without even a header. */
  async breakStreams(): Promise<void> {
    await this.#ask({ kind: 'breakStreams' });
  }

  /** What was seen since the last call. The applications are removed. */
  async clear(): Promise<ServerReport> {
    const answer = await this.#ask({ kind: 'clear' });
    if (answer.kind !== 'cleared') throw new Error(`An answer of the wrong kind: ${answer.kind}.`);
    return answer.report;
  }

  stop(): void {
    this.#child.disconnect();
  }

  async #ask(order: RunSpec): Promise<Answer> {
    this.#child.send(order);
    const [answer] = (await once(this.#child, 'message')) as [Answer];
    return answer;
  }
}
