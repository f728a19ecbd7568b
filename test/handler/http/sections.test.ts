import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readBody } from '../../../src/handler/http/sections.ts';
import { planId, renderSections } from './example-requests.ts';

const names = ['first', 'second', 'third'];
type Texts = Readonly<Record<string, string>>;

function accepted(body: string, contentType?: string): Texts {
  const reading = readBody(body, contentType, planId, names);
  if ('faults' in reading) assert.fail(JSON.stringify(reading.faults));
  return Object.fromEntries(reading.sections);
}

function refused(body: string, contentType?: string): readonly string[] {
  const reading = readBody(body, contentType, planId, names);
  assert.ok('faults' in reading, 'nothing was refused');
  return reading.faults.map(({ problem }) => problem);
}

const line = (name: string) => `--${planId} ${name}`;

/** Values that have broken somebody's template before. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 50 }),
  fc
    .array(
      fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        '"',
        '\\',
        '{{',
        '}}}',
        '$(x)',
        'ü',
        '漢',
        '\u2028',
        '--',
        'first',
        ' ',
        '{',
        `--${planId.slice(0, -1)}`,
        '--00000000-1111-2222-3333-444444444444 second',
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
);
const values = fc.record({ first: nasty, second: nasty, third: nasty }, { noNullPrototype: true });

describe('The sections of a body', () => {
  for (const lineBreak of ['\n', '\r\n']) {
    it(`return any value, with lines that end in ${JSON.stringify(lineBreak)}`, () => {
      fc.assert(
        fc.property(values, (texts) => {
          assert.deepEqual(accepted(renderSections(texts, names, { lineBreak })), texts);
        }),
      );
    });
  }

  it('never mistake a forged section for another value', () => {
    const forged = fc.tuple(
      nasty,
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom(planId, planId.toUpperCase()),
      fc.constantFrom(...names, 'unknown', ''),
      nasty,
    );
    fc.assert(
      fc.property(values, forged, fc.constantFrom(...names), (texts, parts, where) => {
        const [before, lineBreak, plan, name, after] = parts;
        const value = `${before}${lineBreak}--${plan} ${name}\n${after}`;
        refused(renderSections({ ...texts, [where]: value }, names));
      }),
    );
  });

  const least = { first: 'a', second: 'b', third: 'c' };
  const cases: readonly (readonly [string, string, Texts])[] = [
    ['remove exactly one line break from each value', 'a\n\n', { ...least, first: 'a\n\n' }],
    ['accept 10 KB', 'ü\n'.repeat(4_000), { ...least, first: 'ü\n'.repeat(4_000) }],
    ['keep spaces', ' a ', { ...least, first: ' a ' }],
    ['accept an empty value', '', { ...least, first: '' }],
    [
      'treat a line with another plan as a value',
      '--00000000-1111-2222-3333-444444444444 second',
      { ...least, first: '--00000000-1111-2222-3333-444444444444 second' },
    ],
    [
      'treat a section in the middle of a line as a value',
      `x${line('second')}`,
      {
        ...least,
        first: `x${line('second')}`,
      },
    ],
    [
      'treat a lone carriage return as a value',
      `x\r${line('second')}`,
      {
        ...least,
        first: `x\r${line('second')}`,
      },
    ],
  ];
  for (const [what, first, expected] of cases) {
    it(what, () =>
      assert.deepEqual(accepted(renderSections({ ...least, first }, names)), expected),
    );
  }

  it('may end without a line break', () => {
    assert.deepEqual(accepted(renderSections(least, names).trimEnd()), least);
  });

  it('may omit an empty value with its line', () => {
    const body = `${line('first')}\n${line('second')}\nb\n${line('third')}`;
    assert.deepEqual(accepted(body), { first: '', second: 'b', third: '' });
  });

  describe('from a later version', () => {
    const added = ['second', 'third'];
    const read = (sent: readonly string[]) =>
      readBody(renderSections(least, sent), undefined, planId, names, added);

    it('may all be absent, as an older task omits them', () => {
      const reading = read(['first']);
      assert.ok('sections' in reading);
      assert.deepEqual([...reading.sections.keys()], ['first']);
    });

    for (const sent of [
      ['first', 'second'],
      ['second', 'third'],
      ['first', 'third', 'second'],
    ]) {
      it(`are refused in combinations that no task sends: ${sent.join(', ')}`, () => {
        assert.ok('faults' in read(sent));
      });
    }
  });

  it('are read whatever the content type', () => {
    for (const type of [undefined, 'text/plain', 'text/plain; charset=utf-8', 'application/json']) {
      assert.deepEqual(accepted(renderSections(least, names), type), least);
    }
  });

  const faults: readonly (readonly [string, string, readonly string[]])[] = [
    ['an empty body', '', [`it has no line \`${line('<name>')}\`, which starts a section`]],
    [
      'sections of another plan',
      renderSections(least, names, { plan: '00000000-1111-2222-3333-444444444444' }),
      [`it has no line \`${line('<name>')}\`, which starts a section`],
    ],
    [
      'text before the first section',
      `hello\n${renderSections(least, names)}`,
      ['there is text before the first section'],
    ],
    [
      'a duplicate section',
      renderSections(least, [...names, 'first']),
      ['sections occur more than once: "first"'],
    ],
    [
      'a missing third section',
      renderSections(least, ['first', 'second']),
      ['sections are missing: "third"'],
    ],
    [
      'an unknown section',
      renderSections(least, [...names, 'fourth']),
      ['unknown section: "fourth"'],
    ],
    [
      'a name without a space before it',
      renderSections(least, names).replace(`${planId} second`, `${planId}second`),
      [`unknown section: "--${planId}se… (4 more characters)"`, 'sections are missing: "second"'],
    ],
    [
      'another order',
      renderSections(least, ['second', 'first', 'third']),
      ['the section second is out of order'],
    ],
    [
      'all of these at once',
      `hello\n${renderSections(least, ['second', 'second', 'fifth'])}`,
      [
        'there is text before the first section',
        'unknown section: "fifth"',
        'sections occur more than once: "second"',
        'sections are missing: "first", "third"',
      ],
    ],
  ];
  for (const [what, body, expected] of faults) {
    it(`refuse ${what}`, () => assert.deepEqual(refused(body), expected));
  }

  it('name ten unknown ones, and count the rest', () => {
    const many = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const [problem = ''] = refused(renderSections({}, [...names, ...many]));
    assert.match(problem, /"n9" and 2 more$/);
  });
});

describe('A JSON body', () => {
  it('returns strings, numbers and booleans as text', () => {
    const body = JSON.stringify({ first: 'a\n"b"', second: true, third: 30 });
    assert.deepEqual(accepted(body), { first: 'a\n"b"', second: 'true', third: '30' });
  });

  it('may omit names', () => {
    assert.deepEqual(accepted('  {"second":"b"}', 'text/plain'), { second: 'b' });
  });

  it('returns any strings', () => {
    fc.assert(
      fc.property(values, (texts) => {
        assert.deepEqual(accepted(JSON.stringify(texts)), texts);
      }),
    );
  });

  const faults: readonly (readonly [string, string, RegExp])[] = [
    ['text that is not JSON', '{"first": "a" "b"}', /^it is not JSON: /],
    ['a list', '["first"]', /^it is not a JSON object$/],
    ['null', 'null', /^it is not a JSON object$/],
    ['an unknown name', '{"fourth":"x"}', /^unknown name: "fourth"$/],
    ['the name of an inherited property', '{"__proto__":"x"}', /^unknown name: "__proto__"$/],
    ['a list as a value', '{"first":["a"]}', /^values are neither .* booleans: "first"$/],
    ['no value', '{"first":null}', /^values are neither .* booleans: "first"$/],
    [
      'a duplicate name',
      '{"first":"a","second":"b","first":"c"}',
      /^a name occurs more than once$/,
    ],
    [
      'a duplicate name in another spelling',
      String.raw`{"first":"a","\u0066irst":"c"}`,
      /more than once$/,
    ],
    [
      'a name smuggled in by a value',
      '{"first":"a","second":"b", "first" : "*"}',
      /^a name occurs more than once$/,
    ],
  ];
  for (const [what, body, expected] of faults) {
    it(`refuses ${what}`, () => {
      const problems = refused(body, 'application/json; charset=utf-8');
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', expected);
    });
  }
});
