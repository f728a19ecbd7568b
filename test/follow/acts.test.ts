import assert from 'node:assert/strict';
import type { SyncRequest } from '../../src/argocd/port.ts';
import { perform } from '../../src/follow/acts.ts';
import type { FollowSettings } from '../../src/follow/settings.ts';
import type { Failure } from '../../src/sync/model/failure.ts';
import type { SyncGoal, RevisionTarget } from '../../src/sync/model/goal.ts';
import type { SentRequest } from '../../src/sync/model/memory.ts';
import type { Act } from '../../src/sync/model/verdict.ts';
import {
  A,
  application,
  entry,
  foreign,
  fresh,
  operation,
  rollbackGoal,
  syncGoal,
  tracked,
} from '../sync/sample-application.ts';
import { failed, FakeArgoCD, hang, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock, settle } from './manual-clock.ts';

describe('Acts', () => {
  const clock = new ManualClock();
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn>;
  let kept: SentRequest[];

  beforeEach(() => {
    argocd = new FakeArgoCD(clock);
    ports = portsOn(argocd, clock);
    kept = [];
  });

  const known = application({ syncOptions: ['CreateNamespace=true', 'Prune=false'] });
  const act = (what: Act, settings: FollowSettings, memory = fresh()) => {
    const { signal } = ports;
    const now = () => clock.now();
    const sending = (request: SentRequest) => {
      kept.push(request);
      return Promise.resolve();
    };
    const acting = { argocd, now, signal, sending };
    const view = { application: known, memory, goal: settings.goal };
    return perform({ act: what, view, settings, resources: [] }, acting);
  };
  const syncing = (name: RevisionTarget = tracked): Act => ({ kind: 'sync', name });
  const identity = {
    kind: 'adopted',
    fingerprint: 'x',
    startedAt: undefined,
    ours: false,
  } as const;

  describe('of a sync', () => {
    /** The request for a goal. */
    async function requestOf(
      options: Partial<SyncGoal['options']>,
      name: RevisionTarget = tracked,
    ): Promise<SyncRequest> {
      let sent: SyncRequest | undefined;
      argocd.onSync = (_, request) => {
        sent = request;
        return Promise.resolve(application({ operation: operation() }));
      };
      await act(
        syncing(name),
        settingsOf(syncGoal({ options }), { info: [{ name: 'Run', value: '7' }] }),
      );
      assert.ok(sent);
      return sent;
    }

    it('carry the marker first, then the info entries for people', async () => {
      const { infos } = await requestOf({ info: [{ name: 'Ticket', value: 'T-1' }] });
      assert.deepEqual(infos, [
        { name: 'azure-pipelines/run', value: 'run-1' },
        { name: 'Run', value: '7' },
        { name: 'Ticket', value: 'T-1' },
      ]);
    });

    const merged = [
      ["keep the application's options if none are given", [], undefined],
      ['keep them if the given ones are the same', ['CreateNamespace=true'], undefined],
      [
        'add to them',
        ['ServerSideApply=true'],
        ['CreateNamespace=true', 'Prune=false', 'ServerSideApply=true'],
      ],
      [
        'replace the value of an option that is given again',
        ['Prune=true'],
        ['CreateNamespace=true', 'Prune=true'],
      ],
    ] as const;
    for (const [what, syncOptions, expected] of merged) {
      it(what, async () => {
        assert.deepEqual((await requestOf({ syncOptions })).syncOptions, expected);
      });
    }

    it('name no revision, one, or several by position', async () => {
      const byPosition = [{ position: 2, revision: A }];
      const names = async (name: RevisionTarget) => {
        const { revision, revisions } = await requestOf({}, name);
        return [revision, revisions];
      };
      assert.deepEqual(await names(tracked), [undefined, []]);
      assert.deepEqual(await names({ kind: 'revision', revision: A }), [A, []]);
      assert.deepEqual(await names({ kind: 'revisions', byPosition }), [undefined, byPosition]);
    });

    it('remember what Argo CD accepted, and the newest deployment before it', async () => {
      const asked = operation();
      argocd.onSync = () =>
        Promise.resolve(application({ operation: asked, history: [entry(3, A)] }));
      const { change, application: answer, failed: failure } = await act(syncing(), settingsOf());
      assert.equal(failure, undefined);
      assert.equal(answer?.operation, asked);
      assert.equal(change.request?.state, 'accepted');
      assert.equal(change.request.operation, asked);
      assert.equal(change.request.historyId, 3);
      assert.equal(change.request.times, 1);
    });

    it('are stored as sent before they are sent', async () => {
      argocd.onSync = () => {
        assert.deepEqual(
          kept.map(({ state }) => state),
          ['sent'],
        );
        return Promise.resolve(application({ operation: operation() }));
      };
      await act(syncing(), settingsOf());
      assert.equal(argocd.calls.length, 1);
    });

    const answers: readonly (readonly [Failure, string, Failure | undefined])[] = [
      ['unclear', 'unclear', undefined],
      ['unavailable', 'refused', undefined],
      ['busy', 'refused', undefined],
      ['unreachable', 'refused', undefined],
      ['not-argocd', 'refused', 'not-argocd'],
      ['window-closed', 'refused', 'window-closed'],
      ['forbidden', 'refused', 'forbidden'],
      ['auto-sync', 'refused', 'auto-sync'],
      ['refused', 'refused', 'refused'],
      ['internal', 'refused', 'internal'],
    ];
    for (const [failure, state, kept] of answers) {
      it(`record the response "${failure}" as ${state}${kept === undefined ? ', to be retried' : ''}`, async () => {
        argocd.onSync = () => Promise.reject(failed(failure, 'its words'));
        const { change, failed: error } = await act(syncing(), settingsOf());
        assert.equal(change.request?.state, state);
        assert.equal(change.request.failure, kept);
        assert.equal(change.request.reason, 'its words');
        assert.equal(error?.failure, failure);
      });
    }

    for (const failure of ['unauthenticated', 'not-found', 'hidden'] as const) {
      it(`treat the response "${failure}" like that to a read`, async () => {
        argocd.onSync = () => Promise.reject(failed(failure));
        await assert.rejects(act(syncing(), settingsOf()), { failure });
      });
    }

    it('count how often they were sent', async () => {
      argocd.onSync = () => Promise.reject(failed('busy'));
      const first = await act(syncing(), settingsOf());
      const second = await act(syncing(), settingsOf(), { ...fresh(), ...first.change });
      assert.equal(second.change.request?.times, 2);
    });

    it('record since when only unknown errors have been returned', async () => {
      const since: (number | undefined)[] = [];
      const begun = clock.now();
      let memory = fresh();
      for (const failure of ['internal', 'not-argocd', 'busy', 'not-argocd'] as const) {
        argocd.onSync = () => Promise.reject(failed(failure));
        const { change } = await act(syncing(), settingsOf(), memory);
        memory = { ...memory, ...change };
        since.push(change.request?.brokenSince);
        await clock.pass(1_000);
      }
      assert.deepEqual(since, [begun, begun, undefined, begun + 3_000]);
    });

    it('are unclear if they were aborted before a response', async () => {
      argocd.onSync = (_address, _request, signal) => hang(signal);
      const acting = act(syncing(), settingsOf());
      await settle();
      ports.cancel();
      assert.equal((await acting).change.request?.state, 'unclear');
    });
  });

  describe('of a rollback', () => {
    it('name the deployment, and recognize the operation by its content from then on', async () => {
      const asked = foreign();
      let id: number | undefined;
      argocd.onRollback = (_, { historyId }) => {
        id = historyId;
        return Promise.resolve(application({ operation: asked }));
      };
      const what = { kind: 'rollback', entry: entry(4, A) } as const;
      const { change } = await act(what, settingsOf(rollbackGoal()));
      assert.equal(id, 4);
      assert.deepEqual(change.identity, {
        kind: 'adopted',
        fingerprint: asked.fingerprint,
        startedAt: undefined,
        ours: true,
      });
    });
  });

  describe('of a terminate', () => {
    const terminate = { kind: 'terminate', identity } as const;

    it('record whose operation they ended, and when', async () => {
      argocd.onTerminate = () => Promise.resolve();
      const { change } = await act(terminate, settingsOf());
      assert.equal(change.terminating, identity);
      assert.equal(change.terminatedAt, clock.now());
    });

    for (const failure of ['no-operation', 'unavailable', 'unclear'] as const) {
      it(`count as never sent if the response is "${failure}"`, async () => {
        argocd.onTerminate = () => Promise.reject(failed(failure));
        const acted = await act(terminate, settingsOf());
        assert.equal(acted.change.terminatedAt, undefined);
        assert.equal(acted.failed?.failure, failure);
      });
    }

    it('reject if the token lacks the right', async () => {
      argocd.onTerminate = () => Promise.reject(failed('forbidden'));
      await assert.rejects(act(terminate, settingsOf()), { failure: 'forbidden' });
    });
  });

  it('that adopt send nothing', async () => {
    const { change } = await act({ kind: 'adopt', identity }, settingsOf());
    assert.equal(change.identity, identity);
    assert.deepEqual(argocd.calls, []);
  });
});
