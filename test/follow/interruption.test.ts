import assert from 'node:assert/strict';
import { brokenOff, canceled, timedOut } from '../../src/follow/interruption.ts';
import { UserError } from '../../src/user-error.ts';
import {
  application,
  fresh,
  operation,
  start,
  state,
  syncGoal,
} from '../sync/sample-application.ts';

describe('The interruption of a follower from outside', () => {
  const denied = new UserError('The token was revoked', 'Make a new one.');

  it('is the fatal response, with what to do', () => {
    const { outcome, message, evidence, causes } = brokenOff(denied);
    assert.deepEqual([outcome, message, evidence], ['failed', 'The token was revoked', '']);
    assert.deepEqual(
      causes.map(({ advice }) => advice),
      ['Make a new one.'],
    );
  });

  it('is the cancellation, or how Azure DevOps ended the run', () => {
    assert.deepEqual(canceled(undefined), {
      ...{ outcome: 'canceled', message: 'The run was canceled', evidence: '', causes: [] },
    });
    const { outcome, message, evidence, causes } = canceled('the plan is completed');
    assert.deepEqual([outcome, evidence, causes], ['canceled', '', []]);
    assert.match(
      message,
      /^The run has ended in Azure DevOps \(the plan is completed\): nothing more/,
    );
  });

  describe('when the time is up', () => {
    const nothing = { view: undefined, neverReached: undefined, waitedFor: '', time: 60_400 };

    const table = [
      ['says how long it had', {}, 'Not finished within 60 s'],
      ['rounds that to the nearest second', { time: 60_600 }, 'Not finished within 61 s'],
      ['says that for one second', { time: 1_000 }, 'Not finished within 1 s'],
      [
        'says what it waited for',
        { waitedFor: 'waiting for a window' },
        'Not finished within 60 s; last status: waiting for a window',
      ],
      ['says that its turn never came', { time: 0 }, 'Not started: timed out in the queue'],
      [
        'says so even if it came after the deadline',
        { time: -2_000 },
        'Not started: timed out in the queue',
      ],
      ['says that Argo CD was never reached', { neverReached: denied }, 'The token was revoked'],
    ] as const;
    for (const [what, change, expected] of table) {
      it(what, () => {
        const { outcome, message, evidence } = timedOut({ ...nothing, ...change });
        assert.deepEqual([outcome, message, evidence], ['timedOut', expected, '']);
      });
    }

    it('says what to do if Argo CD was never reached', () => {
      const { causes } = timedOut({ ...nothing, neverReached: denied });
      assert.deepEqual(
        causes.map(({ advice }) => advice),
        ['Make a new one.'],
      );
    });

    it('names what is unfinished if the application was seen', () => {
      const asked = operation();
      const seen = application({
        operation: asked,
        operationState: state({ operation: asked, message: 'waiting for Job/migrate' }),
      });
      const view = { application: seen, memory: fresh(), goal: syncGoal(), now: start };
      assert.deepEqual(
        timedOut({ ...nothing, view }).causes.map(({ title, message }) => [title, message]),
        [
          ['Not finished within 60 s', ''],
          ['The operation is Running', 'waiting for Job/migrate'],
        ],
      );
      assert.deepEqual(timedOut(nothing).causes, []);
    });
  });
});
