import { UserError } from '../../user-error.ts';
import { allOpenRuns } from '../store/open-runs.ts';
import type { Store } from '../store/store.ts';
import type { TokenCipher } from './token-cipher.ts';

/**
 * Refuses to start while open runs need an encryption key that is no longer configured. Without it, they
 * could never report their end, and their tokens would be given up for nothing.
 */
export async function refuseLostKeys(
  store: Pick<Store, 'openRuns' | 'token'>,
  cipher: TokenCipher,
): Promise<void> {
  let lost = 0;
  for await (const { id } of allOpenRuns(store)) {
    const token = await store.token(id);
    if (token !== undefined && !cipher.canOpen(token.sealed)) lost += 1;
  }
  if (lost === 0) return;
  throw new UserError(
    `${lost} open run${lost === 1 ? '' : 's'} in the store need${lost === 1 ? 's' : ''} an encryption key that is no longer configured`,
    'Restore the old key after the new one (encryptionKeys, or the key file beside the database) until they have ended.',
  );
}
