import { timingSafeEqual } from 'node:crypto';
import type { Client } from '../config/config.ts';
import { presentedToken } from './presented-token.ts';
import { tokenHash } from './token-digest.ts';

/** Knows callers by the tokens of their service connections, of which it has only the digests. */
export class Clients {
  readonly #known: readonly { readonly name: string; readonly digest: Buffer }[];

  constructor(clients: readonly Client[]) {
    this.#known = clients.flatMap(({ name, digests }) =>
      digests.map((digest) => ({ name, digest: Buffer.from(digest, 'hex') })),
    );
  }

  /**
   * Name of the client whose token stands in the `Authorization` header. Looks at all clients
   * whichever it is, so that the time of the answer does not tell which.
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
