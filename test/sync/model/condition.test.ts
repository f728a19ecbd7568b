import { strict as assert } from 'node:assert';
import {
  blockingConditions,
  errorConditions,
  terminalConditions,
  whyNotCompared,
} from '../../../src/sync/model/condition.ts';
import { application, comparisonError, Run, start, waitGoal } from '../sample-application.ts';

const terminal = (message: string, unknownSince?: number) =>
  terminalConditions({ conditions: [comparisonError(message)] }, unknownSince, start).length > 0;

describe('conditions', () => {
  it('that pass are never terminal, and yet errors', () => {
    const conditions = [comparisonError('rpc error: code = Unavailable desc = connection error')];
    assert.deepEqual(terminalConditions(application({ conditions }), 0, start), []);
    assert.deepEqual(errorConditions(application({ conditions })), conditions);
  });

  it('that last are terminal at once', () => {
    assert.equal(terminal('rpc error: code = Unknown desc = app path does not exist'), true);
  });

  it('that nobody knows are terminal after two minutes', () => {
    assert.equal(terminal('something new'), false);
    assert.equal(terminal('something new', start - 119_999), false);
    assert.equal(terminal('something new', start - 120_000), true);
  });

  it('are terminal when nothing can be deployed, not when something failed', () => {
    const spec = { type: 'InvalidSpecError', message: 'no destination' };
    const sync = { type: 'SyncError', message: 'failed' };
    const warning = { type: 'SharedResourceWarning', message: 'shared' };
    const one = application({ conditions: [spec, sync, warning] });
    assert.deepEqual(terminalConditions(one, undefined, start), [spec]);
    assert.deepEqual(blockingConditions(one), [spec]);
    assert.deepEqual(errorConditions(one), [spec, sync]);
  });

  it('say in one bounded line why nothing is compared', () => {
    const message = `first\nsecond`;
    assert.equal(
      whyNotCompared({ conditions: [comparisonError(message)] }),
      ': ComparisonError: first',
    );
    assert.equal(whyNotCompared({ conditions: [] }), '');
    const long = whyNotCompared({ conditions: [comparisonError('x'.repeat(100_000))] });
    assert.ok(long.length < 400, `${long.length}`);
  });

  it('that nobody knows are waited for from when they were first seen, and no longer than they stand', () => {
    const refresh = { askedAt: start, answeredAt: start, failures: 0 };
    const odd = application({
      sync: { status: 'Unknown', revisions: ['main'] },
      conditions: [comparisonError('something new')],
    });
    const run = new Run(waitGoal(), { refresh });
    const verdict = run.see(odd);
    assert.match(verdict.kind === 'wait' ? verdict.doing : '', /cannot compare.*something new/);
    assert.equal(run.see(odd, 100_000).kind, 'wait');
    run.see(application({ sync: odd.sync }), 1_000);
    assert.equal(run.see(odd, 100_000).kind, 'wait');
    assert.equal(run.see(odd, 119_999).kind, 'wait');
    const last = run.see(odd, 1);
    assert.ok(last.kind === 'done');
    assert.equal(last.ending.causes[0]?.message, 'something new');
  });
});
