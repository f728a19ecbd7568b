import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';

/** What a server in a process of its own can be told to do. */
export type Orders = Readonly<Record<string, (about: never) => unknown>>;

interface Asked {
  readonly id: number;
  readonly kind: string;
  readonly about: unknown;
}

interface Answered {
  readonly id: number;
  readonly answer: unknown;
  /** Why the order could not be carried out. */
  readonly fault?: string;
}

/**
 * The neighbors stand for other machines: where cores are short, the handler and the one that
 * measures come first.
 */
const niceness = 5;

/** A server in a process of its own: what it computes must not delay the one that measures. */
export class ChildServer<O extends Orders> {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, (answered: Answered) => void>();
  #asked = 0;

  /** Runs a module that calls `carryOut`. Resolves when it listens for orders. */
  static async start<O extends Orders>(module: string): Promise<ChildServer<O>> {
    const child = fork(module);
    if (child.pid !== undefined) setPriority(child.pid, niceness);
    await once(child, 'message');
    return new ChildServer(child);
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (answered: Answered) => {
      this.#open.get(answered.id)?.(answered);
      this.#open.delete(answered.id);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with what the order brought; rejects where it could not be carried out. */
  ask<K extends keyof O & string>(
    kind: K,
    about: Parameters<O[K]>[0],
  ): Promise<Awaited<ReturnType<O[K]>>> {
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
    this.#child.disconnect();
  }
}

/** In the process of the server: carries orders out until the other process ends. */
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
