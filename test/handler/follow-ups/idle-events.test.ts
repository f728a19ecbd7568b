import assert from 'node:assert/strict';
import { IdleEvents } from '../../../src/handler/follow-ups/idle-events.ts';
import { event } from '../../follow-ups/events.ts';

const source = { argocd: 'prod', applicationUrl: 'https://argocd.example/shop', late: false };
/** An event of an operation of its own. */
const named = (name: string, key: string) =>
  event({
    of: { key },
    application: { name, namespace: 'argocd', uid: `uid of ${name}`, project: 'p' },
  });
const phase = (reached: 'PreSync' | 'Sync') => event({ kind: 'phaseReached', phase: reached });

describe('Events without a follow-up', () => {
  /** When they were seen tells them apart. */
  const times = (events: IdleEvents, ...of: Parameters<IdleEvents['newest']>) =>
    events.newest(...of).map(({ seenAt }) => seenAt);

  it('are listed newest first, for one application or all', () => {
    const events = new IdleEvents();
    for (const [at, name] of ['shop', 'web', 'shop'].entries()) {
      events.add(named(name, `${at}`), source, [], at);
    }
    assert.deepEqual(times(events, 10), [2, 1, 0]);
    assert.deepEqual(times(events, 10, 'shop'), [2, 0]);
    assert.deepEqual(times(events, 1), [2]);
  });

  it('share a row if they are of one operation, for the same reasons, and are in it once', () => {
    const events = new IdleEvents();
    const other = ['Only for other events: smoke (succeeded).'];
    const origin = ['Rule smoke: only if started by run.'];
    events.add(phase('PreSync'), source, other, 1);
    events.add(named('web', 'own'), source, other, 2);
    events.add(phase('Sync'), source, other, 3);
    events.add(phase('PreSync'), source, other, 4);
    events.add(event(), source, origin, 5);
    events.add(phase('PreSync'), { ...source, late: true }, other, 6);
    events.add(phase('PreSync'), { ...source, argocd: 'shown' }, other, 7);
    assert.deepEqual(
      events.newest(10).map((row) => [row.seenAt, ...row.events]),
      [
        [7, 'phaseReached: PreSync'],
        [6, 'phaseReached: PreSync'],
        [5, 'succeeded'],
        [4, 'phaseReached: PreSync', 'phaseReached: Sync'],
        [2, 'succeeded'],
      ],
    );
  });

  it("are bounded, and no application displaces another's before all have many", () => {
    const events = new IdleEvents();
    events.add(named('quiet', 'quiet'), source, [], 0);
    for (let index = 1; index <= 10_000; index += 1) {
      events.add(named('loud', `loud ${index}`), source, [], index);
    }
    assert.equal(times(events, 10_000, 'loud').length, 20);
    assert.equal(times(events, 10_000, 'loud')[0], 10_000);
    assert.deepEqual(times(events, 10, 'quiet'), [0]);
    for (let index = 1; index <= 10_000; index += 1) {
      events.add(named(`app ${index}`, `${index}`), source, [], index);
    }
    assert.equal(times(events, 10_000).length, 2_000);
    assert.deepEqual(times(events, 10, 'quiet'), []);
  });

  it('keep the last of many in a row', () => {
    const events = new IdleEvents();
    for (let index = 0; index < 1_000; index += 1) {
      const hook = {
        ...{ group: 'batch', kind: 'Job', namespace: '', name: `job-${index}` },
        ...({ phase: 'PreSync', state: 'Failed' } as const),
      };
      events.add(event({ kind: 'hookEnded', phase: 'PreSync', hook }), source, [], index);
    }
    const [row, ...others] = events.newest(10);
    assert.equal(others.length, 0);
    assert.equal(row?.events.length, 20);
    assert.equal(row.events.at(-1), 'hookEnded: PreSync Job/job-999');
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
    assert.deepEqual(kept.events, ['hookEnded: PreSync Job/migrate']);
  });
});
