import assert from 'node:assert/strict';
import { printRequest } from '../../../src/actions/pipeline-request.ts';
import { RunFollowUps } from '../../../src/handler/follow-ups/run-follow-ups.ts';
import type { RunRules } from '../../../src/handler/follow-ups/follow-up-ports.ts';
import type { FollowUpRule } from '../../../src/follow-ups/follow-up.ts';
import type { Application } from '../../../src/sync/model/application.ts';
import type { OperationState } from '../../../src/sync/model/operation.ts';
import { rule } from '../../follow-ups/rules.ts';
import {
  A,
  application,
  B,
  ended,
  entry,
  operation,
  second,
  state,
} from '../../sync/sample-application.ts';
import { storedAction } from './sample-action.ts';
import { Scene, settings } from './scene.ts';

const marker = 'run-1';
const own = operation({
  revisions: [B],
  info: [{ name: 'azure-pipelines/run', value: marker }],
});
const over = (phase: 'Succeeded' | 'Failed' = 'Succeeded') => ended(phase, { operation: own });
const shop = (operationState: OperationState | undefined, change: Partial<Application> = {}) =>
  application({ resourceVersion: '3', history: [entry(1, A)], operationState, ...change });
const theirs: FollowUpRule = { ...rule({ name: 'theirs' }), name: 'input/theirs' };

describe("The follow-ups of a run's own operation", () => {
  let scene: Scene;
  let allowed: boolean;
  beforeEach(() => {
    scene = new Scene(second(5));
    allowed = true;
  });
  afterEach(() => scene.end());

  const rules: RunRules = {
    ...{ rules: [theirs], organization: 'fabrikam', project: 'shop' },
    mayQueue: () => allowed,
  };
  const rulesOfRun = (asked: string) => Promise.resolve(asked === marker ? rules : undefined);
  const open = async (followUps: readonly FollowUpRule[] = []): Promise<RunFollowUps> => {
    await scene.start(settings({ followUps }), { rulesOfRun });
    return new RunFollowUps({
      ...{ followUps: scene.followUps, store: scene.store.events, rulesOfRun },
      server: () => ({ namespace: 'argocd' }),
      progress: { watchRun: () => assert.fail('nobody watches') },
      pipelines: { cancel: () => assert.fail('nobody cancels') },
    });
  };
  const started = async (
    follow: RunFollowUps,
    seen: OperationState | undefined = over(),
    shown = shop(seen),
  ) => {
    const about = { argocd: 'prod', application: shown, operation: seen, marker };
    const reports = await follow.started(about);
    return reports.map(({ rule: name, event, state: how }) => `${event} ${name} ${how}`);
  };

  it('are all known when it has ended, even if the watch was not told', async () => {
    const follow = await open();
    assert.deepEqual(await started(follow), ['succeeded input/theirs waiting']);
    await scene.rest();
    assert.deepEqual(await scene.brief(), ['succeeded input/theirs done']);
  });

  it('exist once, whoever sees the end first', async () => {
    const follow = await open([rule()]);
    await scene.tell(shop(state({ operation: own })));
    const [first] = await Promise.all([started(follow), scene.tell(shop(over()))]);
    assert.match(first.join(), /^succeeded smoke (waiting|queued)$/);
    assert.deepEqual(await started(follow), ['succeeded smoke queued']);
    assert.deepEqual(await scene.brief(), ['succeeded smoke done']);
  });

  it('are those of its own operation, even if another has replaced it', async () => {
    const follow = await open();
    const later = state({ startedAt: second(40) });
    assert.deepEqual(await started(follow, over(), shop(later)), [
      'succeeded input/theirs waiting',
    ]);
  });

  it('are reported as not queued if another was seen in its place before', async () => {
    const follow = await open([rule({ when: { events: ['failed'] } })]);
    await scene.tell(shop(state({ startedAt: second(40) })));
    assert.deepEqual(await started(follow), ['succeeded input/theirs notQueued']);
  });

  it('are reported as not queued if only the history has the operation', async () => {
    const follow = await open();
    const shown = shop(undefined, { history: [entry(1, A), entry(2, B)] });
    const about = { argocd: 'prod', application: shown, operation: undefined, marker };
    const [report] = await follow.started(about);
    assert.equal(report?.state, 'notQueued');
    assert.match(report.message, /has not seen the end of the operation/);
  });

  it('are reported as not queued if the rules no longer allow them', async () => {
    const follow = await open();
    allowed = false;
    const about = { argocd: 'prod', application: shop(over()), operation: over(), marker };
    const [report] = await follow.started(about);
    assert.equal(report?.state, 'notQueued');
    assert.match(report.message, /may no longer queue it/);
    assert.deepEqual(await scene.brief(), []);
  });

  it('are none if its end does not request any, or if the operation continues', async () => {
    const follow = await open();
    assert.deepEqual(await started(follow, over('Failed')), []);
    assert.deepEqual(await started(follow, state({ operation: own })), []);
    const dry = ended('Succeeded', { operation: { ...own, dryRun: true } });
    assert.deepEqual(await started(follow, dry), []);
  });

  it('exclude the health, which a newer read may have reported', async () => {
    const bad = rule({ when: { events: ['healthDegraded', 'healthRecovered'] } });
    const follow = await open([bad]);
    const ill = { health: { status: 'Degraded', message: '' } } as const;
    await scene.tell(shop(state({ operation: own }), { resourceVersion: '2' }));
    await scene.tell(shop(over(), { ...ill, resourceVersion: '9' }));
    const before = await scene.brief();
    await started(follow, over(), shop(over(), { resourceVersion: '8' }));
    assert.deepEqual(await scene.brief(), before);
  });

  describe('in the store', () => {
    const request = JSON.stringify({
      kind: 'queuePipeline',
      request: printRequest({
        ...{ kind: 'yaml', organization: 'https://dev.azure.com/fabrikam', project: 'shop' },
        ...{ pipeline: 7, eventKey: '1', mark: 'buildNumber', variables: {}, parameters: {} },
      }),
    });
    const outcome = { id: 9, name: 'argocd-9', page: 'https://dev.azure.com/fabrikam/9' };
    const put = async (action = storedAction()) => {
      const follow = await open();
      const memory = { argocd: 'prod', uid: 'uid-1', operation: undefined, historyId: 0 };
      await scene.store.events.recordEvents({
        memory: { ...memory, isDegraded: false, degradations: 0 },
        // Nothing processes it.
        actions: [{ ...action, dueAt: 9_000_000_000_000 }],
      });
      return follow;
    };

    it('include the run that they have queued', async () => {
      const action = storedAction({ state: 'done', request, outcome });
      const found = await (await put(action)).find(action.key);
      assert.equal(found?.report.state, 'queued');
      assert.deepEqual(found.run, {
        ...{ kind: 'yaml', organization: 'https://dev.azure.com/fabrikam', project: 'shop', id: 9 },
      });
    });

    it('are done when they are posted', async () => {
      const action = storedAction(
        { state: 'done', request: '{}', outcome: { id: 204, name: '204', page: '' } },
        { action: { kind: 'postWebHook', url: 'https://hooks.example.com/x', rule: 'smoke' } },
      );
      const found = await (await put(action)).find(action.key);
      assert.deepEqual(
        [found?.report.state, found?.report.result, found?.run],
        ['ended', 'succeeded', undefined],
      );
    });

    it('are unclear while their result is looked up', async () => {
      const action = storedAction({ state: 'sent', request });
      const follow = await put(action);
      const { report, isUnclear } = (await follow.find(action.key)) ?? assert.fail();
      assert.deepEqual([report.state, isUnclear], ['waiting', true]);
      assert.equal(await follow.dismiss(action.key), false);
    });

    it('stay dismissed if they were dismissed before being sent', async () => {
      const action = storedAction();
      const follow = await put(action);
      assert.equal(await follow.dismiss(action.key), true);
      assert.equal((await follow.find(action.key))?.report.state, 'notQueued');
    });

    it('are unknown once they are removed', async () => {
      assert.equal(await (await put()).find('other'), undefined);
    });
  });
});
