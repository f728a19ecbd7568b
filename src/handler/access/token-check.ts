import type { ServiceAccount, UnknownHook } from './hook-identity.ts';

/** Verifies a token, by asking its issuer or with the issuer's keys. */
export interface TokenCheck {
  /** The account that the token belongs to. Never rejects, and has its own timeout. */
  accountOf(token: string, audience: string): Promise<ServiceAccount | UnknownHook>;
}

/** The token is not valid. The reason is for the log only. */
export const wrongToken: UnknownHook = {
  kind: 'unauthenticated',
  message: "The cluster does not recognize the hook's token.",
};
