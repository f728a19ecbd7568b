import { timingSafeEqual } from 'node:crypto';
import type { Client } from '../config/config.ts';
import { presentedToken } from './presented-token.ts';
import { tokenHash } from './token-digest.ts';

/** Identifies callers by the tokens of their service connections, of which it has only digests. */
export class Clients {
  readonly #known: readonly { readonly name: string; readonly digest: Buffer }[];

  constructor(clients: readonly Client[]) {
    this.#known = clients.flatMap(({ name, digests }) =>
      digests.map((digest) => ({ name, digest: Buffer.from(digest, 'hex') })),
    );
  }

  /**
   * The name of the client whose token is in the `Authorization` header. Compares with all clients, so that
   * the response time does not reveal which one matched.
   */
  identify(authorization: string | undefined): string | undefined {
    const token = presentedToken(authorization);
    if (token === undefined) return undefined;
    const digest = tokenHash(token);
    let found: string | undefined;
    for (const known of this.#known) {
      if (timingSafeEqual(known.digest, digest)) found = known.name;
    }
    return found;
  }
}
