import assert from 'node:assert/strict';
import { Listeners } from '../../src/async/listeners.ts';
import type { ChangeEvent } from '../../src/follow/change-source.ts';

describe('Listeners', () => {
  it('each hear their own name until they stop', () => {
    const listeners = new Listeners<ChangeEvent>();
    const heard: string[] = [];
    const listener = (who: string) => (event: unknown) => heard.push(`${who} ${event as string}`);
    const stop = listeners.listen('shop', listener('a'));
    listeners.listen('shop', listener('b'));
    listeners.listen('web', listener('c'));
    listeners.tell('shop', 'changed');
    listeners.tell('other', 'changed');
    stop();
    listeners.tell('shop', 'changed');
    listeners.tellAll('broken');
    assert.deepEqual(heard, ['a changed', 'b changed', 'b changed', 'b broken', 'c broken']);
  });

  it('leave nothing behind', () => {
    const listeners = new Listeners<ChangeEvent>();
    const stops = [1, 2].map(() => listeners.listen('shop', () => undefined));
    assert.deepEqual([listeners.has('shop'), listeners.size], [true, 1]);
    stops[0]?.();
    assert.equal(listeners.has('shop'), true);
    stops[1]?.();
    assert.deepEqual([listeners.has('shop'), listeners.size], [false, 0]);
    const stop = listeners.listen('shop', () => undefined);
    stops[1]?.();
    assert.equal(listeners.has('shop'), true, 'an old end ends a new listener');
    stop();
  });

  it('are told if they listened at the time of the event and still do', () => {
    const listeners = new Listeners<string>();
    const heard: string[] = [];
    let stop = (): void => undefined;
    listeners.listen('shop', (changes) => {
      heard.push(`first ${changes}`);
      stop();
      listeners.listen('shop', (later) => heard.push(`late ${later}`));
    });
    stop = listeners.listen('shop', (changes) => heard.push(`second ${changes}`));
    listeners.tell('shop', 'a');
    assert.deepEqual(heard, ['first a']);
  });
});
