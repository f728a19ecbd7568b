import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { untilOver } from '../../../../scripts/demo/agentless/waiting.ts';

describe('Waiting in the demo', () => {
  it('ends when the wanted item exists', async () => {
    let looks = 0;
    await untilOver(new Promise(() => undefined), () => (looks += 1) === 3);
    assert.equal(looks, 3);
  });

  it('ends when everything has ended, even without it', async () => {
    await untilOver(Promise.resolve(), () => false);
  });

  it('ends when everything failed', async () => {
    const broken = Promise.reject(new Error('no'));
    await untilOver(broken, () => false);
    await assert.rejects(broken);
  });
});
