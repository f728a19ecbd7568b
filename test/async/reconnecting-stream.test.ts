import assert from 'node:assert/strict';
import { ReconnectingStream } from '../../src/async/reconnecting-stream.ts';
import { ManualClock } from '../follow/manual-clock.ts';

/** What one opening of the stream does: sends something, and lives for so long. */
interface Life {
  readonly says?: readonly (string | undefined)[];
  readonly lasts: number;
  readonly failure?: Error;
}

describe('A reconnecting stream', () => {
  let clock: ManualClock;
  let cancelling: AbortController;
  let opened: number[];
  let heard: string[];

  beforeEach(() => {
    clock = new ManualClock();
    cancelling = new AbortController();
    opened = [];
    heard = [];
  });

  function run(lives: (opening: number) => Life) {
    const stream = new ReconnectingStream<string>(clock, () => 1, {
      hear: (message) => {
        heard.push(message);
      },
      broken: () => heard.push('broken'),
    });
    const running = stream.run(async function* (signal) {
      opened.push(clock.now());
      const { says = [], lasts, failure } = lives(opened.length);
      yield* says;
      await clock.sleep(lasts, signal);
      if (failure !== undefined) throw failure;
    }, cancelling.signal);
    const end = async () => {
      cancelling.abort();
      await clock.finish(running);
      assert.equal(clock.sleeping, 0, 'a timer is left behind');
    };
    return { stream, end };
  }

  const pauses = (lasted: number) =>
    opened.slice(1).map((at, index) => at - (opened[index] ?? 0) - lasted);

  it('delivers messages and skips heartbeats', async () => {
    const { stream, end } = run(() => ({ says: ['a', undefined, 'b'], lasts: 20_000 }));
    assert.equal(stream.aliveSince, undefined);
    await clock.pass(10_000);
    assert.deepEqual(heard, ['a', 'b']);
    assert.equal(stream.aliveSince, opened[0]);
    assert.deepEqual([stream.openings, stream.failure], [1, '']);
    await end();
  });

  it('reopens immediately after it has lived for a while', async () => {
    const { stream, end } = run(() => ({ says: ['a'], lasts: 12_000 }));
    await clock.pass(60_000);
    assert.deepEqual(pauses(12_000), [1_000, 1_000, 1_000, 1_000]);
    assert.equal(stream.openings, 5);
    assert.equal(stream.failure, 'the server closed the stream');
    await end();
  });

  it('reopens with growing pauses while it breaks right after opening', async () => {
    const { end } = run(() => ({ says: ['a'], lasts: 100 }));
    await clock.pass(70_000);
    assert.deepEqual(pauses(100), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    await end();
  });

  it('says why it broke, but only after something was received', async () => {
    const lives: readonly Life[] = [
      { lasts: 0, failure: new Error('no way') },
      { says: [undefined], lasts: 5_000, failure: new Error('cut') },
    ];
    const { stream, end } = run((opening) => lives[opening - 1] ?? { says: ['a'], lasts: 50_000 });
    await clock.pass(500);
    assert.deepEqual([stream.failure, stream.openings, heard], ['no way', 0, []]);
    await clock.pass(6_000);
    assert.deepEqual([stream.failure, stream.openings, heard], ['cut', 1, ['broken']]);
    await clock.pass(3_000);
    assert.deepEqual([stream.openings, heard], [2, ['broken', 'a']]);
    await end();
  });

  it('is given up when it falls silent', async () => {
    const { stream, end } = run(() => ({ says: ['a'], lasts: Infinity }));
    await clock.pass(34_999);
    assert.equal(stream.aliveSince, opened[0]);
    await clock.pass(1);
    assert.equal(stream.aliveSince, undefined);
    assert.equal(stream.failure, 'the stream stopped sending');
    await clock.pass(1_000);
    assert.equal(opened.length, 2);
    await end();
  });
});
