import type { Secret } from '../../secret.ts';

/** Everything needed to reach one Argo CD, from the service connection and the agent. */
export interface Connection {
  /** `https://host[:port][/root-path]`, without a trailing slash. */
  readonly url: string;
  readonly credential: Credential;
  /** PEM certificates to trust besides Node's own. */
  readonly ca: string | undefined;
  /** Accepts any certificate. Anyone in between can then read the token. */
  readonly skipTlsVerify: boolean;
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  /** URL of the proxy, with its credentials; absent if this host needs none. */
  readonly proxy: Secret | undefined;
  /** Whether it comes from the handler's configuration, not from a service connection; for messages. */
  readonly isConfigured?: boolean | undefined;
}

/** How a connection authenticates: with an Argo CD token, or with a password that opens a session. */
export type Credential =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'password'; readonly username: string; readonly password: Secret };
