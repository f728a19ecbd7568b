import assert from 'node:assert/strict';
import { ByOrganization } from '../../../src/azure/pipelines/by-organization.ts';

describe('What is known of organizations', () => {
  const url = (name: string) => `https://dev.azure.com/${name}`;

  it('is found however the URL of the organization is written', () => {
    const known = new ByOrganization<number>();
    known.set(url('fabrikam'), 1);
    for (const written of [url('fabrikam'), `${url('fabrikam')}/`, url('Fabrikam')]) {
      assert.equal(known.get(written), 1, written);
    }
    assert.equal(known.get(url('contoso')), undefined);
    known.delete(`${url('fabrikam')}/`);
    assert.equal(known.get(url('fabrikam')), undefined);
  });

  it('is bounded: the organization that was set longest ago is forgotten first', () => {
    const known = new ByOrganization<number>();
    known.set(url('fabrikam'), 1);
    known.set(url('contoso'), 1);
    known.set(url('fabrikam'), 2);
    for (let at = 1; at < 1_000; at += 1) known.set(url(`o${at}`), at);
    assert.deepEqual([known.get(url('contoso')), known.get(url('fabrikam'))], [undefined, 2]);
  });
});
