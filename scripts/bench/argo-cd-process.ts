import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Where the simulated Argo CD listens, and a token for it. */
export interface ServerAddress {
  readonly url: string;
  readonly token: string;
}

export interface PreparedApplication {
  readonly name: string;
  /** How long its PostSync Job runs. */
  readonly seconds: number;
}

/** What the process is told; each order has one answer. */
export type RunSpec =
  | { readonly kind: 'prepare'; readonly applications: readonly PreparedApplication[] }
  /** From now on no stream is answered. */
  | { readonly kind: 'breakStreams' }
  | { readonly kind: 'clear' };

export type Answer =
  | { readonly kind: 'prepared'; readonly revisions: readonly string[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'cleared'; readonly report: ServerReport };

export interface SeenRequest {
  /** Empty where the request is about none, or about several. */
  readonly application: string;
  readonly isStream: boolean;
}

/** What the server has seen since the last report. */
export interface ServerReport {
  readonly requests: readonly SeenRequest[];
  /** When each application's operation was done, on the monotonic clock. */
  readonly finishedAt: Readonly<Record<string, number>>;
  /** Streams open at the same time. */
  readonly mostStreams: number;
}

/**
 * The Argo CD simulator in a process of its own, in real time: what it computes must not delay the
 * one that measures.
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

  /** Makes applications that have never been synced, and returns the revision of each. */
  async prepare(applications: readonly PreparedApplication[]): Promise<readonly string[]> {
    const answer = await this.#ask({ kind: 'prepare', applications });
    return answer.kind === 'prepared' ? answer.revisions : [];
  }

  /** From now on a stream that is opened never says a word, not even its head. */
  async breakStreams(): Promise<void> {
    await this.#ask({ kind: 'breakStreams' });
  }

  /** What was seen since the last time; the applications are removed. */
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
