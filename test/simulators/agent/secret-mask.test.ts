import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { SecretMask } from '../../../simulators/agent/secret-mask.ts';

describe('The mask of secrets', () => {
  it('hides every occurrence of every secret', () => {
    const mask = new SecretMask();
    mask.add('alpha');
    mask.add('beta');
    assert.equal(mask.apply('alpha beta alpha gamma'), '*** *** *** gamma');
  });

  it('hides a secret that contains another as a whole', () => {
    const mask = new SecretMask();
    mask.add('key');
    mask.add('key-of-the-kingdom');
    assert.equal(mask.apply('key-of-the-kingdom'), '***');
  });

  it('ignores an empty secret', () => {
    const mask = new SecretMask();
    mask.add('');
    assert.equal(mask.apply('text'), 'text');
    assert.deepEqual(mask.values, []);
  });
});
