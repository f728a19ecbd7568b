import { IdentityTokens } from '../../src/azure/identity/identity-tokens.ts';
import { IdentityError } from '../../src/azure/identity/identity-error.ts';
import { Secret } from '../../src/secret.ts';

/** What a process with its own environment is asked to do. */
export type IdentityOrder =
  /**
   * Starts with this identity, like a handler with another configuration; the previous one is
   * closed.
   */
  | { readonly kind: 'configure'; readonly clientId?: string }
  /** Advances the clock by so many milliseconds. */
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'token'; readonly refused?: string };

/** The result. */
export type IdentityReply =
  | { readonly token: string }
  | { readonly message: string; readonly advice: string; readonly stack: string }
  | undefined;

/**
 * Requests tokens of managed identities in another process: MSAL reads the platform from the
 * environment once per process.
 */
let passed = 0;
let tokens: IdentityTokens | undefined;
const clock = { now: () => Date.now() + passed, sleep: () => Promise.resolve() };

process.on('message', (order: IdentityOrder) => {
  void obey(order).then((reply) => process.send?.({ reply }));
});

async function obey(order: IdentityOrder): Promise<IdentityReply> {
  switch (order.kind) {
    case 'configure':
      await tokens?.close();
      tokens = new IdentityTokens({ kind: 'managedIdentity', clientId: order.clientId }, { clock });
      return undefined;
    case 'pass':
      passed += order.ms;
      return undefined;
    case 'token':
      return await token(order.refused);
  }
}

async function token(refused: string | undefined): Promise<IdentityReply> {
  const signal = new AbortController().signal;
  try {
    const given = await tokens?.token(
      signal,
      refused === undefined ? undefined : new Secret(refused),
    );
    return { token: given?.reveal() ?? '' };
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    return { message: error.message, advice: error.advice, stack: error.stack ?? '' };
  }
}
