import type { ServiceAccount, UnknownHook } from './hook-identity.ts';

/** Proves that a token is what it says: by whoever issued it, or by the issuer's keys. */
export interface TokenCheck {
  /** The account whose token it is. Never rejects; it ends by a timeout of its own. */
  accountOf(token: string, audience: string): Promise<ServiceAccount | UnknownHook>;
}

/** The token is not what it says; why not stays between its issuer and the log. */
export const wrongToken: UnknownHook = {
  kind: 'unauthenticated',
  message: "The cluster does not recognize the hook's token.",
};
