import assert from 'node:assert/strict';
import { OpenItems } from '../../../../src/handler/runs/outbox/open-items.ts';
import {
  channels,
  type ReportChannel,
} from '../../../../src/handler/runs/outbox/report-channel.ts';
import type { ReportItem, StoredItem } from '../../../../src/handler/store/store.ts';
import { attachment, completed, line, record } from '../told-run.ts';

describe('The open items of a run at its end', () => {
  let stored: StoredItem[];
  let reads: number;
  let open: OpenItems;

  const hold = (...items: readonly ReportItem[]) => {
    for (const item of items) stored.push({ seq: stored.length + 1, at: 0, item });
  };
  const remove = (gone: readonly StoredItem[]) => {
    stored = stored.filter((one) => !gone.includes(one));
  };
  /** The batches until the completion, each of which leaves the outbox. */
  const giveAll = async (passed: ReadonlySet<ReportChannel> = new Set()) => {
    const kinds: string[] = [];
    for (;;) {
      const { batch, left } = await open.next(passed);
      kinds.push(batch.kind);
      if (batch.kind === 'completed') return { kinds, left: [...left] };
      remove(batch.items);
    }
  };

  beforeEach(() => {
    stored = [];
    reads = 0;
    open = new OpenItems((limit, after) => {
      reads += 1;
      return Promise.resolve(stored.filter(({ seq }) => seq > after).slice(0, limit));
    });
  });

  it('come in order, with the completion last, and are read twice however many there are', async () => {
    const files = Array.from({ length: 10 }, () => ({ kind: 'attachment', attachment }) as const);
    hold(line('a'), record({}), ...files, line('b'), completed('succeeded'));
    const { kinds, left } = await giveAll();
    assert.deepEqual(kinds, [
      'progress',
      ...files.map(({ kind }) => kind),
      'progress',
      'completed',
    ]);
    assert.deepEqual(left, []);
    assert.equal(reads, 2);
  });

  it('are returned once, and skipped if they did not leave the outbox', async () => {
    hold(line('a'), { kind: 'attachment', attachment }, completed('failed'));
    const passed = new Set<ReportChannel>();
    assert.equal((await open.next(passed)).batch.kind, 'progress');
    passed.add('log');
    assert.equal((await open.next(passed)).batch.kind, 'attachment');
    passed.add('attachments');
    const { batch, left } = await open.next(passed);
    assert.deepEqual([batch.kind, ...left], ['completed', 'log', 'attachments']);
  });

  it('exclude those of a channel that has failed meanwhile', async () => {
    hold({ kind: 'attachment', attachment }, line('a'), { kind: 'attachment', attachment });
    hold(completed('failed'));
    const first = await open.next(new Set());
    remove(first.batch.items);
    assert.equal(first.batch.kind, 'attachment');
    const { kinds, left } = await giveAll(new Set(['attachments']));
    assert.deepEqual([kinds, left], [['progress', 'completed'], ['attachments']]);
  });

  it('include those written meanwhile', async () => {
    hold(line('a'), completed('succeeded'));
    remove((await open.next(new Set())).batch.items);
    stored.push({ seq: 7, at: 0, item: line('b') });
    assert.deepEqual((await giveAll()).kinds, ['progress', 'completed']);
  });

  it('are only the completion if no channel is left', async () => {
    hold(line('a'), completed('succeeded'));
    const { batch } = await open.next(new Set(channels));
    assert.equal(batch.kind, 'completed');
  });

  it('must include a completion', async () => {
    hold(line('a'));
    await assert.rejects(open.next(new Set(channels)), /has no completion/);
  });
});
