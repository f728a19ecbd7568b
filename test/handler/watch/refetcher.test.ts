import assert from 'node:assert/strict';
import { Refetcher } from '../../../src/handler/watch/refetcher.ts';
import { failed } from '../../follow/fake-argo-cd.ts';
import { ManualClock, settle } from '../../follow/manual-clock.ts';

const name = (text: string) => ({ name: text, namespace: 'argocd' });

describe('The refetcher', () => {
  it('reads on demand, each application once at a time and four in all', async () => {
    const clock = new ManualClock();
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const refetcher = new Refetcher((one) => {
      begun.push(one.name);
      return new Promise((resolve) => ends.push(resolve));
    }, clock);
    const all = ['a', 'b', 'c', 'd', 'e'].map(name);
    for (const one of all) refetcher.want(one);
    for (const one of [...all, ...all]) assert.equal(refetcher.demand(one), '');
    await settle();
    assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
    ends[0]?.();
    await settle();
    assert.deepEqual(begun, ['a', 'b', 'c', 'd', 'e']);
    refetcher.demand(name('a'));
    for (const end of ends) end();
    await settle();
    assert.deepEqual(begun, ['a', 'b', 'c', 'd', 'e', 'a']);
  });

  it('reads nothing that was not requested', async () => {
    const refetcher = new Refetcher(() => assert.fail('it was read'), new ManualClock());
    assert.equal(refetcher.demand(name('a')), '');
    await settle();
  });

  it('says why the last read failed, until one succeeds', async () => {
    const answers: (Error | undefined)[] = [failed('unavailable', 'away'), new Error('odd')];
    const refetcher = new Refetcher(() => {
      const error = answers.shift();
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    }, new ManualClock());
    refetcher.want(name('a'));
    const said: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      said.push(refetcher.demand(name('a')));
      await settle();
    }
    assert.deepEqual(said, ['', 'away', 'Error: odd', '']);
  });

  it('forgets what no gate has requested for half an hour', async () => {
    const clock = new ManualClock();
    const refetcher = new Refetcher(() => Promise.resolve(), clock);
    refetcher.want(name('a'));
    refetcher.want(name('b'));
    await clock.pass(20 * 60_000);
    refetcher.want(name('b'));
    assert.deepEqual(refetcher.wanted(), [name('a'), name('b')]);
    await clock.pass(10 * 60_000);
    assert.deepEqual(refetcher.wanted(), [name('b')]);
  });
});
