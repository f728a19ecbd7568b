import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { line, textOf, wrap } from '../../../scripts/demo/line.ts';

const wrapped = (text: string, width: number) => wrap(line(text), width).map(textOf);

describe('Wrapping a line', () => {
  const cases = [
    { name: 'leaves a short one unchanged', text: 'one two', width: 7, lines: ['one two'] },
    {
      name: 'breaks between words',
      text: 'one two three',
      width: 9,
      lines: ['one two', '    three'],
    },
    {
      name: 'indents continuation lines further than the line itself',
      text: '  one two three',
      width: 14,
      lines: ['  one two', '      three'],
    },
    {
      name: 'breaks a word that is too long',
      text: 'abcdefghijkl',
      width: 8,
      lines: ['abcdefgh', '    ijkl'],
    },
    { name: 'keeps an empty one', text: '', width: 8, lines: [''] },
  ];
  for (const { name, text, width, lines } of cases) {
    it(name, () => {
      assert.deepEqual(wrapped(text, width), lines);
    });
  }

  it('keeps the tone of each part', () => {
    const pieces = [
      { text: 'good ', tone: 'good' },
      { text: 'and bad', tone: 'bad' },
    ] as const;
    assert.deepEqual(wrap(pieces, 8), [
      [
        { text: 'good ', tone: 'good' },
        { text: 'and', tone: 'bad' },
      ],
      [
        { text: '    ', tone: 'plain' },
        { text: 'bad', tone: 'bad' },
      ],
    ]);
  });

  it('is never wider than allowed, and loses nothing but spaces', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 2, max: 40 }), (text, width) => {
        const lines = wrapped(text, width);
        assert.ok(lines.every((each) => each.length <= width));
        assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
      }),
    );
  });
});
