import assert from 'node:assert/strict';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import type { Address, SyncRequest } from '../../../src/argocd/port.ts';
import { AccessDenied } from '../../../src/follow/access-denied.ts';
import { GuardedArgoCD } from '../../../src/handler/watch/guarded-argo-cd.ts';
import type { ApplicationName } from '../../../src/sync/model/application.ts';
import { failed, FakeArgoCD } from '../../follow/fake-argo-cd.ts';
import { ManualClock, settle } from '../../follow/manual-clock.ts';
import { application } from '../../sync/sample-application.ts';

const { signal } = new AbortController();
const shop: Address = { name: 'shop', project: '' };
const request: SyncRequest = {
  ...{ revision: undefined, revisions: [], prune: false, dryRun: false, force: false },
  ...{ strategy: 'hook', resources: [], syncOptions: undefined, retry: undefined, infos: [] },
};
const found = { name: 'shop', namespace: 'argocd', project: 'default' };
const resource = { group: '', kind: 'Job', namespace: '', name: 'migrate' };

describe('A guarded Argo CD', () => {
  let argocd: FakeArgoCD;
  let guarded: GuardedArgoCD;
  let asked: unknown[];
  let allowed: { names: readonly string[]; projects: readonly string[] };
  let known: readonly string[];
  let withheld: unknown[];

  beforeEach(() => {
    argocd = new FakeArgoCD(new ManualClock());
    asked = [];
    allowed = { names: ['shop'], projects: ['default'] };
    known = [];
    withheld = [];
    guarded = new GuardedArgoCD(argocd, {
      deny: (name, project) => {
        asked.push([name, project]);
        const isAllowed =
          allowed.names.includes(name.name) &&
          (project === undefined || allowed.projects.includes(project));
        return isAllowed ? undefined : new AccessDenied('No rule allows it', 'Add one.');
      },
      mayKnowOf: (_, project) => known.includes(project),
      onWithheld: (name, project) => withheld.push([name, project]),
    });
  });

  const what = () => argocd.calls.map((call) => call.what);
  const denied = (call: Promise<unknown>) =>
    assert.rejects(call, (error) => error instanceof AccessDenied && error.advice === 'Add one.');

  /** Every call about one application except reading it, with its address. */
  const calls: readonly [string, (one: GuardedArgoCD, address: Address) => Promise<unknown>][] = [
    ['sync', (one, address) => one.sync(address, request, signal)],
    [
      'rollback',
      (one, address) =>
        one.rollback(address, { historyId: 1, prune: false, dryRun: false }, signal),
    ],
    ['terminate', (one, address) => one.terminate(address, signal)],
    ['manifests', (one, address) => one.manifests(address, {}, signal)],
    ['windows', (one, address) => one.windows(address, signal)],
    ['commit', (one, address) => one.commit(address, 'abc1234', signal)],
    ['logs', (one, address) => one.logs(address, { resource, lines: 1 }, signal)],
  ];

  /** Lets every call succeed, and records its address. */
  function answerAll(): Address[] {
    const addresses: Address[] = [];
    const note =
      <T>(answer: T) =>
      (address: Address) => {
        addresses.push(address);
        return Promise.resolve(answer);
      };
    argocd.onSync = note(application());
    argocd.onRollback = note(application());
    argocd.onTerminate = note(undefined);
    argocd.onManifests = note([]);
    argocd.onWindows = note({ activeWindows: [], assignedWindows: [], canSync: true });
    argocd.onCommit = note({ date: undefined, tags: [], isHydrated: false });
    argocd.onLogs = note({ lines: [], fault: '' });
    return addresses;
  }

  it('returns an allowed application', async () => {
    assert.equal((await guarded.get(shop, { signal })).name, 'shop');
    assert.deepEqual(asked, [
      [{ name: 'shop' }, undefined],
      [{ name: 'shop' }, 'default'],
    ]);
  });

  it('requests a name with its namespace if it has one', async () => {
    await guarded.get({ ...shop, namespace: 'team' }, { signal });
    assert.deepEqual(asked[0], [{ name: 'shop', namespace: 'team' }, undefined]);
  });

  it('does not even ask Argo CD for a name that is not allowed', async () => {
    const other = { name: 'other', project: 'default' };
    await denied(guarded.get(other, { signal }));
    for (const [, call] of calls) await denied(call(guarded, other));
    assert.deepEqual(what(), []);
  });

  it('withholds an application in an AppProject that is not allowed', async () => {
    allowed = { ...allowed, projects: ['team'] };
    known = ['default'];
    await denied(guarded.get(shop, { signal }));
    await denied(guarded.get(shop, { signal, refresh: true }));
  });

  it('treats one that the run may not know of like one that Argo CD does not have', async () => {
    allowed = { ...allowed, projects: ['team'] };
    const failureOf = async (call: Promise<unknown>) => {
      const error = await call.then(() => undefined).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof ArgoCDError);
      const { failure, status, reason } = error;
      return { failure, status, reason };
    };
    const failures = async () => [
      await failureOf(guarded.get(shop, { signal })),
      await failureOf(guarded.get(shop, { signal, refresh: true })),
      ...(await Promise.all(calls.map(([, call]) => failureOf(call(guarded, shop))))),
    ];
    const hidden = await failures();
    assert.ok(withheld.length > 0);
    withheld = [];
    argocd.onGet = () =>
      Promise.reject(
        new ArgoCDError('GET /x', 'permission denied', { failure: 'hidden', status: 403 }),
      );
    assert.deepEqual(await failures(), hidden);
    assert.deepEqual(withheld, []);
  });

  it('openly denies what the run had access to before', async () => {
    await guarded.get(shop, { signal });
    argocd.application = application({ project: 'team' });
    for (let times = 0; times < 2; times += 1) await denied(guarded.get(shop, { signal }));
    assert.deepEqual(withheld[0], [{ name: 'shop' }, 'team']);
  });

  it('denies what is not allowed in the named project without a read', async () => {
    await denied(guarded.get({ ...shop, project: 'team' }, { signal }));
    assert.deepEqual(what(), []);
  });

  for (const [name, call] of calls) {
    it(`withholds the response to ${name} if the rules change meanwhile`, async () => {
      answerAll();
      await guarded.get(shop, { signal });
      const late = call(guarded, shop);
      late.catch(() => undefined);
      allowed = { ...allowed, projects: [] };
      if (name === 'terminate') await late;
      else await denied(late);
    });
  }

  for (const [name, call] of calls) {
    it(`reads before ${name}, and binds it to the allowed AppProject`, async () => {
      const addresses = answerAll();
      await call(guarded, shop);
      await call(guarded, shop);
      assert.deepEqual(what(), ['get', name, name]);
      const bound = { name: 'shop', project: 'default' };
      assert.deepEqual(addresses, [bound, bound]);
    });

    it(`refuses ${name} in an AppProject that is not allowed`, async () => {
      allowed = { ...allowed, projects: [] };
      known = ['default'];
      await denied(call(guarded, shop));
      assert.deepEqual(what(), ['get']);
    });

    it(`refuses ${name} as soon as the rules or the AppProject change`, async () => {
      await guarded.get(shop, { signal });
      argocd.application = application({ project: 'team' });
      await denied(guarded.get(shop, { signal }));
      await denied(call(guarded, shop));
      argocd.application = application();
      await guarded.get(shop, { signal });
      allowed = { ...allowed, projects: [] };
      await denied(call(guarded, shop));
      assert.deepEqual([...new Set(what())], ['get']);
    });
  }

  it('distinguishes applications of the same name in several namespaces', async () => {
    const addresses = answerAll();
    await guarded.get({ ...shop, namespace: 'team' }, { signal });
    await guarded.terminate(shop, signal);
    assert.deepEqual(what(), ['get', 'get', 'terminate']);
    assert.deepEqual(addresses, [{ name: 'shop', project: 'default' }]);
  });

  it("passes on Argo CD's own refusals", async () => {
    argocd.onGet = () => Promise.reject(failed('not-found'));
    await assert.rejects(guarded.get(shop, { signal }), /not-found/);
    await assert.rejects(guarded.sync(shop, request, signal), /not-found/);
  });

  it('denies a search that finds something that the run may know of, but not use', async () => {
    const other = { name: 'other', namespace: 'argocd', project: 'team' };
    argocd.onFind = () => Promise.resolve([found, other]);
    known = ['team'];
    await denied(guarded.find('a=b', '', signal));
  });

  it('returns only allowed applications, unless the run may know of the others', async () => {
    const elsewhere = { ...found, project: 'team' };
    const other = { name: 'other', namespace: 'argocd', project: 'default' };
    argocd.onFind = () => Promise.resolve([elsewhere, found, other]);
    assert.deepEqual(await guarded.find('a=b', '', signal), [found]);
    assert.deepEqual(withheld, [
      [{ name: 'shop', namespace: 'argocd' }, 'team'],
      [{ name: 'other', namespace: 'argocd' }, 'default'],
    ]);
    argocd.onFind = () => Promise.resolve([other]);
    assert.deepEqual(await guarded.find('a=b', '', signal), []);
  });

  it('reports no events of what is not allowed', async () => {
    const cancel = new AbortController();
    const heard: (string | undefined)[] = [];
    const watching = (async () => {
      for await (const event of guarded.watch({ project: '' }, cancel.signal)) {
        heard.push(event?.application.project);
      }
    })();
    await settle();
    argocd.send({ type: 'MODIFIED', application: application({ project: 'team' }) });
    argocd.send(undefined);
    argocd.send({ type: 'MODIFIED', application: application({ name: 'other' }) });
    argocd.send({ type: 'MODIFIED', application: application() });
    await settle();
    cancel.abort();
    await watching;
    assert.deepEqual(heard, [undefined, 'default']);
  });

  it("knows the URL of an application's page", () => {
    const name: ApplicationName = { name: 'shop' };
    assert.equal(guarded.pageOf(name), argocd.pageOf(name));
  });
});
