import assert from 'node:assert/strict';
import { AccessDenied } from '../../../src/follow/access-denied.ts';
import { Contact } from '../../../src/follow/contact.ts';
import { Listeners } from '../../../src/async/listeners.ts';
import type { ChangeEvent } from '../../../src/follow/change-source.ts';
import { GuardedChangeSource } from '../../../src/handler/watch/guarded-change-source.ts';
import { application } from '../../sync/sample-application.ts';

describe('The guarded change source', () => {
  const contact = new Contact(0);
  const polling = { alive: 1, dead: 2, deadLater: 3 };
  let listeners: Listeners<ChangeEvent>;
  let rules: Set<() => void>;
  let allowed: readonly string[];
  let heard: ChangeEvent[];
  let changes: GuardedChangeSource;

  beforeEach(() => {
    listeners = new Listeners();
    rules = new Set();
    allowed = ['default'];
    heard = [];
    changes = new GuardedChangeSource(
      {
        aliveSince: 7,
        polling,
        contact,
        listen: (name, listener) => listeners.listen(name, listener),
      },
      ({ name, namespace }, project) => {
        assert.deepEqual([name, namespace], ['shop', 'argocd']);
        return allowed.includes(project ?? '') ? undefined : new AccessDenied('No', '');
      },
      (listener) => {
        rules.add(listener);
        return () => rules.delete(listener);
      },
    );
  });

  const listen = () => changes.listen('shop', (event) => heard.push(event));

  for (const type of ['ADDED', 'MODIFIED', 'DELETED'] as const) {
    it(`passes on events of what is allowed, and otherwise only that there is one: ${type}`, () => {
      listen();
      const event = { type, application: application() };
      listeners.tell('shop', event);
      listeners.tell('shop', { type, application: application({ project: 'team' }) });
      allowed = [];
      listeners.tell('shop', event);
      assert.deepEqual(heard, [event, 'changed', 'changed']);
    });
  }

  it('passes on other events unchanged', () => {
    listen();
    listeners.tell('shop', 'broken');
    listeners.tell('shop', 'changed');
    assert.deepEqual(heard, ['broken', 'changed']);
    assert.deepEqual([changes.aliveSince, changes.polling], [7, polling]);
    assert.equal(changes.contact, contact, 'whether Argo CD has ever answered is lost');
  });

  it('also reports that the rules have changed', () => {
    const stop = listen();
    for (const rule of rules) rule();
    assert.deepEqual(heard, ['changed']);
    stop();
    assert.equal(rules.size + listeners.size, 0);
  });
});
