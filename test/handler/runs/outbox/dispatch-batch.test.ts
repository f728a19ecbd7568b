import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  nextBatch,
  type DispatchBatch,
} from '../../../../src/handler/runs/outbox/dispatch-batch.ts';
import type { ReportItem, StoredItem } from '../../../../src/handler/store/store.ts';
import { child, completed, line, record } from '../told-run.ts';

const attachment: ReportItem = {
  kind: 'attachment',
  attachment: { type: 'argocd.result', name: 'shop.json', text: '{}' },
};
const started: ReportItem = { kind: 'started' };
const stored = (...items: readonly ReportItem[]): readonly StoredItem[] =>
  items.map((item, index) => ({ seq: index + 10, at: 0, item }));
const next = (...items: readonly ReportItem[]) => nextBatch(stored(...items));

/** All batches in the order in which they are sent if nothing new arrives. */
function all(items: readonly StoredItem[]): readonly DispatchBatch[] {
  const batch = nextBatch(items);
  if (batch === undefined) return [];
  return [batch, ...all(items.slice(batch.items.length))];
}

describe('A batch', () => {
  it('is absent if there is nothing to report', () => {
    assert.equal(next(), undefined);
  });

  it('combines lines and changes of records in order', () => {
    const batch = next(
      line('a', 'b'),
      record({ state: 'inProgress', percentComplete: 10 }),
      child('phase'),
      line('c'),
      record({ percentComplete: 20 }),
    );
    assert.deepEqual(batch, {
      kind: 'progress',
      items: stored(
        line('a', 'b'),
        record({ state: 'inProgress', percentComplete: 10 }),
        child('phase'),
        line('c'),
        record({ percentComplete: 20 }),
      ),
      isUrgent: false,
      lines: ['a', 'b', 'c'],
      update: { state: 'inProgress', percentComplete: 20 },
      children: [{ id: 'phase', name: 'phase', state: 'inProgress' }],
    });
  });

  it('merges several updates of a child', () => {
    const end: ReportItem = {
      kind: 'children',
      records: [
        { id: 'phase', state: 'completed', result: 'succeeded' },
        { id: 'hook', state: 'inProgress' },
      ],
    };
    const batch = next(child('phase'), end);
    assert.deepEqual(batch?.kind === 'progress' ? batch.children : [], [
      { id: 'phase', name: 'phase', state: 'completed', result: 'succeeded' },
      { id: 'hook', state: 'inProgress' },
    ]);
  });

  for (const item of [started, attachment, completed('failed')]) {
    it(`never contains ${item.kind} together with anything else`, () => {
      assert.deepEqual(
        all(stored(line('a'), item, line('b'))).map(({ kind, items }) => [kind, items.length]),
        [
          ['progress', 1],
          [item.kind, 1],
          ['progress', 1],
        ],
      );
    });
  }

  for (const [what, items, isUrgent] of [
    ['of a run in progress', [line('a'), attachment], false],
    ['before the start', [line('a'), started], true],
    ['before the completion', [line('a'), attachment, completed('succeeded')], true],
    ['that contains the start', [started], true],
    ['that contains the completion', [completed('succeeded')], true],
    ['with an attachment before the completion', [attachment, completed('failed')], true],
  ] as const) {
    it(`${what} is ${isUrgent ? 'urgent' : 'not urgent'}`, () => {
      assert.equal(next(...items)?.isUrgent, isUrgent);
    });
  }

  it('has at most a thousand lines, unless they came as one item', () => {
    const lines = (count: number) => line(...Array.from({ length: count }, () => 'x'));
    const sizes = (...items: readonly ReportItem[]) =>
      all(stored(...items)).map((batch) => (batch.kind === 'progress' ? batch.lines.length : 0));
    assert.deepEqual(sizes(lines(600), lines(400), lines(1)), [1_000, 1]);
    assert.deepEqual(sizes(lines(600), lines(401)), [600, 401]);
    assert.deepEqual(sizes(lines(1_500), lines(1)), [1_500, 1]);
  });

  it('loses, duplicates and reorders nothing, whatever is to be reported', () => {
    const items = fc.array(
      fc.oneof(
        fc.array(fc.string(), { maxLength: 700 }).map((lines) => line(...lines)),
        fc.integer({ min: 0, max: 100 }).map((percentComplete) => record({ percentComplete })),
        fc.constantFrom('phase', 'hook').map(child),
        fc.constantFrom(started, attachment, completed('succeeded')),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(items, (list) => {
        const batches = all(stored(...list));
        assert.deepEqual(
          batches.flatMap((batch) => batch.items),
          stored(...list),
        );
        const lines = batches.flatMap((one) => (one.kind === 'progress' ? one.lines : []));
        const expected = list.flatMap((one) => (one.kind === 'lines' ? one.lines : []));
        assert.deepEqual(lines, expected);
        const percents = batches.flatMap((one) =>
          one.kind === 'progress' && one.update.percentComplete !== undefined
            ? [one.update.percentComplete]
            : [],
        );
        const last = list.findLast((one) => one.kind === 'record');
        assert.equal(percents.at(-1), last?.update.percentComplete);
      }),
      { numRuns: 200 },
    );
  });
});
