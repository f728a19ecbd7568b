import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../../../src/async/clock.ts';
import { eventKeyOf } from '../../../../src/follow-ups/action-key.ts';
import type {
  ActionChange,
  ActionQuery,
  ActionState,
  EventStore,
  MemoryKey,
  StoredAction,
} from '../../../../src/handler/store/event-store.ts';
import { actionStates } from '../../../../src/actions/stored-action.ts';
import { SqliteStore } from '../../../../src/handler/store/sqlite/sqlite-store.ts';
import { SimulatedDisk } from '../../../../scripts/soak/follow-ups/simulated-disk.ts';
import { storeFolder } from '../sample.ts';

const outcome = { id: 7, name: 'argocd-7', page: 'https://example.com/7' };

function memoryOf(uid: string, historyId = 0, argocd = 'prod') {
  return { argocd, uid, operation: undefined, historyId, isDegraded: false, degradations: 0 };
}

function action(key: string, change: Partial<StoredAction> = {}): StoredAction {
  return {
    key,
    uid: 'uid-1',
    rule: 'smoke',
    createdAt: 100,
    expiresAt: 1_000,
    state: 'waiting',
    dueAt: 100,
    tries: 0,
    sentAt: undefined,
    looks: 0,
    body: '{"event":"x"}',
    request: undefined,
    outcome: undefined,
    message: '',
    ...change,
  };
}

describe('The SQLite store of events and actions', () => {
  it('returns memories page by page', async () => {
    for (const uid of ['c', 'a', 'b']) {
      await events.recordEvents({ memory: memoryOf(uid), actions: [] });
    }
    await events.recordEvents({ memory: memoryOf('b', 0, 'twin'), actions: [] });
    const page = async (limit: number, after?: MemoryKey) =>
      (await events.eventMemories(limit, after)).map(({ uid, argocd }) => `${uid} ${argocd}`);
    assert.deepEqual(await page(2), ['a prod', 'b prod']);
    assert.deepEqual(await page(2, { uid: 'b', argocd: 'prod' }), ['b twin', 'c prod']);
    assert.deepEqual(await page(2, { uid: 'c', argocd: 'prod' }), []);
  });

  it('keeps a memory for each instance that sees an application', async () => {
    const [prod, twin, next] = ['prod', 'twin', 'next'].map((name, at) => memoryOf('a', at, name));
    for (const memory of [prod!, twin!]) await events.recordEvents({ memory, actions: [] });
    const known = async () =>
      (await events.eventMemoriesOf('a')).map(({ argocd, historyId }) => `${argocd} ${historyId}`);
    assert.deepEqual(await known(), ['prod 0', 'twin 1']);
    assert.equal((await events.eventMemory(twin!))?.historyId, 1);
    await events.recordEvents({ memory: next!, replaces: [prod!], actions: [] });
    assert.deepEqual(await known(), ['next 2', 'twin 1']);
    await events.forgetEvents(twin!);
    assert.deepEqual(await known(), ['next 2']);
  });

  it('keeps since when something is followed, until no name requires it', async () => {
    assert.deepEqual([...(await events.followedSince(['a', 'b'], 100))].sort(), [
      ['a', 100],
      ['b', 100],
    ]);
    await store.close();
    open();
    assert.deepEqual([...(await events.followedSince(['b', 'c'], 200))].sort(), [
      ['b', 100],
      ['c', 200],
    ]);
    assert.deepEqual([...(await events.followedSince(['a'], 300))], [['a', 300]]);
  });

  it('finds the actions that led to a run', async () => {
    const done = { state: 'done', outcome } as const;
    await events.recordEvents({
      memory: memoryOf('uid-1'),
      actions: [
        action('one', done),
        action('two', { ...done, outcome: { ...outcome, id: 8 } }),
        action('open'),
      ],
    });
    assert.deepEqual(
      (await events.actionsWithOutcome(7)).map(({ key }) => key),
      ['one'],
    );
  });

  it("counts a rule's recent and waiting actions for its pace", async () => {
    const body = (pipeline: number) => JSON.stringify({ action: { pipeline } });
    const old = { createdAt: 10, body: body(1) };
    await events.recordEvents({
      memory: memoryOf('uid-1'),
      actions: [
        action('done long ago', { ...old, state: 'done' }),
        action('waits', { ...old, dueAt: 5_000 }),
        action('refused', { body: body(2), state: 'refused' }),
        action('new', { body: body(3) }),
        action('odd', { body: 'no JSON' }),
      ],
    });
    const paced = await events.pacedActions(50);
    assert.deepEqual(paced.map(({ dueAt, action: json }) => [dueAt, json]).sort(), [
      [100, '{"pipeline":3}'],
      [5_000, '{"pipeline":1}'],
    ]);
  });

  let folder: ReturnType<typeof storeFolder>;
  let store: SqliteStore;
  let events: EventStore;
  const open = () => {
    store = SqliteStore.open(folder.path, systemClock);
    events = store.events;
  };
  beforeEach(() => {
    folder = storeFolder();
    open();
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  it('keeps what is known of an application, and its actions, for the next process', async () => {
    assert.equal(
      await events.recordEvents({ memory: memoryOf('a', 3), actions: [action('k')] }),
      1,
    );
    await store.close();
    open();
    assert.deepEqual(
      await events.eventMemory(memoryOf('a')),
      JSON.parse(JSON.stringify(memoryOf('a', 3))),
    );
    assert.deepEqual(await events.action('k'), action('k'));
    assert.equal(await events.eventMemory(memoryOf('b')), undefined);
    assert.equal(await events.action('l'), undefined);
  });

  it('does not change an action whose event is seen again', async () => {
    await events.recordEvents({ memory: memoryOf('a'), actions: [action('k')] });
    await events.changeAction('k', { state: 'done', outcome });
    const again = { memory: memoryOf('a', 1), actions: [action('k'), action('l')] };
    assert.equal(await events.recordEvents(again), 1);
    assert.deepEqual((await events.action('k'))?.outcome, outcome);
  });

  it('changes only what it is told to', async () => {
    await events.recordEvents({ memory: memoryOf('a'), actions: [action('k'), action('l')] });
    const changes: readonly ActionChange[] = [
      { state: 'sent', tries: 1, sentAt: 150, looks: 2, request: '{"run":1}' },
      { dueAt: 170, message: 'away' },
      { state: 'done', outcome, message: '' },
      { sentAt: undefined, outcome: undefined },
      {},
    ];
    let expected = action('k');
    for (const change of changes) {
      await events.changeAction('k', change);
      expected = { ...expected, ...change };
      assert.deepEqual(await events.action('k'), expected);
    }
    assert.deepEqual(await events.action('l'), action('l'));
    await assert.rejects(events.changeAction('m', { tries: 1 }), /no action m/);
  });

  it('changes an action only in one of the given states, and says whether it did', async () => {
    await events.recordEvents({ memory: memoryOf('a'), actions: [action('k')] });
    assert.equal(await events.changeAction('k', { tries: 1 }, ['sent', 'done']), false);
    assert.deepEqual(await events.action('k'), action('k'));
    assert.equal(await events.changeAction('k', { state: 'dismissed' }, ['sent', 'waiting']), true);
    assert.equal(await events.changeAction('k', { state: 'sent' }, ['sent', 'waiting']), false);
    assert.equal((await events.action('k'))?.state, 'dismissed');
    await assert.rejects(events.changeAction('m', { tries: 1 }, ['sent']), /no action m/);
  });

  it('changes an action only if it was last sent at the given time, and says whether it did', async () => {
    await events.recordEvents({ memory: memoryOf('a'), actions: [action('k')] });
    const change = (sentAt: number | undefined, next: number | undefined) =>
      events.changeAction('k', { sentAt: next }, ['waiting'], { sentAt });
    assert.equal(await change(5, 6), false);
    assert.equal(await change(undefined, 5), true);
    assert.equal(await change(undefined, 6), false);
    assert.equal(await change(5, undefined), true);
    assert.equal((await events.action('k'))?.sentAt, undefined);
    assert.equal(await events.changeAction('k', { tries: 1 }, undefined, { sentAt: 1 }), false);
  });

  it('finds an action by the digits that its run contains', async () => {
    await events.recordEvents({ memory: memoryOf('a'), actions: [action('k'), action('l')] });
    assert.deepEqual(await events.actionsOfEvent(eventKeyOf('l')), [action('l')]);
    assert.deepEqual(await events.actionsOfEvent(eventKeyOf('m')), []);
  });

  it('hands an event out to the first run that asks, however many ask at once', async () => {
    await events.recordEvents({ memory: memoryOf('a'), actions: [action('k')] });
    const claims = Array.from({ length: 20 }, (_, index) => ({
      claimant: `run-${index}`,
      planId: `plan-${index}`,
      name: `20261128.${index}`,
      page: '',
      at: 100 + index,
    }));
    const held = await Promise.all(claims.map((claim) => events.claimAction('k', claim)));
    assert.deepEqual(new Set(held.map((one) => one?.claimant)).size, 1);
    assert.deepEqual(held[0], claims[0]);
    await store.close();
    open();
    assert.deepEqual(await events.claimAction('k', claims[7]!), claims[0]);
    assert.deepEqual((await events.action('k'))?.claim, claims[0]);
    assert.equal(await events.claimAction('m', claims[0]!), undefined);
    assert.deepEqual((await events.actionOfPlan('PLAN-0'))?.key, 'k');
    assert.equal(await events.actionOfPlan('plan-7'), undefined);
    await events.changeAction('k', { claim: undefined });
    assert.equal(await events.actionOfPlan('plan-0'), undefined);
    assert.deepEqual(await events.claimAction('k', claims[7]!), claims[7]);
  });

  it("finds an application's actions by its name, whatever other bodies contain", async () => {
    const bodyOf = (name: string) => JSON.stringify({ event: { application: { name } } });
    const actions = [
      action('a', { createdAt: 1, body: bodyOf('shop') }),
      action('b', { createdAt: 2, body: bodyOf('cart') }),
      action('c', { createdAt: 3, body: 'no JSON' }),
      action('d', { createdAt: 4, body: bodyOf('shop'), state: 'done' }),
    ];
    await events.recordEvents({ memory: memoryOf('a'), actions });
    const keys = async (query: Omit<ActionQuery, 'limit'>) =>
      (await events.actions({ limit: 9, ...query })).map(({ key }) => key);
    assert.deepEqual(await keys({ application: 'shop' }), ['d', 'a']);
    assert.deepEqual(await keys({ application: 'shop', state: 'done' }), ['d']);
    assert.deepEqual(await keys({ application: 'shop', before: 4 }), ['a']);
    assert.deepEqual(await keys({ application: 'none' }), []);
  });

  it('finds due actions, the earliest first, like the simulated one', async () => {
    const stateOf = fc.constantFrom<ActionState>(...actionStates);
    const some = fc.uniqueArray(
      fc.record({ dueAt: fc.nat(20), state: stateOf, key: fc.string({ minLength: 1 }) }),
      { selector: ({ key }) => key, maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(
        some,
        fc.nat(20),
        fc.integer({ min: 1, max: 5 }),
        async (given, now, limit) => {
          await events.sweepActions(9e15, 1_000);
          for (const { key, state } of await events.actions({ limit: 1_000 })) {
            if (state === 'waiting' || state === 'sent') {
              await events.changeAction(key, { state: 'done' });
            }
          }
          await events.sweepActions(9e15, 1_000);
          const model = new SimulatedDisk();
          const actions = given.map(({ key, ...change }) => action(key, change));
          const step = { memory: memoryOf('a'), actions };
          assert.equal(await events.recordEvents(step), await model.recordEvents(step));
          const keys = (due: readonly StoredAction[]) => due.map(({ key }) => key);
          assert.deepEqual(
            keys(await events.dueActions(now, limit)),
            keys(await model.dueActions(now, limit)),
          );
          assert.equal(await events.nextDueAt(), await model.nextDueAt());
        },
      ),
      { numRuns: 40 },
    );
  });

  it('returns actions newest first, page by page, by state and application', async () => {
    const actions = [
      action('a', { createdAt: 1 }),
      action('b', { createdAt: 2, state: 'refused' }),
      action('c', { createdAt: 3, uid: 'uid-2' }),
    ];
    await events.recordEvents({ memory: memoryOf('a'), actions });
    const keys = async (query: Parameters<EventStore['actions']>[0]) =>
      (await events.actions(query)).map(({ key }) => key);
    assert.deepEqual(await keys({ limit: 2 }), ['c', 'b']);
    assert.deepEqual(await keys({ limit: 2, before: 2 }), ['a']);
    assert.deepEqual(await keys({ limit: 9, state: 'refused' }), ['b']);
    assert.deepEqual(await keys({ limit: 9, uid: 'uid-2' }), ['c']);
    assert.deepEqual(await events.actionFigures(), {
      states: [
        { state: 'refused', count: 1 },
        { state: 'waiting', count: 2 },
      ],
      oldestOpenAt: 1,
    });
  });

  it('removes old finished actions, and no others', async () => {
    const actions = actionStates.flatMap((state) => [
      action(`old ${state}`, { state, createdAt: 1 }),
      action(`new ${state}`, { state, createdAt: 50 }),
    ]);
    await events.recordEvents({ memory: memoryOf('a'), actions });
    assert.equal(await events.sweepActions(50, 3), 3);
    assert.equal(await events.sweepActions(50, 3), 1);
    const left = (await events.actions({ limit: 99 })).map(({ key }) => key);
    assert.deepEqual(left.filter((key) => key.startsWith('old')).sort(), [
      'old sent',
      'old waiting',
    ]);
    assert.equal(left.length, 8);
  });

  it('forgets an application, but still completes its actions', async () => {
    await events.recordEvents({ memory: memoryOf('a'), actions: [action('k')] });
    await events.forgetEvents(memoryOf('a'));
    assert.equal(await events.eventMemory(memoryOf('a')), undefined);
    assert.equal((await events.dueActions(100, 9)).length, 1);
  });
});
