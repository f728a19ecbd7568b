import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';

/** The orders that a server in a separate process can execute. */
export type Orders = Readonly<Record<string, (about: never) => unknown>>;

interface Asked {
  readonly id: number;
  readonly kind: string;
  readonly about: unknown;
}

interface Answered {
  readonly id: number;
  readonly answer: unknown;
  /** Why the order failed. */
  readonly fault?: string;
}

/**
 * The neighbors stand for other machines, so the handler and the measuring process have priority on scarce
 * cores.
 */
const niceness = 5;

/** A server in a separate process, so that its work does not delay the measuring process. */
export class ChildServer<O extends Orders> {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, (answered: Answered) => void>();
  /** Why it executes no more orders. */
  #end: string | undefined;
  #asked = 0;

  /** Runs a module that calls `carryOut`. Resolves when it accepts orders. */
  static async start<O extends Orders>(module: string): Promise<ChildServer<O>> {
    const child = fork(module);
    if (child.pid !== undefined) setPriority(child.pid, niceness);
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${module} ended.`)));
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined);
    return new ChildServer(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (answered: Answered) => {
      this.#open.get(answered.id)?.(answered);
      this.#open.delete(answered.id);
    });
    child.on('exit', (code, signal) => {
      this.#end = `the server's process ended (${signal ?? code})`;
      for (const [id, answer] of this.#open) answer({ id, answer: undefined, fault: this.#end });
      this.#open.clear();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the result of the order; rejects if it failed, or if the process has ended. */
  ask<K extends keyof O & string>(
    kind: K,
    about: Parameters<O[K]>[0],
  ): Promise<Awaited<ReturnType<O[K]>>> {
    if (this.#end !== undefined) return Promise.reject(new Error(`${kind}: ${this.#end}`));
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#open.set(id, ({ answer, fault }) => {
        if (fault === undefined) resolve(answer as Awaited<ReturnType<O[K]>>);
        else reject(new Error(`${kind}: ${fault}`));
      });
      this.#child.send({ id, kind, about } satisfies Asked);
    });
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

/** In the server's process: executes orders until the other process ends. */
export function carryOut(orders: Orders): void {
  process.on('message', ({ id, kind, about }: Asked) => {
    const order = orders[kind] as ((about: unknown) => unknown) | undefined;
    void Promise.resolve(about)
      .then(order)
      .then(
        (answer) => process.send?.({ id, answer } satisfies Answered),
        (error: unknown) =>
          process.send?.({ id, answer: undefined, fault: String(error) } satisfies Answered),
      );
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
