import assert from 'node:assert/strict';
import { refuseLostKeys } from '../../../src/handler/secrets/lost-keys.ts';
import type { Store } from '../../../src/handler/store/store.ts';
import { TokenCipher } from '../../../src/handler/secrets/token-cipher.ts';
import { Secret } from '../../../src/secret.ts';

describe('refuseLostKeys', () => {
  const [old, current] = ['11', '22'].map((digits) => new Secret(digits.repeat(32)));
  assert.ok(old && current);

  /** A store whose open runs have tokens that were sealed with the old key. */
  const storeOf = (...ids: readonly string[]) => {
    const cipher = new TokenCipher([old]);
    const store: Pick<Store, 'openRuns' | 'token'> = {
      openRuns: () => Promise.resolve(ids.map((id) => ({ id }) as never)),
      token: (id) => Promise.resolve({ sealed: cipher.seal(new Secret('token'), id), digest: '' }),
    };
    return store;
  };

  it('lets a handler start that has every key that open runs need', async () => {
    await refuseLostKeys(storeOf('a', 'b'), new TokenCipher([current, old]));
    await refuseLostKeys(storeOf(), new TokenCipher([current]));
  });

  it('refuses, and says how many runs need the key and what to do', async () => {
    await assert.rejects(refuseLostKeys(storeOf('a', 'b'), new TokenCipher([current])), {
      message: '2 open runs in the store need an encryption key that is no longer configured',
      advice: /Restore the old key after the new one/,
    });
    await assert.rejects(
      refuseLostKeys(storeOf('a'), new TokenCipher([current])),
      /^UserError: 1 open run in the store needs/,
    );
  });
});
