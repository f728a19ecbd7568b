import assert from 'node:assert/strict';
import type { Overview, SyncRequest } from '../../../src/argocd/port.ts';
import { SwappableArgoCD, type Adapter } from '../../../src/handler/watch/swappable-argo-cd.ts';
import type { Application } from '../../../src/sync/model/application.ts';
import { FakeArgoCD } from '../../follow/fake-argo-cd.ts';
import { ManualClock, settle } from '../../follow/manual-clock.ts';
import { application } from '../../sync/sample-application.ts';
import { summary } from '../../sync/sample-summary.ts';
import { FakeOverview } from './fake-overview.ts';

const { signal } = new AbortController();
const shop = { name: 'shop', project: 'default' };

/** A fake connection that says which one it is, and whether it was closed. */
class FakeAdapter extends FakeArgoCD implements Adapter {
  readonly overview: FakeOverview;
  isClosed = false;

  constructor(clock: ManualClock, uid: string) {
    super(clock);
    this.application = application({ uid });
    this.overview = new FakeOverview(clock);
    this.overview.put(summary({ uid }));
  }

  list: Overview['list'] = () => this.overview.list();
  summary: Overview['summary'] = (name) => this.overview.summary(name);
  summaryEvents: Overview['summaryEvents'] = (inner) => this.overview.summaryEvents(inner);

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

describe('An Argo CD with a replaceable connection', () => {
  let old: FakeAdapter;
  let next: FakeAdapter;
  let argocd: SwappableArgoCD;

  beforeEach(() => {
    const clock = new ManualClock();
    [old, next] = [new FakeAdapter(clock, 'old'), new FakeAdapter(clock, 'new')];
    argocd = new SwappableArgoCD(old, 'https://old.example.com');
  });
  const swap = () => argocd.swap(next, 'https://new.example.com');

  it('passes every call on to the current connection', async () => {
    const sync: SyncRequest = {
      ...{ revision: undefined, revisions: [], prune: false, dryRun: false, force: false },
      ...{ strategy: 'hook', resources: [], syncOptions: undefined, retry: undefined, infos: [] },
    };
    const rollback = { historyId: 1, prune: false, dryRun: false };
    const resource = { group: '', kind: 'Job', namespace: '', name: 'migrate' };
    for (const adapter of [old, next]) {
      adapter.onSync = () => Promise.resolve(application());
      adapter.onRollback = () => Promise.resolve(application());
      adapter.onTerminate = () => Promise.resolve();
      adapter.onWindows = () =>
        Promise.resolve({ activeWindows: [], assignedWindows: [], canSync: true });
      adapter.onCommit = () => Promise.resolve({ date: 0, tags: [], isHydrated: false });
      await argocd.get(shop, { signal });
      await argocd.find('', '', signal);
      await argocd.sync(shop, sync, signal);
      await argocd.rollback(shop, rollback, signal);
      await argocd.terminate(shop, signal);
      await argocd.manifests(shop, {}, signal);
      await argocd.windows(shop, signal);
      await argocd.commit(shop, 'abc1234', signal);
      await argocd.logs(shop, { resource, lines: 1 }, signal);
      await argocd.list(signal);
      await argocd.summary(shop, signal).catch(() => undefined);
      assert.deepEqual(
        adapter.calls.map(({ what }) => what),
        ['get', 'find', 'sync', 'rollback', 'terminate', 'manifests', 'windows', 'commit', 'logs'],
      );
      assert.deepEqual(
        adapter.overview.calls.map(({ what }) => what),
        ['list', 'summary shop'],
      );
      swap();
    }
  });

  it('lets a call end where it started, and then closes the old connection', async () => {
    let answer: (application: Application) => void = () => undefined;
    old.onGet = () => new Promise((resolve) => (answer = resolve));
    const getting = argocd.get(shop, { signal });
    swap();
    assert.equal((await argocd.get(shop, { signal })).uid, 'new');
    assert.equal(old.isClosed, false);
    answer(application({ uid: 'old' }));
    assert.equal((await getting).uid, 'old');
    assert.deepEqual([old.isClosed, next.isClosed], [true, false]);
  });

  it('immediately closes an unused connection', () => {
    swap();
    assert.equal(old.isClosed, true);
  });

  it('closes it even after a failed call', async () => {
    let fail: (error: Error) => void = () => undefined;
    old.onGet = () => new Promise((_, reject) => (fail = reject));
    const getting = argocd.get(shop, { signal });
    swap();
    fail(new Error('cut'));
    await assert.rejects(getting, /cut/);
    assert.equal(old.isClosed, true);
  });

  it('breaks its streams, so that they are reopened on the new connection', async () => {
    const told: (string | undefined)[] = [];
    const watching = (async () => {
      for await (const summaryEvent of argocd.summaryEvents(signal))
        told.push(summaryEvent?.summary.uid);
    })();
    await settle();
    swap();
    await assert.rejects(watching, /was replaced/);
    assert.deepEqual([old.isClosed, old.overview.openStreams], [true, 0]);
    for await (const summaryEvent of argocd.summaryEvents(signal)) {
      told.push(summaryEvent?.summary.uid);
      break;
    }
    assert.deepEqual(told, ['old', 'new']);
    const events = argocd.watch({ project: '' }, signal);
    const first = events.next();
    await settle();
    next.breakStreams();
    assert.equal((await first).done, true);
  });

  it('knows the URLs of the pages that people open', () => {
    assert.equal(argocd.pageOf({ name: 'shop' }), 'https://old.example.com/applications/shop');
    swap();
    assert.equal(argocd.pageOf({ name: 'shop' }), 'https://new.example.com/applications/shop');
  });

  it('closes the current connection', async () => {
    swap();
    await argocd.close();
    assert.equal(next.isClosed, true);
  });
});
