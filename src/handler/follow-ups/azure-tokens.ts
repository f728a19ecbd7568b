import type { Clock } from '../../async/clock.ts';
import type { Resolve } from '../../azure/http/address-guard.ts';
import { collectionKey } from '../../azure/http/collection.ts';
import type { AzureIdentity } from '../../azure/identity/azure-identity.ts';
import { IdentityError } from '../../azure/identity/identity-error.ts';
import { IdentityTokens } from '../../azure/identity/identity-tokens.ts';
import type { Secret } from '../../secret.ts';
import type { Config } from '../config/config.ts';

/** The part of the configuration that says which identity calls Azure DevOps. */
export type AzureAccess = Pick<Config['azureDevOps'], 'organizations' | 'identity'>;

/** Tokens of the handler's identity, for each organization, as currently configured. */
export class AzureTokens {
  readonly #settings: { readonly clock: Clock; readonly resolve?: Resolve };
  #access: AzureAccess = { organizations: [], identity: undefined };
  #identity = '';
  #entra: IdentityTokens | undefined;

  constructor(settings: { readonly clock: Clock; readonly resolve?: Resolve }) {
    this.#settings = settings;
  }

  /** Applies a changed configuration. An identity that stays the same keeps its token. */
  configure(access: AzureAccess): void {
    this.#access = access;
    const { identity } = access;
    const key = identity === undefined ? '' : keyOf(identity);
    if (key === this.#identity) return;
    this.#identity = key;
    void this.#entra?.close();
    this.#entra =
      identity === undefined || identity.kind === 'pat'
        ? undefined
        : new IdentityTokens(identity, this.#settings);
  }

  /**
   * A token for an organization, by its URL. With `refused`, a token other than that one, which was
   * refused; or the same if there is no other. Rejects with an `IdentityError`.
   */
  async token(organization: string, signal: AbortSignal, refused?: Secret): Promise<Secret> {
    const { organizations, identity } = this.#access;
    const wanted = collectionKey(organization);
    const pat = organizations.find(({ url }) => collectionKey(url) === wanted)?.pat;
    if (pat !== undefined) return pat;
    if (identity?.kind === 'pat') return identity.token;
    if (this.#entra !== undefined) return this.#entra.token(signal, refused);
    const message = 'The handler has no Azure DevOps identity';
    throw new IdentityError(message, 'Set `azureDevOps.identity`.');
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#entra?.close();
  }
}

/** Equal for equal identities, secrets included. Kept in memory only. */
function keyOf(identity: AzureIdentity): string {
  const secret =
    identity.kind === 'clientSecret'
      ? identity.secret.reveal()
      : identity.kind === 'clientCertificate'
        ? identity.certificate.reveal()
        : '';
  return JSON.stringify([identity, secret]);
}
