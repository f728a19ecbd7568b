import assert from 'node:assert/strict';
import { parseSelector } from '../../../simulators/argo-cd/selector.ts';

describe("The simulator's label selector", () => {
  const labels = { team: 'a', tier: 'web' };
  const cases = [
    ['', true],
    ['team=a', true],
    ['team==a,tier=web', true],
    ['team!=a', false],
    ['other!=a', true],
    ['team', true],
    ['!team', false],
    ['team in (a, b),tier', true],
    ['team notin (a, b)', false],
  ] as const;
  for (const [text, selected] of cases) {
    it(`${selected ? 'selects' : 'leaves out'} ${JSON.stringify(labels)} by "${text}"`, () => {
      assert.equal(parseSelector(text)(labels), selected);
    });
  }

  it('refuses a second equals sign', () => {
    assert.throws(() => parseSelector('a=b=c'), /found '=', expected: ',' or 'end of string'/);
  });
});
