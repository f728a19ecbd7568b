import assert from 'node:assert/strict';
import { Secret } from '../../src/secret.ts';
import type { SyncGoal } from '../../src/sync/model/goal.ts';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { configMap, deployment, files, job, service } from '../manifests.ts';
import {
  autoSynced,
  begin,
  followOne,
  revision,
  rollbackGoal,
  startArgoCD,
  syncGoal,
  terminateGoal,
  waitGoal,
} from './following.ts';

describe('Following a sync with a difficult Argo CD', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await startArgoCD();
  });
  afterEach(() => argocd.stop());

  const make = (name: string, ...documents: readonly string[]) => {
    const sha = argocd.commit(name, files(...documents));
    argocd.createApplication(name);
    return sha;
  };
  const syncs = () => argocd.requests.filter(({ path }) => path.endsWith('/sync')).length;

  it('succeeds if all hooks and waves did, and says how it knows', async () => {
    const sha = make(
      'shop',
      job('migrate', { hook: 'PreSync', wave: -1 }),
      configMap('settings'),
      deployment('web', { wave: 1 }),
      job('smoke', { hook: 'PostSync' }),
    );
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'succeeded');
    assert.deepEqual(result.revisions, [sha]);
    assert.equal(result.operation?.ours, true);
    assert.deepEqual(
      result.steps.map(({ phase, wave, name, state }) => [phase, wave, name, state]),
      [
        ['PreSync', -1, 'ns-shop', 'Succeeded'],
        ['PreSync', -1, 'migrate', 'Succeeded'],
        ['Sync', 0, 'settings', 'Succeeded'],
        ['Sync', 1, 'web', 'Succeeded'],
        ['PostSync', 0, 'smoke', 'Succeeded'],
      ],
    );
  });

  it('needs five requests and one stream if nothing goes wrong', async () => {
    make('shop', configMap('a'));
    await followOne(argocd, 'shop', syncGoal());
    const seen = argocd.requests.map(({ method, path }) => `${method} ${path}`);
    const streams = seen.filter((request) => request.includes('/stream/'));
    assert.equal(streams.length, 1);
    assert.ok(seen.length - streams.length <= 5, seen.join('\n'));
  });

  it('is not misled by Synced and Healthy at the old revision while a new push fails in PostSync', async () => {
    make('shop', configMap('a'));
    assert.equal((await followOne(argocd, 'shop', syncGoal())).outcome, 'succeeded');
    const pushed = argocd.commit(
      'shop',
      files(
        configMap('a', { value: 'y' }),
        job('smoke', { hook: 'PostSync', exit: 1, seconds: 3 }),
      ),
    );
    assert.equal(argocd.application('shop')?.status.sync.status, 'Synced');
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'failed');
    assert.deepEqual(result.revisions, [pushed]);
    assert.equal(result.syncStatus, 'Synced');
    assert.match(result.causes[0]?.title ?? '', /PostSync hook Job\/smoke failed/);
  });

  it('fails with the hook, its message and its log, and lists what was not reached', async () => {
    make(
      'shop',
      job('migrate', { hook: 'PreSync', exit: 3, log: 'connecting|boom ##vso[task.complete]' }),
      job('alert', { hook: 'SyncFail' }),
      configMap('settings'),
    );
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'failed');
    assert.deepEqual(
      result.causes.map(({ title, log }) => [title, log]),
      [['PreSync hook Job/migrate failed', ['connecting', 'boom ##vso[task.complete]']]],
    );
    assert.deepEqual(
      result.steps.filter(({ state }) => state === 'Pending').map(({ name }) => name),
      ['settings'],
    );
  });

  it('keeps the log of a hook that is deleted at the moment of its failure', async () => {
    make(
      'shop',
      job('migrate', {
        hook: 'PreSync',
        exit: 1,
        seconds: 8,
        log: 'one|two',
        policy: 'HookFailed',
      }),
      configMap('settings'),
    );
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'failed');
    assert.equal(result.causes[0]?.log[0], 'one');
  });

  it('does not mistake an older failed operation for its own', async () => {
    make('shop', job('migrate', { hook: 'PreSync', exit: 1 }), configMap('a'));
    assert.equal((await followOne(argocd, 'shop', syncGoal())).outcome, 'failed');
    argocd.commit('shop', files(configMap('a', { value: 'y' })));
    assert.equal((await followOne(argocd, 'shop', syncGoal())).outcome, 'succeeded');
  });

  it('waits for a retry, and reports the last attempt', async () => {
    make('shop', job('migrate', { hook: 'PreSync', exit: 1 }), configMap('a'));
    const retry = { limit: 2, backoff: { duration: '3s', factor: 2, maxDuration: '1m' } };
    const result = await followOne(argocd, 'shop', syncGoal({}, { retry }));
    assert.equal(result.outcome, 'failed');
    assert.equal(result.operation?.retryCount, 2);
    assert.match(result.message, /after 2 retries/);
  });

  describe('when the response to the request is lost', () => {
    const losses = [
      ['the connection breaks after Argo CD acted', { kind: 'dropAfter' }],
      [
        'a proxy returns 502 after Argo CD acted',
        { kind: 'answer', status: 502, body: '<html>', afterActing: true },
      ],
      [
        'a proxy returns 504 after Argo CD acted',
        { kind: 'answer', status: 504, body: '', afterActing: true },
      ],
    ] as const;
    for (const [what, fault] of losses) {
      it(`finds its own operation by the marker and never syncs twice: ${what}`, async () => {
        make('shop', configMap('a'), job('smoke', { hook: 'PostSync', seconds: 2 }));
        argocd.faults.add({ method: 'POST', path: /\/sync/, fault });
        const result = await followOne(argocd, 'shop', syncGoal());
        assert.equal(result.outcome, 'succeeded');
        assert.equal(result.operation?.ours, true);
        assert.equal(syncs(), 1);
      });
    }

    it('sends it again if Argo CD did not act', async () => {
      make('shop', configMap('a'));
      argocd.faults.add({ method: 'POST', path: /\/sync/, fault: { kind: 'dropBefore' } });
      assert.equal((await followOne(argocd, 'shop', syncGoal())).outcome, 'succeeded');
      assert.equal(syncs(), 2);
    });
  });

  it('waits for Argo CD as long as Retry-After asks', async () => {
    make('shop', configMap('a'));
    argocd.faults.add({
      method: 'POST',
      path: /\/sync/,
      fault: { kind: 'answer', status: 429, headers: { 'Retry-After': '20' }, body: '' },
    });
    const before = argocd.now;
    assert.equal((await followOne(argocd, 'shop', syncGoal())).outcome, 'succeeded');
    assert.ok(argocd.now - before >= 20_000);
  });

  it('treats an operation that the controller has not started as pending, not as finished', async () => {
    make('shop', configMap('a'));
    argocd.behavior.pickUp = 20_000;
    const following = begin(argocd, ['shop'], syncGoal());
    await following.until(
      (p) => p.kind === 'status' && p.message.includes('waiting for the controller'),
    );
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded');
    assert.equal(result?.steps.length, 2);
  });

  describe('when another operation is in progress', () => {
    const busy = () => {
      make('shop', job('slow', { hook: 'PreSync', seconds: 5 }), configMap('a'));
      argocd.syncAs('alice', 'shop');
    };

    it('waits for it, and then syncs', async () => {
      busy();
      const result = await followOne(argocd, 'shop', syncGoal());
      assert.equal(result.outcome, 'succeeded');
      assert.equal(result.operation?.ours, true);
      assert.equal(argocd.application('shop')?.status.history?.length, 2);
    });

    it('joins it if it does the same', async () => {
      busy();
      const result = await followOne(argocd, 'shop', syncGoal({ whenBusy: 'join' }));
      assert.equal(result.outcome, 'succeeded');
      assert.equal(result.operation?.ours, false);
      assert.equal(argocd.application('shop')?.status.history?.length, 1);
    });

    it('does not join a dry run', async () => {
      make('shop', job('slow', { hook: 'PreSync', seconds: 5 }), configMap('a'));
      argocd.behavior.pickUp = 5_000;
      argocd.syncAs('alice', 'shop', { dryRun: true });
      const result = await followOne(argocd, 'shop', syncGoal({ whenBusy: 'join' }));
      assert.equal(result.outcome, 'succeeded');
      assert.equal(result.operation?.ours, true);
    });

    it('terminates it, and then syncs', async () => {
      make('shop', job('stuck', { hook: 'PreSync', forever: true }), configMap('a'));
      argocd.syncAs('alice', 'shop');
      const sha = argocd.commit('shop', files(configMap('a')));
      const result = await followOne(argocd, 'shop', syncGoal({ whenBusy: 'terminate' }));
      assert.equal(result.outcome, 'succeeded');
      assert.equal(result.operation?.ours, true);
      assert.deepEqual(result.revisions, [sha]);
    });

    it('gives up immediately if told to, and says who is syncing', async () => {
      busy();
      const result = await followOne(argocd, 'shop', syncGoal({ whenBusy: 'fail' }));
      assert.equal(result.outcome, 'blocked');
      assert.match(result.message, /alice/);
    });
  });

  describe('when another operation replaces ours before its end was seen', () => {
    const blind = () => {
      // It takes some seconds, so that its start, in whole seconds, differs from that of the next
      // one.
      make('shop', job('migrate', { hook: 'PreSync', seconds: 3 }), configMap('a'));
      // Neither the stream nor a read shows the end: the next operation follows immediately.
      argocd.faults.add({ path: /\/stream\//, times: Infinity, fault: { kind: 'silentStream' } });
    };

    it('proves success from history', async () => {
      blind();
      argocd.syncAfter('bob', 'shop');
      const result = await followOne(argocd, 'shop', syncGoal());
      assert.equal(result.outcome, 'succeeded');
      assert.match(result.evidence, /history entry \d+ proves/);
    });

    it('is superseded if ours failed, and says by whom', async () => {
      make('shop', job('migrate', { hook: 'PreSync', exit: 1 }), configMap('a'));
      argocd.faults.add({ path: /\/stream\//, times: Infinity, fault: { kind: 'silentStream' } });
      argocd.syncAfter('bob', 'shop');
      const result = await followOne(argocd, 'shop', syncGoal());
      assert.equal(result.outcome, 'superseded');
      assert.match(result.message, /bob/);
    });

    it('follows the one that replaced it if told to', async () => {
      make('shop', job('migrate', { hook: 'PreSync', exit: 1 }), configMap('a'));
      argocd.faults.add({ path: /\/stream\//, times: Infinity, fault: { kind: 'silentStream' } });
      argocd.syncAfter('bob', 'shop');
      const result = await followOne(argocd, 'shop', syncGoal({ whenSuperseded: 'follow' }));
      assert.equal(result.outcome, 'failed');
      assert.equal(result.operation?.ours, false);
    });
  });

  describe('while an agent temporarily changes the operation state', () => {
    /** Another operation has ended; then ours is in progress. */
    async function begun(whenSuperseded: SyncGoal['whenSuperseded'], exit = 0) {
      make('shop', configMap('a'));
      await followOne(argocd, 'shop', syncGoal());
      const older = argocd.application('shop')?.status.operationState;
      const job_ = job('migrate', { hook: 'PreSync', seconds: 20, exit });
      const sha = argocd.commit('shop', files(job_, configMap('a', { value: 'new' })));
      await argocd.sleep(5_000);
      const following = begin(argocd, ['shop'], syncGoal({ whenSuperseded }));
      await following.until((p) => p.kind === 'step' && p.step.name === 'migrate');
      const { operation, status } = argocd.application('shop') ?? {};
      const clear = (operationState: unknown) => {
        argocd.patchApplication('shop', { operation: null, status: { operationState: null } });
        argocd.patchApplication('shop', { status: { operationState } });
      };
      const restore = () => {
        const { operationState } = status ?? {};
        argocd.patchApplication('shop', { status: { operationState: null } });
        argocd.patchApplication('shop', { operation, status: { operationState } });
      };
      return { following, older, sha, clear, restore };
    }

    for (const whenSuperseded of ['fail', 'follow', 'succeedIfIncluded'] as const) {
      for (const [outcome, exit] of [
        ['succeeded', 0],
        ['failed', 1],
      ] as const) {
        it(`waits for its own operation while an older one shows: ${outcome} (${whenSuperseded})`, async () => {
          const { following, older, sha, clear, restore } = await begun(whenSuperseded, exit);
          clear(older);
          await argocd.sleep(6_000);
          restore();
          const [result] = await following.done;
          assert.equal(result?.outcome, outcome, result?.message);
          assert.deepEqual(result.revisions, exit === 0 ? [sha] : []);
        });
      }

      it(`is superseded if its operation is removed permanently (${whenSuperseded})`, async () => {
        const { following, older, clear } = await begun(whenSuperseded);
        clear(older);
        const [result] = await following.done;
        assert.equal(result?.outcome, 'superseded');
        assert.match(result.message, /removed before it ended, and nothing replaced it/);
      });
    }
  });

  describe('whatever the stream does', () => {
    const faults = [
      ['is silent', { kind: 'silentStream' }],
      ['closes after two events', { kind: 'closingStream', afterEvents: 2 }],
      ['loses every event', { kind: 'losingStream', loses: () => true }],
      [
        "responds with a proxy's HTML",
        { kind: 'answer', status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' },
      ],
      ['never opens', { kind: 'hang' }],
      ['breaks', { kind: 'dropBefore' }],
    ] as const;
    for (const [what, fault] of faults) {
      it(`reaches the true end if it ${what}`, async () => {
        make('shop', configMap('a'), job('smoke', { hook: 'PostSync', exit: 1, seconds: 4 }));
        argocd.faults.add({ path: /\/stream\//, times: Infinity, fault });
        const result = await followOne(argocd, 'shop', syncGoal());
        assert.equal(result.outcome, 'failed');
        assert.match(result.message, /PostSync hook Job\/smoke failed/);
      });
    }
  });

  it('survives an outage of argocd-server', async () => {
    make('shop', job('slow', { hook: 'PreSync', seconds: 20 }), configMap('a'));
    const following = begin(argocd, ['shop'], syncGoal());
    await following.until((p) => p.kind === 'step');
    await argocd.restart(30_000);
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded');
    const notices = following.told.flatMap((p) => (p.kind === 'notice' ? p.message : []));
    assert.match(notices.join('\n'), /Cannot reach[\s\S]*responds again/);
  });

  it('survives an outage of argocd-server at the start', async () => {
    make('shop', configMap('a'));
    const away = argocd.restart(20_000);
    const result = await followOne(argocd, 'shop', syncGoal());
    await away;
    assert.equal(result.outcome, 'succeeded');
  });

  it('fails immediately with a refused token', async () => {
    make('shop', configMap('a'));
    const result = await followOne(argocd, 'shop', syncGoal(), {
      credential: { kind: 'token', token: new Secret('a.b.c') },
    });
    assert.equal(result.outcome, 'failed');
    assert.match(result.causes[0]?.advice ?? '', /token is invalid, expired or revoked/);
    assert.equal(syncs(), 0);
  });

  it('says that an application does not exist, or waits for it', async () => {
    const missing = await followOne(argocd, 'shop', syncGoal());
    assert.equal(missing.outcome, 'failed');
    assert.match(missing.message, /no application "shop" in project "default"/);
    const following = begin(argocd, ['shop'], syncGoal({ ifMissing: 'wait' }));
    await following.until((p) => p.kind === 'status' && p.message.includes('waiting for it'));
    make('shop', configMap('a'));
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded');
  });

  it('says immediately that the application was deleted', async () => {
    make('shop', job('slow', { hook: 'PreSync', forever: true }), configMap('a'));
    const following = begin(argocd, ['shop'], syncGoal());
    await following.until((p) => p.kind === 'step');
    argocd.deleteApplication('shop');
    const [result] = await following.done;
    assert.equal(result?.outcome, 'failed');
    assert.match(result?.message ?? '', /was deleted during the wait/);
  });

  it('says immediately that the application was recreated', async () => {
    make('shop', job('slow', { hook: 'PreSync', forever: true }), configMap('a'));
    const following = begin(argocd, ['shop'], syncGoal());
    await following.until((p) => p.kind === 'step');
    argocd.deleteApplication('shop');
    argocd.createApplication('shop');
    const [result] = await following.done;
    assert.equal(result?.outcome, 'failed');
    assert.match(result?.message ?? '', /deleted/);
  });

  describe('with a sync window', () => {
    const deny = {
      kind: 'deny',
      schedule: '* * * * *',
      duration: '1h',
      applications: ['shop'],
      manualSync: false,
    } as const;

    it('is blocked, and says when it opens', async () => {
      make('shop', configMap('a'));
      argocd.setSyncWindows([deny]);
      const result = await followOne(argocd, 'shop', syncGoal());
      assert.equal(result.outcome, 'blocked');
      assert.match(result.causes[0]?.message ?? '', /denied now by the active deny window/);
    });

    it('waits for it if told to', async () => {
      make('shop', configMap('a'));
      argocd.setSyncWindows([deny]);
      const following = begin(argocd, ['shop'], syncGoal({ whenWindowClosed: 'wait' }));
      await following.until((p) => p.kind === 'status' && p.message.includes('deny window'));
      argocd.setSyncWindows([]);
      const [result] = await following.done;
      assert.equal(result?.outcome, 'succeeded');
    });

    it('is blocked if it closes during the operation, which Argo CD then holds', async () => {
      make('shop', job('slow', { hook: 'PreSync', seconds: 4 }), configMap('a'));
      const following = begin(argocd, ['shop'], syncGoal());
      await following.until((p) => p.kind === 'step' && p.step.name === 'slow');
      argocd.setSyncWindows([deny]);
      const [result] = await following.done;
      assert.equal(result?.outcome, 'blocked');
      assert.match(result?.message ?? '', /closed during the operation/);
    });
  });

  it('fails early for manifests that cannot be parsed', async () => {
    make('shop', configMap('a'));
    await followOne(argocd, 'shop', syncGoal());
    argocd.commit('shop', { 'all.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x\n' });
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'failed');
    assert.match(result.causes[0]?.message ?? '', /ComparisonError/);
  });

  it('says first that Argo CD skips reconciliation of an application', async () => {
    make('shop', configMap('a'));
    argocd.annotate('shop', { 'argocd.argoproj.io/skip-reconcile': 'true' });
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'blocked');
    assert.match(result.message, /skip-reconcile/);
    assert.equal(syncs(), 0);
  });

  it('fails if the application degrades after a successful sync', async () => {
    make('shop', deployment('web', { ready: false, deadline: 3 }));
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'failed');
    assert.match(
      result.message,
      /operation succeeded, but the application is Degraded: Deployment\/web/,
    );
  });

  it('does not wait for health if only the operation counts', async () => {
    make('shop', deployment('web', { ready: false, deadline: 30 }));
    const result = await followOne(argocd, 'shop', syncGoal({ waitFor: 'operation' }));
    assert.equal(result.outcome, 'succeeded');
  });

  it('times out with what it waited for', async () => {
    make('shop', deployment('web', { ready: false, deadline: 6000 }));
    const result = await followOne(argocd, 'shop', syncGoal(), { timeout: 20_000 });
    assert.equal(result.outcome, 'timedOut');
    assert.match(result.message, /within 20 s; last status: Progressing: Deployment\/web/);
  });

  it('warns of resources left to prune', async () => {
    make('shop', configMap('keep'), configMap('drop'));
    await followOne(argocd, 'shop', syncGoal());
    argocd.commit('shop', files(configMap('keep')));
    const result = await followOne(argocd, 'shop', syncGoal());
    assert.equal(result.outcome, 'succeeded');
    assert.match(result.concerns[0]?.title ?? '', /1 resource is no longer in Git/);
  });

  describe('with auto-sync', () => {
    const makeAuto = (name: string, ...documents: readonly string[]) => {
      const sha = argocd.commit(name, files(...documents));
      argocd.createApplication(name, { spec: autoSynced(name) });
      return sha;
    };

    it('names no revision if the application tracks the requested commit', async () => {
      const sha = makeAuto('shop', configMap('a'));
      const result = await followOne(argocd, 'shop', syncGoal({ target: revision(sha) }));
      assert.equal(result.outcome, 'succeeded');
      const request = argocd.requests.find(({ path }) => path.endsWith('/sync'));
      assert.equal(JSON.stringify(request?.body).includes('"revision"'), false);
    });

    it('refuses another commit, and says what to do', async () => {
      const old = makeAuto('shop', configMap('a'));
      await argocd.until('shop', (app) => app?.status.history?.length === 1);
      argocd.commit('shop', files(configMap('a', { value: 'y' })));
      const result = await followOne(argocd, 'shop', syncGoal({ target: revision(old) }));
      assert.equal(result.outcome, 'failed');
      assert.match(result.message, /has auto-sync on and tracks/);
    });

    it('waits for a pushed commit, which Argo CD sees only after a refresh', async () => {
      makeAuto('shop', configMap('a'));
      await argocd.until('shop', (app) => app?.status.history?.length === 1);
      const pushed = argocd.commit('shop', files(configMap('a', { value: 'y' })));
      const result = await followOne(argocd, 'shop', waitGoal({ target: revision(pushed) }));
      assert.equal(result.outcome, 'succeeded');
      assert.deepEqual(
        argocd
          .application('shop')
          ?.status.history?.map((entry) => entry.revision)
          .at(-1),
        pushed,
      );
    });

    it('fails if the operation for the awaited commit fails', async () => {
      makeAuto('shop', configMap('a'));
      await argocd.until('shop', (app) => app?.status.history?.length === 1);
      const pushed = argocd.commit(
        'shop',
        files(configMap('a', { value: 'y' }), job('smoke', { hook: 'PostSync', exit: 1 })),
      );
      const result = await followOne(argocd, 'shop', waitGoal({ target: revision(pushed) }));
      assert.equal(result.outcome, 'failed');
    });
  });

  it('does not let a refresh that blocks for a minute delay anything', async () => {
    make('shop', configMap('a'), job('smoke', { hook: 'PostSync', seconds: 2 }));
    argocd.behavior.refresh = 60_000;
    const before = argocd.now;
    const result = await followOne(argocd, 'shop', syncGoal({ waitFor: 'operation' }));
    assert.equal(result.outcome, 'succeeded');
    assert.ok(argocd.now - before < 30_000);
  });

  describe('when the run is canceled', () => {
    it('leaves the operation', async () => {
      make('shop', job('slow', { hook: 'PreSync', forever: true }), configMap('a'));
      const following = begin(argocd, ['shop'], syncGoal());
      await following.until((p) => p.kind === 'step' && p.step.name === 'slow');
      following.cancel();
      const [result] = await following.done;
      assert.equal(result?.outcome, 'canceled');
      assert.equal(argocd.application('shop')?.status.operationState?.phase, 'Running');
    });

    it('terminates the operation if told to', async () => {
      make('shop', job('slow', { hook: 'PreSync', forever: true }), configMap('a'));
      const following = begin(argocd, ['shop'], syncGoal(), { onCancel: 'terminate' });
      await following.until((p) => p.kind === 'step' && p.step.name === 'slow');
      following.cancel();
      const [result] = await following.done;
      assert.match(result?.message ?? '', /was terminated, as requested/);
      await argocd.until('shop', (app) => app?.operation === undefined);
    });

    it("never terminates another's operation", async () => {
      make('shop', job('slow', { hook: 'PreSync', forever: true }), configMap('a'));
      argocd.syncAs('alice', 'shop');
      const following = begin(argocd, ['shop'], syncGoal(), { onCancel: 'terminate' });
      await following.until((p) => p.kind === 'status' && p.message.includes('alice'));
      following.cancel();
      await following.done;
      assert.equal(argocd.application('shop')?.status.operationState?.phase, 'Running');
    });
  });

  it('follows many applications over one stream, and hides no failure', async () => {
    for (const name of ['one', 'two', 'three']) make(name, configMap('a'));
    make('bad', job('migrate', { hook: 'PreSync', exit: 1 }), configMap('a'));
    make('worse', service('web', { port: 99999999 }));
    const results = await begin(argocd, ['one', 'bad', 'two', 'worse', 'three'], syncGoal()).done;
    assert.deepEqual(
      results.map(({ name, outcome }) => [name, outcome]),
      [
        ['one', 'succeeded'],
        ['bad', 'failed'],
        ['two', 'succeeded'],
        ['worse', 'failed'],
        ['three', 'succeeded'],
      ],
    );
    assert.equal(argocd.requests.filter(({ path }) => path.includes('/stream/')).length, 1);
  });
});

describe('Rolling back and terminating', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await startArgoCD();
  });
  afterEach(() => argocd.stop());

  it('rolls back to the previous deployment, and recognizes its operation without a marker', async () => {
    const first = argocd.commit('shop', files(configMap('a')));
    argocd.createApplication('shop');
    await followOne(argocd, 'shop', syncGoal());
    argocd.commit('shop', files(configMap('a', { value: 'y' })));
    await followOne(argocd, 'shop', syncGoal());
    const result = await followOne(argocd, 'shop', rollbackGoal());
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.equal(result.operation?.ours, true);
    assert.deepEqual(result.revisions, [first]);
  });

  it('rolls back past a failed deployment, which left no history', async () => {
    const first = argocd.commit('shop', files(configMap('a')));
    argocd.createApplication('shop');
    await followOne(argocd, 'shop', syncGoal());
    argocd.commit(
      'shop',
      files(configMap('a', { value: 'y' }), job('smoke', { hook: 'PostSync', exit: 1 })),
    );
    assert.equal((await followOne(argocd, 'shop', syncGoal())).outcome, 'failed');
    const result = await followOne(argocd, 'shop', rollbackGoal());
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.deepEqual(result.revisions, [first]);
  });

  it('ends the operation of another actor, and says how it ended', async () => {
    argocd.commit('shop', files(job('stuck', { hook: 'PreSync', forever: true }), configMap('a')));
    argocd.createApplication('shop');
    argocd.syncAs('alice', 'shop');
    const result = await followOne(argocd, 'shop', terminateGoal());
    assert.equal(result.outcome, 'succeeded');
    assert.equal(argocd.application('shop')?.operation, undefined);
  });

  it('has nothing to end if no operation is in progress', async () => {
    argocd.commit('shop', files(configMap('a')));
    argocd.createApplication('shop');
    const result = await followOne(argocd, 'shop', terminateGoal());
    assert.match(result.message, /nothing to terminate/);
  });
});
