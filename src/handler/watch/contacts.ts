import { digestOfText } from '../../text/digest.ts';
import type { Clock } from '../../async/clock.ts';
import type { ArgoCDInstance } from '../config/config.ts';
import type { Store } from '../store/store.ts';

/** Stores which Argo CD instances have responded. */
export interface ContactsPorts {
  readonly store: Pick<Store, 'contacts' | 'addContact'>;
  readonly clock: Clock;
  /** Called when a contact could not be stored, so that the next process will not know it. */
  readonly onFault: (error: unknown) => void;
}

/**
 * The Argo CD instances that have responded to this handler, in any of its processes: a failure
 * after that is an outage, not a wrong address.
 */
export class Contacts {
  readonly #ports: ContactsPorts;
  readonly #made = new Set<string>();

  constructor(ports: ContactsPorts) {
    this.#ports = ports;
  }

  /** Reads what earlier processes stored. */
  async recall(): Promise<void> {
    for (const address of await this.#ports.store.contacts()) this.#made.add(address);
  }

  has(instance: ArgoCDInstance): boolean {
    return this.#made.has(digestOf(instance));
  }

  /** Records that an instance has answered with this configuration. */
  make(instance: ArgoCDInstance): void {
    const { store, clock, onFault } = this.#ports;
    const address = digestOf(instance);
    this.#made.add(address);
    store.addContact(address, clock.now()).catch(onFault);
  }
}

/** Identifies how an instance is reached: with another certificate, for example, it may not be. */
function digestOf({ url, ca, skipTlsVerify }: ArgoCDInstance): string {
  return digestOfText(JSON.stringify([url, ca ?? '', skipTlsVerify]));
}
