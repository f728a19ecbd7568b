import assert from 'node:assert/strict';
import fc from 'fast-check';
import { logBounds, LogReader } from '../../../src/argocd/rest/log-lines.ts';
import type { PodLog } from '../../../src/argocd/port.ts';
import { readRecording } from '../../../simulators/argo-cd/recording.ts';

/** The recorded logs of the scenario, in order. */
const recorded = readRecording('hook-logs')
  .filter(({ request }) => request?.path.includes('/logs?'))
  .map(({ response }) => String(response?.body));

function chunk(content: string | null, special: object = {}): string {
  const result = { content, timeStamp: '2026-11-21T01:52:30Z', last: false, ...special };
  return `${JSON.stringify({ result })}\n`;
}

function readLog(text: string, most: number): PodLog {
  return readPieces([text], most);
}

function readPieces(pieces: Iterable<string>, most: number): PodLog {
  const reader = new LogReader(most);
  for (const piece of pieces) if (!reader.take(piece)) break;
  return reader.end();
}

const sizeOf = ({ lines }: PodLog) => lines.reduce((size, line) => size + line.length + 1, 0);

describe('The log of a pod', () => {
  const all = [
    'connecting to db',
    'applying 0042_add_index.sql',
    'ERROR: relation orders is locked ##vso[task.complete result=Succeeded]',
    'giving up',
  ];

  it('is read from each recorded response', () => {
    assert.deepEqual(
      recorded.map((text) => readLog(text, 50)),
      [
        { lines: all.slice(0, 2), fault: '' },
        { lines: all, fault: '' },
        { lines: all, fault: '' },
        { lines: [], fault: 'container nope is not valid for pod migrate-2cnh9' },
        { lines: [], fault: '' },
      ],
    );
  });

  it('is reduced to its last lines', () => {
    assert.deepEqual(readLog(recorded[1] ?? '', 2).lines, all.slice(2));
  });

  it('keeps empty lines, but not an end without content', () => {
    const text = chunk('a') + chunk('') + chunk(null) + chunk('', { last: true });
    assert.deepEqual(readLog(text, 50), { lines: ['a', '', ''], fault: '' });
  });

  it('reports the first fault with the lines before it', () => {
    const text = chunk('a') + chunk('first', { timeStamp: null }) + chunk('x', { timeStamp: null });
    assert.deepEqual(readLog(text, 50), { lines: ['a'], fault: 'first' });
  });

  it('reports an error of Argo CD that follows the lines', () => {
    const error = { grpc_code: 14, http_code: 503, message: 'the pod went away' };
    const text = chunk('a') + JSON.stringify({ error });
    assert.deepEqual(readLog(text, 50), { lines: ['a'], fault: 'the pod went away' });
  });

  it('is refused if it is something else', () => {
    for (const text of ['<html>', '{"other":1}', '{"result":{"content":1}}']) {
      assert.throws(() => readLog(text, 50));
    }
  });

  it('reads the same wherever its chunks are cut', () => {
    const text = `${recorded[1]}${chunk('x'.repeat(20_000))}${chunk('"\\\u0007é')}`;
    const whole = readLog(text, 50);
    const cuts = fc.array(fc.nat(text.length), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, (places) => {
        const at = [0, ...places.sort((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
        assert.deepEqual(readPieces(pieces, 50), whole);
      }),
    );
  });

  describe('is bounded', () => {
    const { width, total } = logBounds;
    const mark = `… (cut at ${width} characters)`;
    const longLines = [
      ['slightly too long', 'x'.repeat(width + 1), 'x'.repeat(width)],
      ['one megabyte long', 'x'.repeat(1_000_000), 'x'.repeat(width)],
      ['nothing but escapes', '\u0001'.repeat(1_000_000), '\u0001'.repeat(width)],
      ['quotes and backslashes', '"\\'.repeat(500_000), '"\\'.repeat(width / 2)],
    ] as const;
    for (const [what, line, kept] of longLines) {
      it(`if a line is ${what}, with a visible cut`, () => {
        assert.deepEqual(readLog(chunk('a') + chunk(line) + chunk('b'), 50), {
          lines: ['a', kept + mark, 'b'],
          fault: '',
        });
      });
    }

    it('but keeps a line of the maximum length', () => {
      assert.deepEqual(readLog(chunk('x'.repeat(width)), 50).lines, ['x'.repeat(width)]);
    });

    it('to its last lines within a total size, and says how many were left out', () => {
      const numbered = Array.from({ length: 1_500 }, (_, index) => `${index}`.padEnd(999, '.'));
      const log = readPieces(
        numbered.map((line) => chunk(line)),
        1_000,
      );
      assert.ok(sizeOf(log) <= total + 200, `${sizeOf(log)} characters`);
      const [note, ...lines] = log.lines;
      assert.match(note ?? '', /^… \(869 earlier lines omitted: 131072 characters/);
      assert.deepEqual(lines, numbered.slice(-131));
    });

    it('if 50 lines have a megabyte each', () => {
      const log = readPieces(new Array<string>(50).fill(chunk('x'.repeat(1_000_000))), 50);
      assert.ok(sizeOf(log) <= total + 200, `${sizeOf(log)} characters`);
    });

    it('if a line never ends, and stops reading', () => {
      const reader = new LogReader(50);
      const piece = 'x'.repeat(65_536);
      let taken = chunk('').indexOf('"timeStamp') - 2;
      let wantsMore = reader.take(chunk('').slice(0, taken));
      for (; wantsMore; taken += piece.length) wantsMore = reader.take(piece);
      assert.ok(taken <= logBounds.taken + piece.length);
      const { lines, fault } = reader.end();
      assert.deepEqual(lines, ['x'.repeat(width) + mark]);
      assert.match(fault, /no more than 67108864 characters of it are read/);
    });

    it('if an error or a message from Kubernetes is long', () => {
      const message = 'x'.repeat(9_000);
      const texts = [
        JSON.stringify({ error: { grpc_code: 14, message } }),
        chunk(message, { timeStamp: null }),
      ];
      for (const text of texts) assert.equal(readLog(text, 50).fault, 'x'.repeat(width) + mark);
    });
  });

  it('that breaks off contains what was read, or nothing', () => {
    const reader = new LogReader(50);
    assert.equal(reader.broken('gone'), undefined);
    reader.take(`${chunk('a')}${chunk('b').slice(0, -5)}`);
    assert.deepEqual(reader.broken('gone'), { lines: ['a'], fault: 'gone' });
  });
});
