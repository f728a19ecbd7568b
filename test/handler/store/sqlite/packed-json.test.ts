import assert from 'node:assert/strict';
import { packLarge, unpack } from '../../../../src/handler/store/sqlite/packed-json.ts';
import type { ReportItem } from '../../../../src/handler/store/store.ts';
import { asStored, largeCheckpoint, sampleResult } from '../sample.ts';

const checkpoint = largeCheckpoint(5_000);
const kept = { path: 'shop', checkpoint, plan: undefined, result: sampleResult(1) };
const attachment: ReportItem = {
  kind: 'attachment',
  attachment: { type: 'argocd.result', name: 'result.json', text: 'x'.repeat(100_000) },
};

describe('Packed JSON', () => {
  it('of a large value is a fraction of its size, and restores it', async () => {
    const enqueue = [{ at: 1, item: attachment }];
    const packed = await packLarge({ runId: 'run-1', checkpoints: [kept], enqueue });
    for (const value of [checkpoint, attachment]) {
      const text = packed?.get(value) ?? '';
      const { length } = JSON.stringify(value);
      assert.ok(text.length < length / 8, `${text.length} characters of ${length}`);
      assert.deepEqual(await unpack(text), asStored(value));
    }
  });

  it('is used only for large values', async () => {
    const small: ReportItem = { kind: 'lines', lines: ['a'] };
    const enqueue = [attachment, small].map((item) => ({ at: 1, item }));
    const packed = await packLarge({ runId: 'run-1', checkpoints: [kept], enqueue });
    assert.deepEqual([...(packed?.keys() ?? [])], [checkpoint, attachment]);
    assert.equal(packLarge({ runId: 'run-1', enqueue: [{ at: 1, item: small }] }), undefined);
    assert.equal(packLarge({ runId: 'run-1' }), undefined);
  });

  it('is distinguished from plain JSON, including that of older handlers', async () => {
    assert.equal(await unpack(null), undefined);
    for (const value of ['deflate:', { a: 1 }, [], null]) {
      assert.deepEqual(await unpack(JSON.stringify(value)), value);
    }
  });
});
