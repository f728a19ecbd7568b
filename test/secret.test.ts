import assert from 'node:assert/strict';
import { format, inspect } from 'node:util';
import { Secret } from '../src/secret.ts';

describe('A secret', () => {
  const secret = new Secret('hunter2');

  it('is revealed on request', () => {
    assert.equal(secret.reveal(), 'hunter2');
  });

  const prints: readonly [string, string][] = [
    ['String', String(secret)],
    ['a template', `${secret as unknown as string}`],
    ['concatenation', (secret as unknown as string) + ''],
    ['JSON', JSON.stringify({ secret })],
    ['an inspector', inspect({ secret }, { showHidden: true, depth: 9 })],
    ['an inspector of itself', inspect(secret, { customInspect: false, showHidden: true })],
    ['format %s', format('%s %o %O %j', secret, secret, secret, secret)],
    ['its keys', JSON.stringify(Object.entries(secret))],
    ['a copy', inspect(structuredClone({ ...secret }))],
    ['an error that contains it', inspect(new Error('x', { cause: secret }))],
  ];
  for (const [how, printed] of prints) {
    it(`is not printed by ${how}`, () => {
      assert.doesNotMatch(printed, /hunter2/);
    });
  }

  it('shows that it exists', () => {
    assert.equal(String(secret), '***');
    assert.equal(JSON.stringify(secret), '"***"');
    assert.equal(inspect(secret), '***');
  });
});
