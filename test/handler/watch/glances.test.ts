import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readGlance } from '../../../src/argocd/rest/glance-schema.ts';
import { Glances } from '../../../src/handler/watch/glances.ts';
import { atOnce } from '../../../src/sync/at-once.ts';
import type { Glance } from '../../../src/sync/glance.ts';
import { isApplication, readRecording } from '../../recording.ts';
import { B, second, synced } from '../../sync/sample-application.ts';
import { glance, listingOf } from '../../sync/sample-glance.ts';
import { D2, failed, hydrating, hydrator, other } from '../../sync/sample-hydrator.ts';

const shop = { name: 'shop', namespace: 'argocd' };
/** Local time, far from Argo CD's, so that no rule can mix them. */
const start = second(10_000);

describe('the glances of an Argo CD', () => {
  let glances: Glances;

  beforeEach(() => {
    glances = new Glances();
  });

  const take = (change: Partial<Glance>, at: number) => glances.take(glance(change), at);
  const names = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name);
  const compare = (changes: readonly Partial<Glance>[], askedAt: number) =>
    names(
      atOnce(
        glances.compare(
          changes.map((change) => listingOf(glance(change))),
          askedAt,
          askedAt + 5,
        ),
      ),
    );
  const degraded = { health: { status: 'Degraded', since: second(40) } } as const;

  it('keep what was told last, by name and namespace', () => {
    take({}, start);
    take({ namespace: 'team', resourceVersion: '7' }, start);
    assert.equal(glances.size, 2);
    assert.equal(glances.find(shop)?.glance?.resourceVersion, '1');
    assert.equal(glances.find({ ...shop, namespace: 'team' })?.glance?.resourceVersion, '7');
    assert.equal(glances.find({ ...shop, name: 'web' }), undefined);
  });

  it('pass over what is older, unless the application was made anew', () => {
    take({ resourceVersion: '10' }, start);
    take({ ...degraded, resourceVersion: '9' }, start + 1);
    assert.equal(glances.find(shop)?.glance?.health.status, 'Healthy');
    take({ ...degraded, resourceVersion: '2', uid: 'uid-2' }, start + 2);
    assert.equal(glances.find(shop)?.glance?.health.status, 'Degraded');
  });

  it('take what has no number for a version', () => {
    take({ resourceVersion: 'b' }, start);
    take({ resourceVersion: 'a' }, start + 1);
    assert.equal(glances.find(shop)?.glance?.resourceVersion, 'a');
  });

  it('forget what was deleted, and not the new one of the same name', () => {
    take({ uid: 'uid-2' }, start);
    glances.remove(glance());
    assert.equal(glances.size, 1);
    glances.remove(glance({ uid: 'uid-2' }));
    assert.equal(glances.size, 0);
    glances.remove(glance());
  });

  it('know since when an application has looked as it does', () => {
    const since = () => glances.find(shop)?.steadySince;
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

  it('know it from the first look at the latest, whatever the clocks say', () => {
    take({ health: { status: 'Healthy', since: undefined } }, start);
    assert.equal(glances.find(shop)?.steadySince, start);
    glances.clear();
    take({}, second(3));
    assert.equal(glances.find(shop)?.steadySince, second(3));
  });

  it('know it also of an application that a list has told of before', () => {
    assert.deepEqual(compare([{}], start), ['shop']);
    take({}, start + 10);
    assert.equal(glances.find(shop)?.steadySince, second(21));
    glances.clear();
    compare([{ sync: synced(B, 'OutOfSync') }], start);
    compare([{}], start + 10);
    take({}, start + 20);
    assert.equal(glances.find(shop)?.steadySince, start + 15, 'it was OutOfSync before');
  });

  it('are confirmed by a list that shows no change', () => {
    take({}, start);
    assert.deepEqual(compare([{ sync: synced(glance().sync.revisions[0] ?? '') }], start + 10), []);
    const known = glances.find(shop);
    assert.deepEqual([known?.confirmedAt, known?.isStale], [start + 10, false]);
  });

  it('are found wanting by a list that shows a change, which is told once', () => {
    take({}, start);
    assert.deepEqual(compare([degraded], start + 10), ['shop']);
    const known = glances.find(shop);
    assert.deepEqual([known?.isStale, known?.steadySince], [true, start + 15]);
    assert.deepEqual(compare([degraded], start + 20), []);
    assert.equal(glances.find(shop)?.isStale, true);
    take({ ...degraded, resourceVersion: '2' }, start + 25);
    const read = glances.find(shop);
    assert.deepEqual([read?.isStale, read?.steadySince], [false, start + 15]);
  });

  it('are found wanting by a new revision alone', () => {
    take({}, start);
    assert.deepEqual(compare([{ sync: synced(B) }], start + 10), ['shop']);
    const known = glances.find(shop);
    assert.deepEqual([known?.isStale, known?.steadySince], [true, second(21)]);
  });

  it('are found wanting by a hydration alone, which nothing else shows', () => {
    for (const change of [
      { current: failed(200) },
      { current: hydrating(200) },
      { last: other },
      { compared: D2 },
    ]) {
      glances = new Glances();
      take({ hydrator: hydrator() }, start);
      assert.deepEqual(compare([{ hydrator: hydrator() }], start + 10), []);
      assert.deepEqual(compare([{ hydrator: hydrator(change) }], start + 20), ['shop']);
      assert.equal(glances.find(shop)?.isStale, true);
      assert.deepEqual(compare([{ hydrator: undefined }], start + 30), []);
    }
  });

  it('are not compared by what this version of Argo CD does not list', () => {
    take({}, start);
    const { sync, ...listing } = listingOf(glance());
    const sparse = { ...listing, project: undefined, sync: { ...sync, revision: undefined } };
    assert.deepEqual(atOnce(glances.compare([sparse], start + 10, start + 15)), []);
    assert.equal(glances.find(shop)?.project, 'default');
  });

  it('take nothing from a list while whose reading all was forgotten', () => {
    const listings = ['a', 'b', 'c'].map((name) => listingOf(glance({ name })));
    const work = glances.compare(listings, start, start + 5);
    work.next();
    work.next();
    glances.clear();
    assert.deepEqual(atOnce(work), []);
    assert.equal(glances.size, 0);
  });

  it('know of an application that only a list has told of, and not how it is', () => {
    assert.deepEqual(compare([{}], start), ['shop']);
    const known = glances.find(shop);
    assert.deepEqual([known?.glance, known?.isStale, known?.project], [undefined, true, 'default']);
    assert.deepEqual(compare([{}], start + 10), []);
    take({}, start + 20);
    assert.equal(glances.find(shop)?.isStale, false);
  });

  it('forget what a list does not show any more', () => {
    take({}, start);
    take({ name: 'web' }, start);
    assert.deepEqual(compare([{}], start + 10), ['web']);
    assert.equal(glances.size, 1);
  });

  it('are newer than a list that was asked for before they were told', () => {
    take({}, start);
    take({ name: 'web' }, start + 10);
    take({ ...degraded, resourceVersion: '2' }, start + 11);
    assert.deepEqual(compare([{}], start + 10), []);
    assert.equal(glances.find(shop)?.isStale, false);
    assert.equal(glances.size, 2);
  });

  it('of ten thousand applications take a few megabytes, however long their messages', () => {
    const [json] = readRecording('hooks-and-waves')
      .flatMap(({ response }) => [response?.body])
      .filter(isApplication)
      .slice(-1);
    const text = JSON.stringify(json);
    const before = heapUsed();
    for (let count = 0; count < 10_000; count += 1) {
      const { metadata, spec, status } = JSON.parse(text) as Recorded;
      const state = { ...status.operationState, message: 'so long '.repeat(500) + count };
      glances.take(
        readGlance({
          metadata: { ...metadata, name: `shop-${count}`, uid: crypto.randomUUID() },
          spec,
          status: { ...status, operationState: state },
        }),
        start,
      );
    }
    const megabytes = (heapUsed() - before) / 1_000_000;
    assert.equal(glances.size, 10_000);
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
