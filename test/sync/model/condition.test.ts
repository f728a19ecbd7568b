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

describe('Conditions', () => {
  it('that are temporary are never terminal, but still errors', () => {
    const conditions = [comparisonError('rpc error: code = Unavailable desc = connection error')];
    assert.deepEqual(terminalConditions(application({ conditions }), 0, start), []);
    assert.deepEqual(errorConditions(application({ conditions })), conditions);
  });

  it('that are permanent are terminal immediately', () => {
    assert.equal(terminal('rpc error: code = Unknown desc = app path does not exist'), true);
  });

  it('that are unknown are terminal after two minutes', () => {
    assert.equal(terminal('something new'), false);
    assert.equal(terminal('something new', start - 119_999), false);
    assert.equal(terminal('something new', start - 120_000), true);
  });

  it('are terminal if nothing can be deployed, not if something failed', () => {
    const spec = { type: 'InvalidSpecError', message: 'no destination' };
    const sync = { type: 'SyncError', message: 'failed' };
    const warning = { type: 'SharedResourceWarning', message: 'shared' };
    const one = application({ conditions: [spec, sync, warning] });
    assert.deepEqual(terminalConditions(one, undefined, start), [spec]);
    assert.deepEqual(blockingConditions(one), [spec]);
    assert.deepEqual(errorConditions(one), [spec, sync]);
  });

  it('say on one bounded line why nothing is compared', () => {
    const message = `first\nsecond`;
    assert.equal(
      whyNotCompared({ conditions: [comparisonError(message)] }),
      ': ComparisonError: first',
    );
    assert.equal(whyNotCompared({ conditions: [] }), '');
    const long = whyNotCompared({ conditions: [comparisonError('x'.repeat(100_000))] });
    assert.ok(long.length < 400, `${long.length}`);
  });

  it('that are unknown are waited for since they were first seen, and only while they exist', () => {
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
