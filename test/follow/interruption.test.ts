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

describe('the end of a following from outside', () => {
  const denied = new UserError('The token was revoked', 'Make a new one.');

  it('is the fatal answer, with what to do', () => {
    const { outcome, message, causes } = brokenOff(denied);
    assert.deepEqual([outcome, message], ['failed', 'The token was revoked']);
    assert.equal(causes[0]?.advice, 'Make a new one.');
  });

  it('is the cancellation, or what Azure DevOps has ended the run with', () => {
    assert.equal(canceled(undefined).message, 'The run was canceled');
    const { outcome, message } = canceled('the plan is completed');
    assert.equal(outcome, 'canceled');
    assert.match(
      message,
      /^The run has ended in Azure DevOps \(the plan is completed\): nothing more/,
    );
  });

  describe('when the time is up', () => {
    const nothing = { view: undefined, neverReached: undefined, waitedFor: '', time: 60_400 };

    const table = [
      ['says how long it had', {}, 'Not finished within 60 s'],
      [
        'says what it waited for',
        { waitedFor: 'waiting for a window' },
        'Not finished within 60 s; last status: waiting for a window',
      ],
      ['says that its turn never came', { time: 0 }, 'Not started: timed out in the queue'],
      ['says that Argo CD was never reached', { neverReached: denied }, 'The token was revoked'],
    ] as const;
    for (const [what, change, expected] of table) {
      it(what, () => {
        const { outcome, message } = timedOut({ ...nothing, ...change });
        assert.deepEqual([outcome, message], ['timedOut', expected]);
      });
    }

    it('names what is unfinished of an application that was seen', () => {
      const asked = operation();
      const seen = application({
        operation: asked,
        operationState: state({ operation: asked, message: 'waiting for Job/migrate' }),
      });
      const view = { application: seen, memory: fresh(), goal: syncGoal(), now: start };
      assert.ok(timedOut({ ...nothing, view }).causes.length > 0);
      assert.deepEqual(timedOut(nothing).causes, []);
    });
  });
});
