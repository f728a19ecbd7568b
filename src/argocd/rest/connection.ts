import type { Secret } from '../../secret.ts';

/** Everything that is needed to reach one Argo CD, as the service connection and the agent give it. */
export interface Connection {
  /** `https://host[:port][/root-path]`, with no slash at the end. */
  readonly url: string;
  readonly credential: Credential;
  /** PEM certificates that are trusted besides Node's own. */
  readonly ca: string | undefined;
  /** Accepts any certificate: anyone in between can read the token. */
  readonly skipTlsVerify: boolean;
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  /** URL of the proxy, with its credentials; absent where none is to be used for this host. */
  readonly proxy: Secret | undefined;
  /** Of the handler's configuration, and not of a service connection: for what people are told. */
  readonly isConfigured?: boolean | undefined;
}

/**
 * How a connection authenticates: with a token of Argo CD, or with a password that opens a session.
 */
export type Credential =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'password'; readonly username: string; readonly password: Secret };
