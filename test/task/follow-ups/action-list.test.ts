import assert from 'node:assert/strict';
import type { StoredAction } from '../../../src/actions/stored-action.ts';
import { ActionList } from '../../../src/task/follow-ups/action-list.ts';

function action(key: string, change: Partial<StoredAction> = {}): StoredAction {
  return {
    ...{ key, uid: 'u', rule: 'input/onSuccess/smoke', createdAt: 0, expiresAt: Infinity },
    ...{ state: 'waiting', dueAt: 0, tries: 0, sentAt: undefined, looks: 0, body: '{}' },
    ...{ request: undefined, outcome: undefined, message: '' },
    ...change,
  };
}

describe('The actions of a step', () => {
  it('exist once, and are due at their times', async () => {
    const list = new ActionList(() => undefined);
    assert.deepEqual([list.add(action('a', { dueAt: 9 })), list.add(action('a'))], [true, false]);
    list.add(action('b', { dueAt: 3 }));
    list.add(action('c', { uid: 'other', dueAt: 30 }));
    const due = await list.dueActions(10, 10);
    assert.deepEqual(
      due.map(({ key }) => key),
      ['b', 'a'],
    );
    assert.equal((await list.dueActions(10, 1)).length, 1);
    assert.equal(await list.nextDueAt(), 3);
    assert.deepEqual(
      list.of('u').map(({ key }) => key),
      ['a', 'b'],
    );
  });

  it('report each change, and change only from the given states', async () => {
    const told: string[] = [];
    const list = new ActionList(({ key, state }) => told.push(`${key} ${state}`));
    list.add(action('a'));
    assert.equal(await list.changeAction('a', { state: 'sent' }, ['done']), false);
    assert.equal(await list.changeAction('a', { state: 'sent' }, ['waiting']), true);
    assert.equal(await list.changeAction('a', { state: 'done' }, undefined, { sentAt: 1 }), false);
    assert.deepEqual(told, ['a sent']);
    await assert.rejects(list.changeAction('b', {}), /There is no action b/);
  });

  it('are no longer started once it is stopped, but still looked up', async () => {
    const list = new ActionList(() => undefined);
    list.add(action('a'));
    list.add(action('b', { state: 'sent', request: '{}' }));
    list.stop();
    assert.deepEqual(
      (await list.dueActions(1, 10)).map(({ key }) => key),
      ['b'],
    );
    await list.changeAction('b', { state: 'done' });
    assert.equal(await list.nextDueAt(), undefined);
  });
});
