import assert from 'node:assert/strict';
import { abortable } from '../../src/async/abortable.ts';

const never = new Promise<never>(() => undefined);

describe('A wait that can be aborted', () => {
  it('returns the awaited value', async () => {
    const { signal } = new AbortController();
    assert.equal(await abortable(Promise.resolve(7), signal), 7);
    const fault = new Error('fault');
    await assert.rejects(abortable(Promise.reject(fault), signal), fault);
  });

  it("ends with the signal's reason, or with another one", async () => {
    const ending = new AbortController();
    const [own, given] = [new Error('own'), new Error('given')];
    const waits = [abortable(never, ending.signal), abortable(never, ending.signal, given)];
    ending.abort(own);
    const ends = await Promise.allSettled(waits);
    assert.deepEqual(
      ends.map((end): unknown => (end.status === 'rejected' ? end.reason : undefined)),
      [own, given],
    );
  });

  it('does not start if the signal is already aborted', async () => {
    const reason = new Error('over');
    await assert.rejects(abortable(never, AbortSignal.abort(reason)), reason);
  });

  it('continues for all others', async () => {
    const ending = new AbortController();
    let finish: (value: number) => void = () => undefined;
    const shared = new Promise<number>((resolve) => (finish = resolve));
    const ended = abortable(shared, ending.signal);
    const other = abortable(shared, new AbortController().signal);
    ending.abort(new Error('over'));
    await assert.rejects(ended, /over/);
    finish(7);
    assert.equal(await other, 7);
  });
});
