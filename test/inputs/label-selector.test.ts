import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseLabelSelector } from '../../src/inputs/label-selector.ts';

describe('A label selector', () => {
  for (const text of [
    'team=shop',
    'team==shop, tier!=db',
    'app.kubernetes.io/part-of=shop',
    'tier in (web, api),!canary',
    'tier notin (db)',
    'team',
    'team=',
    'weight>5,weight<10',
    '! canary',
    'a in (b,,c)',
  ]) {
    it(`is accepted: ${text}`, () => assert.deepEqual(parseLabelSelector(text), { value: text }));
  }

  for (const text of [
    'team=a b',
    'team=(a)',
    ',',
    'a,',
    '=a',
    'a=!b',
    'a in b',
    'a in (b',
    'a or (b)',
    'in (a)',
    'a=-b',
    'a;b',
    `a=${'x'.repeat(64)}`,
    'a='.padEnd(5_000, ','),
  ]) {
    it(`is refused: ${text.slice(0, 20)}`, () => {
      assert.ok('problems' in parseLabelSelector(text));
    });
  }

  it('is accepted in every form that kubectl documents', () => {
    const word = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
    const requirement = fc.oneof(
      fc.tuple(word, fc.constantFrom('=', '==', '!='), word).map((parts) => parts.join('')),
      fc
        .tuple(word, fc.constantFrom('in', 'notin'), fc.array(word, { minLength: 1 }))
        .map(([key, operator, values]) => `${key} ${operator} (${values.join(', ')})`),
      word,
      word.map((key) => `!${key}`),
    );
    fc.assert(
      fc.property(fc.array(requirement, { minLength: 1 }), (all) => {
        assert.ok('value' in parseLabelSelector(all.join(', ')));
      }),
    );
  });
});
