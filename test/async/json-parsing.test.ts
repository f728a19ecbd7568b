import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAllInTurns, parseJsonInTurns } from '../../src/async/json-parsing.ts';

interface Parsed {
  /** As text, since the order of members matters. */
  readonly json: string;
  readonly steps: readonly number[];
}

function parse(text: string, portion?: number): Parsed | 'refused' {
  const parsing = parseJsonInTurns(text, portion);
  const steps: number[] = [];
  try {
    for (;;) {
      const next = parsing.next();
      if (next.done === true) return { json: JSON.stringify(next.value), steps };
      steps.push(next.value);
    }
  } catch (error) {
    assert.ok(error instanceof SyntaxError, String(error));
    return 'refused';
  }
}

function parsedAtOnce(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return 'refused';
  }
}

function assertSame(text: string, portion: number): void {
  const parsed = parse(text, portion);
  const json = parsed === 'refused' ? parsed : parsed.json;
  assert.equal(json, parsedAtOnce(text), `${text} in portions of ${portion}`);
}

const texts = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', ' ', '\t', '\n\r'))
  .map(([value, indent]) => JSON.stringify(value, undefined, indent));
const portions = fc.integer({ min: 0, max: 60 });

describe('Parsing a long JSON text in turns', () => {
  it('returns what JSON.parse returns, wherever a portion ends', () => {
    fc.assert(fc.property(texts, portions, assertSame), { numRuns: 2_000 });
  });

  it('refuses a damaged text exactly if JSON.parse does', () => {
    const damage = fc.record({
      at: fc.nat(),
      removed: fc.nat(2),
      added: fc.constantFrom('', '[', ']', '{', '}', ',', ':', '"', '\\', '0', '-', ' ', '"a":'),
    });
    fc.assert(
      fc.property(texts, portions, damage, (text, portion, { at, removed, added }) => {
        const from = at % (text.length + 1);
        assertSame(text.slice(0, from) + added + text.slice(from + removed), portion);
      }),
      { numRuns: 5_000 },
    );
  });

  const cases: readonly (readonly [string, string])[] = [
    ['a member named __proto__', '{"a":1,"__proto__":{"b":[1,2],"c":3},"d":4}'],
    ['a duplicate name', '{"a":{"b":1,"c":2},"d":3,"a":{"e":4,"f":5}}'],
    ['names that are numbers', '{"b":{"2":1,"1":2},"1":[3,4],"0":5}'],
    ['quotes and backslashes', '["\\"","\\\\","\\\\\\"",{"a\\"]":"}","b":","}]'],
    ['empty ones', '[[],{},[[]],{"a":{}},[ ]]'],
    ['spaces', ' { "a" : [ 1 , 2 ] , "b" : { "c" : 3 } } '],
    ['an extra comma', '[[1,2],[3,4],]'],
    ['a comma at the start', '[,[1,2],[3,4]]'],
    ['two commas', '{"a":{"b":1,"c":2},,"d":1}'],
    ['no comma', '[[1,2][3,4]]'],
    ['text before an array', '[5[1,2],3]'],
    ['text before an object', '{"a":5{"b":1,"c":2},"d":1}'],
    ['text after an object', '{"a":{"b":1,"c":2}5,"d":1}'],
    ['no name', '{[1,2],3}'],
    ['other brackets', '[{"a":1,"b":2],3}'],
    ['text before the value', 'x[1,2,3]'],
    ['text after the value', '[1,2,3]x'],
    ['two texts', '[1,2][3,4]'],
    ['no end', '[1,2,[3,4]'],
    ['an extra closing bracket', '[1,2]]'],
    ['an unterminated string', '[1,2,"3]'],
    ['a comma outside', '1,2'],
    ['nothing', ''],
  ];
  for (const [what, text] of cases) {
    it(`treats ${what} like JSON.parse does`, () => {
      for (let portion = 0; portion <= text.length; portion += 1) assertSame(text, portion);
    });
  }

  it('yields after each portion of a list', () => {
    const text = JSON.stringify({
      items: Array.from({ length: 10_000 }, () => `\\"[${'x'.repeat(91)}`),
    });
    const parsed = parse(text);
    assert.ok(parsed !== 'refused');
    assert.equal(parsed.json, text);
    const rest = parsed.steps.at(-1) ?? 0;
    assert.equal(parsed.steps.length, Math.ceil(text.length / 32_800));
    assert.ok(parsed.steps.slice(0, -1).every((steps) => steps >= 327 && steps <= 329));
    assert.ok(rest > 0 && rest <= 329, `${rest} steps at the end`);
  });

  it('divides nested members', () => {
    const resources = Array.from({ length: 2_000 }, (_, index) => ({ kind: 'ConfigMap', index }));
    const text = JSON.stringify({ result: { application: { status: { resources } } } });
    const parsed = parse(text, 1_000);
    assert.ok(parsed !== 'refused');
    assert.equal(parsed.json, text);
    assert.ok(parsed.steps.length > 50);
  });

  it('keeps no list of the nesting depth', () => {
    assert.equal(parse('['.repeat(1_000_000), 10), 'refused');
    const deep = `${'['.repeat(500)}1,2${']'.repeat(500)}`;
    assert.deepEqual(parse(deep, 10), { json: deep, steps: [11] });
  });

  it('counts the steps of a short text as well', () => {
    assert.deepEqual(parse('{"a":[1,2,3]}'), { json: '{"a":[1,2,3]}', steps: [1] });
  });
});

describe('Parsing many JSON texts in turns', () => {
  const values = Array.from({ length: 5_000 }, (_, index) => ({
    ...{ kind: 'ConfigMap', metadata: { name: `settings-${index}` } },
  }));

  it('returns what JSON.parse returns for each', () => {
    const texts = [...values.map((value) => JSON.stringify(value)), `"${'x'.repeat(40_000)}"`];
    const parsing = parseAllInTurns(texts);
    let steps = 0;
    for (;;) {
      const next = parsing.next();
      if (next.done === true) {
        assert.deepEqual(next.value, [...values, 'x'.repeat(40_000)]);
        break;
      }
      assert.ok(next.value <= 500);
      steps += next.value;
    }
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    assert.ok(steps >= length / 100, `${steps} steps for ${length} characters`);
  });

  it('refuses all if one is invalid', () => {
    assert.throws(() => [...parseAllInTurns(['{}', '{'])], SyntaxError);
  });
});
