import assert from 'node:assert/strict';
import { InputReader } from '../../src/inputs/input-reader.ts';

function reader(text: string | undefined): InputReader {
  return new InputReader({ input: () => text });
}

describe('The input reader', () => {
  it('treats an absent or blank input as not set', () => {
    for (const text of [undefined, '', ' \n']) {
      assert.equal(reader(text).text('a'), '');
      assert.equal(reader(text).boolean('a', true), true);
      assert.equal(reader(text).integer('a', undefined, 0, 1), undefined);
      assert.equal(reader(text).pick('a', ['x', 'y'], 'y'), 'y');
    }
  });

  it('accepts booleans in any case', () => {
    assert.equal(reader('TRUE').boolean('a', false), true);
    assert.equal(reader(' False ').boolean('a', true), false);
  });

  it('accepts integers within the bounds', () => {
    assert.equal(reader('007').integer('a', 0, 0, 7), 7);
    const outside = reader('8');
    outside.integer('a', 0, 0, 7);
    assert.deepEqual(outside.faults, [
      {
        input: 'a',
        value: '8',
        problem: 'the number is more than 7',
        advice: 'Write a whole number from 0 to 7.',
      },
    ]);
  });

  it('keeps the fault and continues with the default', () => {
    const wrong = reader('z');
    assert.equal(wrong.pick('a', ['x', 'y'], 'y'), 'y');
    assert.equal(wrong.boolean('b', false), false);
    assert.deepEqual(
      wrong.faults.map(({ input }) => input),
      ['a', 'b'],
    );
  });

  it('detects a variable that was left in the text', () => {
    const left = reader('main-$(Build.SourceVersion)');
    left.text('a');
    assert.equal(left.faults[0]?.value, '$(Build.SourceVersion)');
  });

  it('reports everything that was not expanded', () => {
    const left = reader("$(a) ${{ b }} $[ variables['c'] ]");
    assert.equal(left.text('a'), '');
    assert.deepEqual(
      left.faults.map(({ value }) => value),
      ['$(a)', "$[ variables['c'] ]", '${{ b }}'],
    );
  });
});
