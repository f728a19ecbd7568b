import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { writeActionBody } from '../../src/actions/action-body.ts';
import { ActionError, type ActionTarget } from '../../src/actions/action-target.ts';
import type { StoredAction } from '../../src/actions/stored-action.ts';
import {
  mapTargets,
  ownRequest,
  TargetsByKind,
  type ActionTargets,
} from '../../src/actions/targets-by-kind.ts';
import { actionKinds } from '../../src/follow-ups/action-kinds/action-kinds.ts';
import { event } from '../follow-ups/events.ts';

const { signal } = new AbortController();
const outcome = { id: 1, name: 'one', page: '' };

function target(name: string, calls: string[]): ActionTarget {
  return {
    prepare: ({ key }) => Promise.resolve(`${name} of ${key}`),
    send: (request) => (calls.push(`send ${request}`), Promise.resolve(outcome)),
    lookUp: (request, since) => (
      calls.push(`look up ${request} since ${since}`),
      Promise.resolve(undefined)
    ),
  };
}

describe('The targets of actions', () => {
  const calls: string[] = [];
  const ofAll = Object.fromEntries(
    actionKinds.map(({ kind }) => [kind, target(kind, calls)]),
  ) as ActionTargets;
  const targets = new TargetsByKind(ofAll);
  const stored = (body: string) => ({ key: 'key-1', body }) as StoredAction;

  it('each get the actions of their kind, immediately and later', async () => {
    const body = writeActionBody({
      ...{ event: event(), argocd: 'prod', applicationUrl: '', eventKey: '1', late: false },
      ...{ chain: [], action: { kind: 'postWebHook', url: 'https://x/', rule: 'tell' } },
    });
    const request = await targets.prepare(stored(body), signal);
    assert.equal(ownRequest(request), 'postWebHook of key-1');
    assert.deepEqual(await targets.send(request, signal), outcome);
    assert.equal(await targets.lookUp(request, 7, signal), undefined);
    assert.deepEqual(calls, ['send postWebHook of key-1', 'look up postWebHook of key-1 since 7']);
  });

  it('are missing for no kind', () => {
    // @ts-expect-error Each kind needs a target.
    const missing: ActionTargets = { queuePipeline: target('queuePipeline', calls) };
    assert.ok(actionKinds.some(({ kind }) => !(kind in missing)));
  });

  it('are not mixed up by being wrapped', async () => {
    const checked = mapTargets(ofAll, (inner) => ({
      ...inner,
      prepare: async (...about) => `checked ${await inner.prepare(...about)}`,
    }));
    for (const { kind } of actionKinds) {
      assert.equal(await checked[kind].prepare(stored('{}'), signal), `checked ${kind} of key-1`);
    }
  });

  it('are not called for an unreadable body, which is refused', async () => {
    for (const body of ['{}', 'nonsense']) {
      await assert.rejects(
        targets.prepare(stored(body), signal),
        (error) => error instanceof ActionError && error.kind === 'refused',
      );
    }
  });
});
