import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { untilOver } from '../../../../scripts/demo/agentless/waiting.ts';

describe('Waiting in the demo', () => {
  it('ends when there is what was looked for', async () => {
    let looks = 0;
    await untilOver(new Promise(() => undefined), () => (looks += 1) === 3);
    assert.equal(looks, 3);
  });

  it('ends when everything has ended, though there is nothing', async () => {
    await untilOver(Promise.resolve(), () => false);
  });

  it('ends when everything broke', async () => {
    const broken = Promise.reject(new Error('no'));
    await untilOver(broken, () => false);
    await assert.rejects(broken);
  });
});
