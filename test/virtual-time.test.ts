import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { VirtualTime } from './virtual-time.ts';

const hour = 3_600_000;
const never = new AbortController().signal;

describe('Virtual time', () => {
  let time: VirtualTime;
  let begun: number;

  beforeEach(() => {
    time = new VirtualTime();
    begun = time.now();
  });
  afterEach(() => time.clock.stop());

  const passed = () => time.now() - begun;

  it('advances as soon as there is nothing else to do', async () => {
    await time.sleep(hour, never);
    assert.equal(passed(), hour);
  });

  it('wakes sleepers in the order of their ends, each at its own', async () => {
    const woken: [string, number][] = [];
    const sleep = (name: string, ms: number) =>
      time.sleep(ms, never).then(() => woken.push([name, passed()]));
    await Promise.all([sleep('late', 3 * hour), sleep('early', hour), sleep('middle', 2 * hour)]);
    assert.deepEqual(woken, [
      ['early', hour],
      ['middle', 2 * hour],
      ['late', 3 * hour],
    ]);
  });

  it('immediately wakes an aborted sleeper', async () => {
    const calling = new AbortController();
    const sleeping = time.sleep(hour, calling.signal);
    calling.abort();
    await sleeping;
    assert.equal(passed(), 0);
    await time.sleep(hour, calling.signal);
    assert.equal(passed(), 0);
  });

  it('stands still while a registered promise is open', async () => {
    const slow = time.during(delay(20, 'done'));
    const sleeping = time.sleep(hour, never).then(passed);
    assert.equal(await slow, 'done');
    assert.equal(passed(), 0);
    assert.equal(await sleeping, hour);
  });

  it('stands still while a request is in progress, and passes while the server waits', async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        void time.sleep(60_000, never).then(() => response.end('x'.repeat(1_000_000)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ask = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: 'hello' });
      return (await answer.text()).length;
    };
    const beside = time.sleep(61_000, never).then(passed);
    assert.equal(await ask(), 1_000_000);
    assert.equal(passed(), 60_000);
    assert.equal(await beside, 61_000);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("is ahead of the simulators' time by the given difference", () => {
    const ahead = new VirtualTime(hour);
    assert.equal(ahead.now() - ahead.clock.now, hour);
    ahead.clock.stop();
  });
});
