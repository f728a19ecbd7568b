import { strict as assert } from 'node:assert';
import type { SyncWindows } from '../../../src/sync/windows/sync-window.ts';
import {
  application,
  brief,
  ending,
  operation,
  request,
  Run,
  start,
  state,
  syncGoal,
} from '../sample-application.ts';

const deny = { kind: 'deny', schedule: '* * * * *', duration: '1h', manualSync: false };
const closed: SyncWindows = { activeWindows: [deny], assignedWindows: [deny], canSync: false };
const open: SyncWindows = { activeWindows: [], assignedWindows: [], canSync: true };
const denied = request({
  state: 'refused',
  failure: 'window-closed',
  reason: 'blocked',
  operation: undefined,
});
const held = application({
  operation: operation(),
  operationState: state({ message: 'Sync operation blocked by sync window' }),
});

describe('A sync that a window denies', () => {
  it('first reads the windows, and no response before the refusal counts', () => {
    const run = new Run(syncGoal(), { request: denied });
    const verdict = run.see(application());
    assert.deepEqual(verdict.kind === 'wait' && [verdict.ask, verdict.at], [
      'windows',
      start + 15_000,
    ]);
    assert.equal(brief(run.change({ windows: { answer: closed, at: start - 1 } })), 'wait');
    assert.equal(brief(run.change({ windows: { answer: closed, at: start } })), 'blocked');
  });

  it('advises changing the windows if they never open', () => {
    const adviceOf = (answer: SyncWindows) => {
      const run = new Run(syncGoal(), { request: denied, windows: { answer, at: start } });
      return ending(run.see(application())).causes[0]?.advice ?? '';
    };
    const always = { ...deny, duration: '24h' };
    assert.match(
      adviceOf({ activeWindows: [always], assignedWindows: [always], canSync: false }),
      /^Change the sync windows/,
    );
    const once = { ...deny, schedule: `0 ${new Date(start).getUTCHours()} * * *` };
    assert.match(
      adviceOf({ activeWindows: [once], assignedWindows: [once], canSync: false }),
      /whenWindowClosed: wait/,
    );
  });

  it("is blocked with Argo CD's own message if there is no response in time", () => {
    const run = new Run(syncGoal(), { request: denied });
    const verdict = run.see(application(), 15_000);
    assert.equal(ending(verdict).causes[0]?.message, 'blocked');
  });

  it('is requested again when the windows allow it', () => {
    const windows = { answer: open, at: start };
    assert.equal(
      brief(new Run(syncGoal(), { request: denied, windows }).see(application())),
      'sync',
    );
  });

  it('waits for the opening as configured, and checks again every half minute', () => {
    const goal = syncGoal({ whenWindowClosed: 'wait' });
    const run = new Run(goal, { request: denied, windows: { answer: closed, at: start } });
    const verdict = run.see(application());
    assert.deepEqual(verdict.kind === 'wait' && [verdict.ask, verdict.at], [
      undefined,
      start + 30_000,
    ]);
    const later = run.see(application(), 30_000);
    assert.deepEqual(later.kind === 'wait' && [later.ask, later.at], ['windows', undefined]);
  });
});

describe('Windows that cannot be parsed', () => {
  const unreadable = "cannot parse schedule '* 7-24 * * *': end of range (24) above maximum (23)";
  const reason = `cannot sync: invalid sync window: ${unreadable}`;
  for (const whenWindowClosed of ['fail', 'wait'] as const) {
    it(`end immediately with the reason, with whenWindowClosed: ${whenWindowClosed}`, () => {
      const goal = syncGoal({ whenWindowClosed });
      const verdicts = [
        new Run(goal, { request: { ...denied, reason } }).see(application()),
        new Run(goal, {
          request: denied,
          windowsFault: { reason: `invalid sync windows: ${unreadable}`, at: start },
        }).see(application()),
        new Run(goal).see({
          ...held,
          operationState: state({
            message: `Sync operation blocked by sync window: ${unreadable}`,
          }),
        }),
      ];
      for (const verdict of verdicts) {
        assert.equal(brief(verdict), 'blocked');
        const [cause] = ending(verdict).causes;
        assert.match(cause?.message ?? '', /7-24/);
        assert.match(cause?.advice ?? '', /five cron fields/);
      }
    });
  }
});

describe('Windows that cannot be read', () => {
  it('are not called invalid if another permanent error prevents reading them', () => {
    for (const [reason, title] of [
      ['invalid sync windows: cannot parse duration', /^A sync window is invalid/],
      ['x509: certificate signed by unknown authority', /^A sync window denies the sync, and/],
      ['the project does not exist', /windows cannot be read$/],
    ] as const) {
      const run = new Run(syncGoal(), { request: denied, windowsFault: { reason, at: start } });
      const [cause] = ending(run.see(application())).causes;
      assert.match(cause?.title ?? '', title);
      assert.equal(cause?.message, reason);
    }
  });

  const windowsFault = { reason: 'permission denied', at: start };

  it('are checked by trying again, if the opening is waited for, and that is reported', () => {
    const goal = syncGoal({ whenWindowClosed: 'wait' });
    const run = new Run(goal, { request: denied, windowsFault });
    const verdict = run.see(application(), 20_000);
    assert.match(
      verdict.kind === 'wait' ? verdict.doing : '',
      /opening time could not be read: permission denied/,
    );
    assert.equal(verdict.kind === 'wait' && verdict.at, start + 30_000);
    assert.equal(brief(run.see(application(), 10_000)), 'sync');
  });

  it('are checked by trying again even if there are no more responses', () => {
    const goal = syncGoal({ whenWindowClosed: 'wait' });
    const windows = { answer: closed, at: start };
    const run = new Run(goal, { request: denied, windows });
    assert.equal(brief(run.see(application(), 44_999)), 'wait');
    assert.equal(brief(run.see(application(), 1)), 'sync');
  });

  it("block a running operation with Argo CD's own message, unless that is waited for", () => {
    const verdict = new Run(syncGoal(), { windowsFault }).see(held);
    assert.equal(ending(verdict).causes[0]?.message, 'Sync operation blocked by sync window');
    const waiting = new Run(syncGoal({ whenWindowClosed: 'wait' }), { windowsFault }).see(held);
    assert.match(waiting.kind === 'wait' ? waiting.doing : '', /opening time could not be read/);
  });
});

describe('An operation that a window holds while it runs', () => {
  it('is blocked once a fresh response says that the window is closed', () => {
    const run = new Run(syncGoal());
    const verdict = run.see(held);
    assert.equal(verdict.kind === 'wait' && verdict.ask, 'windows');
    assert.equal(brief(run.change({ windows: { answer: closed, at: start } })), 'blocked');
    const stale = run.see(held, 15_000);
    assert.equal(stale.kind === 'wait' && stale.ask, 'windows');
  });

  it('continues if the window is open', () => {
    const run = new Run(syncGoal(), { windows: { answer: open, at: start } });
    const verdict = run.see(held);
    assert.equal(verdict.kind === 'wait' && verdict.doing, 'Sync operation blocked by sync window');
  });

  it('is waited for as configured, with an unchanging message', () => {
    const run = new Run(syncGoal({ whenWindowClosed: 'wait' }), {
      windows: { answer: closed, at: start },
    });
    const lines = [0, 10_000, 10_000, 10_000].map((after) => {
      const verdict = run.see(held, after);
      return verdict.kind === 'wait' ? verdict.doing : '';
    });
    assert.equal(new Set(lines).size, 1);
  });

  it('is no longer judged while it is being terminated', () => {
    const terminating = {
      ...held.operationState,
      phase: 'Terminating',
    } as typeof held.operationState;
    const run = new Run(syncGoal(), { windows: { answer: closed, at: start } });
    assert.equal(brief(run.see({ ...held, operationState: terminating })), 'wait');
  });
});
