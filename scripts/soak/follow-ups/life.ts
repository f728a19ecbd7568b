import { StoreError } from '../../../src/handler/store/store.ts';
import type { Chance } from './chance.ts';

/** How often a call of the process ends it: before the call, or after it. */
const deaths = 0.006;
/** How often a call of the store fails. */
const storeFaults = 0.004;

/** What may go wrong, and who counts it. */
export interface LifePorts {
  readonly chance: Chance;
  /** Nothing goes wrong any more. */
  readonly isCalm: () => boolean;
  readonly onDeath: () => void;
  readonly onFault: () => void;
}

/** One process of the handler. Once it is dead, its calls neither take effect nor return. */
export class Life {
  readonly #ports: LifePorts;
  readonly #end = new AbortController();
  /** A call of the store failed, so the process may have missed what happened in the meantime. */
  hasFailedStore = false;

  constructor(ports: LifePorts) {
    this.#ports = ports;
  }

  /** Aborts at its end. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get isDead(): boolean {
    return this.#end.signal.aborted;
  }

  die(): void {
    if (this.isDead) return;
    this.#end.abort(new Error('the process has died'));
    this.#ports.onDeath();
  }

  /** Makes a call, and may die before or after it. */
  async call<T>(effect: () => Promise<T>): Promise<T> {
    this.#perhapsDie();
    if (this.isDead) return never();
    try {
      return await effect();
    } finally {
      this.#perhapsDie();
      if (this.isDead) await never();
    }
  }

  /** The store as this process sees it: the process may die at each call, and each may fail without an effect. */
  store<T extends object>(disk: T): T {
    const called = (call: () => Promise<unknown>) =>
      this.call(() => (this.#isFault() ? Promise.reject(new StoreError('disk full')) : call()));
    return new Proxy(disk, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...about: unknown[]) =>
          called(() => Reflect.apply(value, target, about) as Promise<unknown>);
      },
    });
  }

  #isFault(): boolean {
    const { chance, isCalm, onFault } = this.#ports;
    if (isCalm() || !chance.isHit(storeFaults)) return false;
    this.hasFailedStore = true;
    onFault();
    return true;
  }

  #perhapsDie(): void {
    const { chance, isCalm } = this.#ports;
    if (!this.isDead && !isCalm() && chance.isHit(deaths)) this.die();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
