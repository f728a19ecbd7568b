import assert from 'node:assert/strict';
import { StatusReporter } from '../../src/follow/status-reporter.ts';
import { ManualClock } from './manual-clock.ts';

describe('The status reporter', () => {
  let clock: ManualClock;
  let told: string[];
  let status: StatusReporter;

  beforeEach(() => {
    clock = new ManualClock();
    told = [];
    const tell = (progress: { readonly kind: string; readonly message?: string }) => {
      assert.equal(progress.kind, 'status');
      told.push(progress.message ?? '');
    };
    const address = { name: 'shop', namespace: '', project: '' };
    status = new StatusReporter({ address }, { clock, tell });
  });

  it('reports a state that has lasted for two seconds, once', () => {
    status.say('waiting for the window');
    const due = status.dueAt;
    assert.equal(due, clock.now() + 2_000);
    clock.jump(1_999);
    status.say('waiting for the window');
    assert.deepEqual(told, []);
    clock.jump(1);
    status.say('waiting for the window');
    status.say('waiting for the window');
    assert.deepEqual(told, ['waiting for the window']);
    assert.equal(status.dueAt, Infinity);
  });

  it('omits a state that ends immediately, and remembers its last report', () => {
    status.say('refreshing');
    clock.jump(1_500);
    status.say('waiting for health');
    clock.jump(1_500);
    status.say('waiting for health');
    assert.deepEqual(told, []);
    assert.equal(status.message, 'waiting for health');
  });

  it('does not repeat what the steps report', () => {
    status.say('Job/migrate is running', true);
    clock.jump(10_000);
    status.say('Job/migrate is running', true);
    assert.deepEqual(told, []);
    assert.equal(status.dueAt, Infinity);
  });

  it('reports immediately what cannot wait', () => {
    status.tell('asking for the sync');
    status.say('asking for the sync');
    assert.deepEqual(told, ['asking for the sync']);
  });
});
