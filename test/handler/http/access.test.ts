import assert from 'node:assert/strict';
import type { Claim } from '../../../src/handler/access/rules.ts';
import { Access } from '../../../src/handler/http/access.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { clientToken, projectId } from './example-requests.ts';
import { allowing, digest, settings } from './front.ts';

const claim: Claim = {
  client: 'fabrikam',
  azureProject: { name: 'shop', id: projectId },
  argocd: 'prod',
};

function access(changes = settings): Access {
  return new Access(changes, new ManualClock());
}

describe('Access', () => {
  it('admits a client that may do anything at all, and otherwise says what is missing', () => {
    assert.equal(access(allowing('gate')).denyClaim(claim, 'sync'), undefined);
    const denial = access().denyClaim({ ...claim, argocd: 'other' }, 'sync');
    assert.match(denial?.message ?? '', /sync/);
    assert.match(denial?.message ?? '', /"other"/);
  });

  it('is denied for each application separately', () => {
    const names = [{ name: 'shop-web' }, { name: 'bank' }, { name: 'mint' }];
    const denials = access().denyAll(claim, names, 'default', ['sync']);
    assert.deepEqual(
      denials.map(({ message }) => /"(bank|mint)"/.exec(message)?.[1]),
      ['bank', 'mint'],
    );
  });

  it('checks the AppProject only if one is given', () => {
    assert.equal(access().denyAll(claim, [{ name: 'shop-web' }], '', ['sync']).length, 0);
    assert.equal(access().denyAll(claim, [{ name: 'shop-web' }], 'bank', ['sync']).length, 1);
  });

  it('says if other rules are in effect, and only then', () => {
    const changing = access();
    let told = 0;
    const stop = changing.onRulesChange(() => (told += 1));
    changing.configure({ ...settings, limits: { ...settings.limits, burst: 1 } });
    assert.equal(told, 0);
    changing.configure(allowing('gate'));
    assert.equal(told, 1);
    stop();
    changing.configure(settings);
    assert.equal(told, 1);
  });

  it('replaces the whole configuration', () => {
    const changing = access();
    const token = `Bearer ${clientToken}`;
    assert.equal(changing.identify(token), 'fabrikam');
    assert.equal(changing.collectionOf('https://dev.azure.com/contoso'), undefined);
    assert.equal(changing.tokenLifetime, 24 * 3_600_000);
    changing.configure({
      ...settings,
      clients: [{ name: 'contoso', digests: [digest('another-token')] }],
      azureDevOps: {
        organizations: [{ url: 'https://dev.azure.com/contoso', isPrivate: false, pat: undefined }],
        tokenLifetime: 3_600_000,
        identity: undefined,
      },
      rules: [],
      limits: { requestsPerSecond: 1, burst: 1, pendingRuns: 1 },
    });
    assert.equal(changing.identify(token), undefined);
    assert.equal(changing.identify('Bearer another-token'), 'contoso');
    assert.equal(
      changing.collectionOf('https://dev.azure.com/contoso/'),
      'https://dev.azure.com/contoso',
    );
    assert.equal(changing.collectionOf('https://dev.azure.com/fabrikam'), undefined);
    assert.equal(changing.tokenLifetime, 3_600_000);
    assert.ok(changing.denyClaim(claim, 'sync'));
    assert.equal(changing.throttle('contoso'), 0);
    assert.ok(changing.throttle('contoso') > 0);
    assert.ok(changing.quotaProblem('contoso', 1));
  });
});
