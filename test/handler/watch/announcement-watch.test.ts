import assert from 'node:assert/strict';
import type { SummaryEvent } from '../../../src/argocd/port.ts';
import { AnnouncementWatch, observedBy } from '../../../src/handler/watch/announcement-watch.ts';
import { application } from '../../sync/sample-application.ts';
import { endedOperation, listingOf, summary } from '../../sync/sample-summary.ts';

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 21);

describe('The watch for applications that announce a run', () => {
  let done: string[];
  let isReady: boolean;
  let isWanted: boolean;
  let watch: AnnouncementWatch;

  beforeEach(() => {
    done = [];
    [isReady, isWanted] = [true, true];
    watch = new AnnouncementWatch({
      isWanted: () => isWanted,
      isReady: () => isReady,
      look: ({ name }) => Promise.resolve(void done.push(`look ${name}`)),
      later: ({ name }) => void done.push(`later ${name}`),
      drop: () => undefined,
      clock: { now: () => now, sleep: () => Promise.resolve() },
      onFault: (error) => assert.fail(String(error)),
    });
  });

  const event = (announces: boolean, type: SummaryEvent['type'] = 'MODIFIED'): SummaryEvent => ({
    type,
    summary: summary({ ...(announces && { announces }) }),
    read: () => Promise.resolve(application()),
  });
  const last = endedOperation({ startedAt: now - hour - 5_000, finishedAt: now - hour });

  it('reads only applications whose operation names one', async () => {
    await watch.heard(event(false));
    await watch.heard(event(true, 'DELETED'));
    assert.deepEqual(done, []);
    await watch.heard(event(true));
    assert.deepEqual(done, ['look shop']);
  });

  it('reads none if such runs are not to be followed', async () => {
    isWanted = false;
    await watch.heard(event(true));
    await watch.listed([listingOf(summary({ last }))]);
    assert.deepEqual(done, []);
  });

  it("postpones reads until the previous process's runs are known", async () => {
    isReady = false;
    await watch.heard(event(true));
    assert.deepEqual(done, ['later shop']);
  });

  it('reads what only a list shows once for each operation, but nothing old', async () => {
    const listing = listingOf(summary({ last }));
    await watch.listed([listing]);
    await watch.listed([listing]);
    assert.deepEqual(done, ['later shop']);
    await watch.listed([listingOf(summary({ last, isPending: true }))]);
    const old = { startedAt: now - 50 * hour, finishedAt: now - 49 * hour };
    await watch.listed([listingOf(summary({ last: endedOperation(old) }))]);
    assert.deepEqual(done, ['later shop', 'later shop']);
  });

  it('reads nothing for a list that shows what the stream has reported', async () => {
    await watch.heard({ ...event(false), summary: summary({ last }) });
    await watch.listed([listingOf(summary({ last }))]);
    assert.deepEqual(done, []);
  });

  it('listens like others, each in its turn', async () => {
    const heard: string[] = [];
    const other = {
      heard: () => Promise.resolve(void heard.push(`heard after ${done.length}`)),
      listed: () => Promise.resolve(void heard.push('listed')),
    };
    const both = observedBy([watch, other]);
    await both.heard(event(true));
    await both.listed([], now);
    assert.deepEqual([done, heard], [['look shop'], ['heard after 1', 'listed']]);
  });
});
