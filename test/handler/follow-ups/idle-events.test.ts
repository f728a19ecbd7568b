import assert from 'node:assert/strict';
import { IdleEvents } from '../../../src/handler/follow-ups/idle-events.ts';
import { event } from '../../follow-ups/events.ts';

const source = { argocd: 'prod', applicationUrl: 'https://argocd.example/shop', late: false };
const named = (name: string, id: string) =>
  event({ id, application: { name, namespace: 'argocd', uid: `uid of ${name}`, project: 'p' } });

describe('Events without a follow-up', () => {
  const ids = (events: IdleEvents, ...of: Parameters<IdleEvents['newest']>) =>
    events.newest(...of).map(({ id }) => id);

  it('are listed newest first, for one application or all', () => {
    const events = new IdleEvents();
    for (const [name, id] of [
      ['shop', '1'],
      ['web', '2'],
      ['shop', '3'],
    ] as const) {
      events.add(named(name, id), source, [], 0);
    }
    assert.deepEqual(ids(events, 10), ['3', '2', '1']);
    assert.deepEqual(ids(events, 10, 'shop'), ['3', '1']);
    assert.deepEqual(ids(events, 1), ['3']);
  });

  it('exist once, as last seen', () => {
    const events = new IdleEvents();
    events.add(named('shop', '1'), source, ['early'], 1);
    events.add(named('shop', '2'), source, [], 2);
    events.add(named('shop', '1'), source, ['late'], 3);
    assert.deepEqual(
      events.newest(10).map(({ id, reasons, seenAt }) => [id, reasons, seenAt]),
      [
        ['1', ['late'], 3],
        ['2', [], 2],
      ],
    );
  });

  it("are bounded, and no application displaces another's before all have many", () => {
    const events = new IdleEvents();
    events.add(named('quiet', 'quiet'), source, [], 0);
    for (let index = 0; index < 10_000; index += 1) {
      events.add(named('loud', `loud ${index}`), source, [], index);
    }
    assert.equal(ids(events, 10_000, 'loud').length, 50);
    assert.equal(ids(events, 10_000, 'loud')[0], 'loud 9999');
    assert.deepEqual(ids(events, 10, 'quiet'), ['quiet']);
    for (let index = 0; index < 10_000; index += 1) {
      events.add(named(`app ${index}`, `${index}`), source, [], index);
    }
    assert.equal(ids(events, 10_000).length, 2_000);
    assert.deepEqual(ids(events, 10, 'quiet'), []);
  });

  it('keep little of foreign text, and no invalid URL', () => {
    const events = new IdleEvents();
    const long = 'x\n'.repeat(10_000);
    const origin = { kind: 'run', marker: 'm', page: 'javascript:alert(1)' } as const;
    const reasons = Array.from({ length: 100 }, () => long);
    events.add({ ...named(long, '1'), ...event({ of: { origin } }) }, source, reasons, 0);
    const [kept] = events.newest(1);
    assert.ok(JSON.stringify(kept).length < 20_000);
    assert.equal(kept?.runPage, undefined);
  });

  it('say who started the operation, and which hook they are about', () => {
    const events = new IdleEvents();
    const hook = {
      ...{ group: 'batch', kind: 'Job', namespace: '', name: 'migrate' },
      ...({ phase: 'PreSync', state: 'Failed' } as const),
    };
    const of = { origin: { kind: 'user', name: 'alice' } } as const;
    events.add(event({ kind: 'hookEnded', phase: 'PreSync', hook, of }), source, [], 0);
    const [kept] = events.newest(1);
    assert.equal(kept?.startedBy, 'user alice');
    assert.match(kept.part, /^PreSync .*migrate/);
  });
});
