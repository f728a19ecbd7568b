import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readSummary } from '../../../src/argocd/rest/summary-schema.ts';
import { SummaryCache } from '../../../src/handler/watch/summary-cache.ts';
import { atOnce } from '../../../src/sync/model/at-once.ts';
import type { ApplicationSummary } from '../../../src/sync/model/application-summary.ts';
import { isApplication, readRecording } from '../../../simulators/argo-cd/recording.ts';
import { B, second, synced } from '../../sync/sample-application.ts';
import { summary, listingOf } from '../../sync/sample-summary.ts';
import { D2, failed, hydrating, hydrator, other } from '../../sync/sample-hydrator.ts';

const shop = { name: 'shop', namespace: 'argocd' };
/** Local time, far from Argo CD's, so that no rule can confuse them. */
const start = second(10_000);

describe('The summary cache of an Argo CD', () => {
  let summaries: SummaryCache;

  beforeEach(() => {
    summaries = new SummaryCache();
  });

  const take = (change: Partial<ApplicationSummary>, at: number) =>
    summaries.take(summary(change), at);
  const names = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name);
  const compare = (changes: readonly Partial<ApplicationSummary>[], askedAt: number) =>
    names(
      atOnce(
        summaries.compare(
          changes.map((change) => listingOf(summary(change))),
          askedAt,
          askedAt + 5,
        ),
      ),
    );
  const degraded = { health: { status: 'Degraded', since: second(40) } } as const;

  it('keeps the last report, by name and namespace', () => {
    take({}, start);
    take({ namespace: 'team', resourceVersion: '7' }, start);
    assert.equal(summaries.size, 2);
    assert.equal(summaries.find(shop)?.summary?.resourceVersion, '1');
    assert.equal(summaries.find({ ...shop, namespace: 'team' })?.summary?.resourceVersion, '7');
    assert.equal(summaries.find({ ...shop, name: 'web' }), undefined);
  });

  it('ignores older ones, unless the application was recreated', () => {
    take({ resourceVersion: '10' }, start);
    take({ ...degraded, resourceVersion: '9' }, start + 1);
    assert.equal(summaries.find(shop)?.summary?.health.status, 'Healthy');
    take({ ...degraded, resourceVersion: '2', uid: 'uid-2' }, start + 2);
    assert.equal(summaries.find(shop)?.summary?.health.status, 'Degraded');
  });

  it('accepts a version that is not a number', () => {
    take({ resourceVersion: 'b' }, start);
    take({ resourceVersion: 'a' }, start + 1);
    assert.equal(summaries.find(shop)?.summary?.resourceVersion, 'a');
  });

  it('forgets a deleted application, but not a new one of the same name', () => {
    take({ uid: 'uid-2' }, start);
    summaries.remove(summary());
    assert.equal(summaries.size, 1);
    summaries.remove(summary({ uid: 'uid-2' }));
    assert.equal(summaries.size, 0);
    summaries.remove(summary());
  });

  it('knows since when an application has been unchanged', () => {
    const since = () => summaries.find(shop)?.steadySince;
    take({}, start);
    assert.equal(since(), second(21), "Argo CD's own times prove it");
    take({ resourceVersion: '2', sync: synced(B), reconciledAt: second(90) }, start + 1);
    assert.equal(since(), second(21), 'a commit that changes nothing');
    take({ resourceVersion: '3', ...degraded }, start + 2);
    assert.equal(since(), start + 2);
    take({ resourceVersion: '4' }, start + 3);
    assert.equal(since(), start + 3, 'seen otherwise in between');
    take({ resourceVersion: '5', uid: 'uid-2' }, start + 4);
    assert.equal(since(), start + 4, 'another application');
  });

  it('knows it from its own first read at the latest, whatever the clocks say', () => {
    take({ health: { status: 'Healthy', since: undefined } }, start);
    assert.equal(summaries.find(shop)?.steadySince, start);
    summaries.clear();
    take({}, second(3));
    assert.equal(summaries.find(shop)?.steadySince, second(3));
  });

  it('knows it even for an application that a list reported before', () => {
    assert.deepEqual(compare([{}], start), ['shop']);
    take({}, start + 10);
    assert.equal(summaries.find(shop)?.steadySince, second(21));
    summaries.clear();
    compare([{ sync: synced(B, 'OutOfSync') }], start);
    compare([{}], start + 10);
    take({}, start + 20);
    assert.equal(summaries.find(shop)?.steadySince, start + 15, 'it was OutOfSync before');
  });

  it('is confirmed by a list that shows no change', () => {
    take({}, start);
    assert.deepEqual(
      compare([{ sync: synced(summary().sync.revisions[0] ?? '') }], start + 10),
      [],
    );
    const known = summaries.find(shop);
    assert.deepEqual([known?.confirmedAt, known?.isStale], [start + 10, false]);
  });

  it('is corrected by a list that shows a change, which is reported once', () => {
    take({}, start);
    assert.deepEqual(compare([degraded], start + 10), ['shop']);
    const known = summaries.find(shop);
    assert.deepEqual([known?.isStale, known?.steadySince], [true, start + 15]);
    assert.deepEqual(compare([degraded], start + 20), []);
    assert.equal(summaries.find(shop)?.isStale, true);
    take({ ...degraded, resourceVersion: '2' }, start + 25);
    const read = summaries.find(shop);
    assert.deepEqual([read?.isStale, read?.steadySince], [false, start + 15]);
  });

  it('is corrected by a new revision alone', () => {
    take({}, start);
    assert.deepEqual(compare([{ sync: synced(B) }], start + 10), ['shop']);
    const known = summaries.find(shop);
    assert.deepEqual([known?.isStale, known?.steadySince], [true, second(21)]);
  });

  it('is corrected by a hydration alone, which nothing else shows', () => {
    for (const change of [
      { current: failed(200) },
      { current: hydrating(200) },
      { last: other },
      { compared: D2 },
    ]) {
      summaries = new SummaryCache();
      take({ hydrator: hydrator() }, start);
      assert.deepEqual(compare([{ hydrator: hydrator() }], start + 10), []);
      assert.deepEqual(compare([{ hydrator: hydrator(change) }], start + 20), ['shop']);
      assert.equal(summaries.find(shop)?.isStale, true);
      assert.deepEqual(compare([{ hydrator: undefined }], start + 30), []);
    }
  });

  it('ignores fields that this version of Argo CD does not list', () => {
    take({}, start);
    const { sync, ...listing } = listingOf(summary());
    const sparse = { ...listing, project: undefined, sync: { ...sync, revision: undefined } };
    assert.deepEqual(atOnce(summaries.compare([sparse], start + 10, start + 15)), []);
    assert.equal(summaries.find(shop)?.project, 'default');
  });

  it('accepts nothing from a list that was being read when everything was forgotten', () => {
    const listings = ['a', 'b', 'c'].map((name) => listingOf(summary({ name })));
    const work = summaries.compare(listings, start, start + 5);
    work.next();
    work.next();
    summaries.clear();
    assert.deepEqual(atOnce(work), []);
    assert.equal(summaries.size, 0);
  });

  it('knows that an application exists that only a list has reported, but not its state', () => {
    assert.deepEqual(compare([{}], start), ['shop']);
    const known = summaries.find(shop);
    assert.deepEqual(
      [known?.summary, known?.isStale, known?.project],
      [undefined, true, 'default'],
    );
    assert.deepEqual(compare([{}], start + 10), []);
    take({}, start + 20);
    assert.equal(summaries.find(shop)?.isStale, false);
  });

  it('forgets what a list no longer shows', () => {
    take({}, start);
    take({ name: 'web' }, start);
    assert.deepEqual(compare([{}], start + 10), ['web']);
    assert.equal(summaries.size, 1);
  });

  it('is newer than a list that was requested before its reports', () => {
    take({}, start);
    take({ name: 'web' }, start + 10);
    take({ ...degraded, resourceVersion: '2' }, start + 11);
    assert.deepEqual(compare([{}], start + 10), []);
    assert.equal(summaries.find(shop)?.isStale, false);
    assert.equal(summaries.size, 2);
  });

  it('keeps ten thousand applications in a few megabytes, however long their messages', () => {
    const [json] = readRecording('hooks-and-waves')
      .flatMap(({ response }) => [response?.body])
      .filter(isApplication)
      .slice(-1);
    const text = JSON.stringify(json);
    const before = heapUsed();
    for (let count = 0; count < 10_000; count += 1) {
      const { metadata, spec, status } = JSON.parse(text) as Recorded;
      const state = { ...status.operationState, message: 'so long '.repeat(500) + count };
      summaries.take(
        readSummary({
          metadata: { ...metadata, name: `shop-${count}`, uid: crypto.randomUUID() },
          spec,
          status: { ...status, operationState: state },
        }),
        start,
      );
    }
    const megabytes = (heapUsed() - before) / 1_000_000;
    assert.equal(summaries.size, 10_000);
    assert.ok(megabytes < 40, `${Math.round(megabytes)} MB`);
  });
});

interface Recorded {
  readonly metadata: object;
  readonly spec: object;
  readonly status: { readonly operationState: object };
}

/** What is really used, in bytes. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
