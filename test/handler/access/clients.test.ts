import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import sinon from 'sinon';
import { Clients } from '../../../src/handler/access/clients.ts';
import { tokenHash } from '../../../src/handler/access/token-digest.ts';

const hash = (token: string) => tokenHash(token).toString('hex');

const clients = new Clients([
  { name: 'fabrikam', digests: [hash('token-of-fabrikam'), hash('next-of-fabrikam')] },
  { name: 'contoso', digests: [hash('token-of-contoso')] },
]);

describe('A client', () => {
  const cases: readonly [string, string | undefined, string | undefined][] = [
    ['is identified by its token', 'Bearer token-of-contoso', 'contoso'],
    ['is identified by the token that will replace it', 'Bearer next-of-fabrikam', 'fabrikam'],
    [
      'is identified by the password of a Generic connection',
      `Basic ${Buffer.from('user:token-of-fabrikam').toString('base64')}`,
      'fabrikam',
    ],
    ['is unknown with another token', 'Bearer token-of-nobody', undefined],
    ['is unknown with the hash of its token', `Bearer ${hash('token-of-contoso')}`, undefined],
    ['is unknown without a token', undefined, undefined],
  ];
  for (const [sentence, header, expected] of cases) {
    it(sentence, () => assert.equal(clients.identify(header), expected));
  }

  it('is unknown if none are configured', () => {
    assert.equal(new Clients([]).identify('Bearer token-of-contoso'), undefined);
  });

  describe('is looked up in a time that does not depend on the match:', () => {
    let compare: sinon.SinonSpy;
    beforeEach(() => {
      compare = sinon.spy(crypto, 'timingSafeEqual');
      syncBuiltinESMExports();
    });
    afterEach(() => {
      compare.restore();
      syncBuiltinESMExports();
    });
    for (const token of ['token-of-fabrikam', 'token-of-contoso', 'token-of-nobody', 'x']) {
      it(`all digests are compared for ${token}`, () => {
        clients.identify(`Bearer ${token}`);
        assert.equal(compare.callCount, 3);
      });
    }
  });
});
