import assert from 'node:assert/strict';
import {
  columnsOf,
  fromJson,
  runColumns,
  runOf,
  toJson,
} from '../../../../src/handler/store/sqlite/run-row.ts';
import type { ReportItem, StoredCheckpoint } from '../../../../src/handler/store/store.ts';
import type { Run } from '../../../../src/handler/run.ts';
import { asStored, sampleSpec, sampleRun } from '../sample.ts';

/** What JSON keeps; `never` for a part that it would lose or change. */
type Plain<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly (infer Element)[]
    ? undefined extends Element
      ? never
      : readonly Plain<Element>[]
    : T extends Date | RegExp | ((...values: never) => unknown) | { forEach: unknown }
      ? never
      : { [Part in keyof T]: Plain<T[Part]> };
type IsPlain<T> = T extends Plain<T> ? true : false;

describe('The row of a run', () => {
  const rowOf = (run: Run) => runOf(Object.fromEntries(columnsOf(run)) as never);

  it('restores the run, every part of it', () => {
    const run = sampleRun('run-1', {
      isCanceled: true,
      names: [{ name: 'shop' }, { name: 'cart', namespace: 'team-a' }],
      outcome: 'failed',
      endedAt: 5,
      attempt: 3,
    });
    const { spec, report } = run;
    assert.deepEqual(rowOf(run), { ...run, spec: asStored(spec), report: asStored(report) });
  });

  it('keeps undefined as undefined, and not as absent', () => {
    const run = rowOf(sampleRun('run-1'));
    for (const part of ['names', 'outcome', 'endedAt'] as const) {
      assert.ok(part in run && run[part] === undefined, part);
    }
  });

  it('sets only the columns that a change names', () => {
    assert.deepEqual(columnsOf({ message: 'x', outcome: undefined, isCanceled: false }), [
      ['is_canceled', 0],
      ['outcome', null],
      ['message', 'x'],
    ]);
    assert.deepEqual(columnsOf({}), []);
    const names = columnsOf({ spec: { ...sampleSpec, kind: 'check' } });
    assert.deepEqual(names.at(-1), ['kind', 'check']);
    assert.equal(runColumns.split(', ').length, Object.keys(sampleRun('run-1')).length);
  });

  it('writes no JSON for undefined', () => {
    assert.equal(toJson(undefined), null);
    assert.equal(fromJson(null), undefined);
    assert.deepEqual(fromJson(toJson({ a: [1, undefined] })), { a: [1, null] });
  });

  it('contains plain data: the compiler finds what JSON would lose', () => {
    const run: IsPlain<Run> = true;
    const checkpoint: IsPlain<StoredCheckpoint> = true;
    const item: IsPlain<ReportItem> = true;
    const lost: IsPlain<{ readonly when: readonly Date[] }> = false;
    const gaps: IsPlain<{ readonly all: readonly (string | undefined)[] }> = false;
    assert.deepEqual([run, checkpoint, item, lost, gaps], [true, true, true, false, false]);
  });
});
