import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ApplicationReader } from '../../../src/handler/follow-ups/application-reader.ts';
import { ManualClock } from '../../follow/manual-clock.ts';

const wanted = (name: string) => ({ name, namespace: 'argocd', project: 'default' });

describe('The application reader', () => {
  let clock: ManualClock;
  let reads: string[];
  let pending: (() => void)[];
  let results: ('done' | 'again' | Error)[];
  let reader: ApplicationReader;
  let life: AbortController;
  let running: Promise<void>;

  beforeEach(() => {
    clock = new ManualClock();
    [reads, pending, results] = [[], [], []];
    life = new AbortController();
    const began = clock.now();
    reader = new ApplicationReader({
      ...{ clock, random: () => 1 },
      read: async ({ name }) => {
        reads.push(`${name} ${Math.round((clock.now() - began) / 1_000)}`);
        await new Promise<void>((resolve) => pending.push(resolve));
        const result = results.shift() ?? 'done';
        if (result instanceof Error) throw result;
        return result;
      },
    });
    running = reader.run(life.signal);
  });
  afterEach(async () => {
    life.abort();
    await clock.finish(running);
  });

  const answer = async () => {
    for (const resolve of pending.splice(0)) resolve();
    await clock.pass(0);
  };

  it('reads a few at a time, and each once however often it is requested', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'a']) reader.want(wanted(name));
    await clock.pass(0);
    assert.deepEqual(reads, ['a 0', 'b 0', 'c 0', 'd 0']);
    await answer();
    await answer();
    assert.deepEqual(reads.slice(4), ['e 0']);
    assert.equal(reader.size, 0);
  });

  it('waits as long as it is told, unless an application is requested sooner, whatever others are reported meanwhile', async () => {
    for (const name of ['a', 'b', 'c']) reader.want(wanted(name), 5_000);
    await clock.pass(1_000);
    reader.want(wanted('b'));
    reader.drop(wanted('c'));
    await clock.pass(10_000);
    assert.deepEqual(reads, ['b 1', 'a 5']);
    await answer();
  });

  it('reads an application again if it changed during the read', async () => {
    reader.want(wanted('a'));
    await clock.pass(1_000);
    reader.want(wanted('a'));
    await answer();
    assert.deepEqual(reads, ['a 0', 'a 1']);
    await answer();
  });

  it('retries failures with growing pauses', async () => {
    results = ['again', new Error('odd'), 'again', 'done'];
    reader.want(wanted('a'));
    for (let tries = 0; tries < 6; tries += 1) {
      await clock.pass(10_000);
      await answer();
    }
    assert.equal(reads.length, 4, reads.join());
    assert.equal(reader.size, 0);
  });
});
