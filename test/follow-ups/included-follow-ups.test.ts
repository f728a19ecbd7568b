import assert from 'node:assert/strict';
import { fateOf, withFollowUps } from '../../src/follow-ups/included-follow-ups.ts';
import type { FollowUpReport } from '../../src/sync/model/follow-up-report.ts';
import type { Outcome } from '../../src/sync/model/outcome.ts';
import { result } from '../report/example-results.ts';

function report(change: Partial<FollowUpReport> = {}): FollowUpReport {
  return {
    ...{ key: 'k', rule: 'input/onSuccess/smoke', event: 'succeeded', pipeline: 'smoke' },
    ...{ state: 'ended', run: undefined, result: 'succeeded', message: '' },
    ...change,
  };
}

const included = (outcome: Outcome, isWaited: boolean, ...reports: FollowUpReport[]) =>
  withFollowUps(result({ outcome, message: 'It went so' }), reports, { isWaited, finishedAt: 9 });

describe('A result that includes follow-ups', () => {
  const cases: readonly [string, Outcome, Partial<FollowUpReport>, Outcome, Outcome][] = [
    ['succeeded', 'succeeded', {}, 'succeeded', 'succeeded'],
    ['partially', 'succeeded', { result: 'partiallySucceeded' }, 'succeeded', 'succeeded'],
    ['failed', 'succeeded', { result: 'failed' }, 'failed', 'succeeded'],
    ['was canceled', 'succeeded', { result: 'canceled' }, 'failed', 'succeeded'],
    ['ended somehow', 'succeeded', { result: undefined }, 'failed', 'succeeded'],
    ['was not queued', 'succeeded', { state: 'notQueued' }, 'failed', 'succeeded'],
    ['did not end', 'succeeded', { state: 'running' }, 'timedOut', 'succeeded'],
    ['was not started', 'succeeded', { state: 'queued' }, 'timedOut', 'succeeded'],
    ['waits', 'succeeded', { state: 'waiting' }, 'timedOut', 'succeeded'],
    ['failed after a failure', 'failed', { result: 'failed' }, 'failed', 'failed'],
    ['did not end after a failure', 'failed', { state: 'running' }, 'failed', 'failed'],
    ['failed, of a canceled run', 'canceled', { result: 'failed' }, 'canceled', 'canceled'],
  ];
  for (const [what, own, change, waited, unwaited] of cases) {
    it(`is ${waited} when one ${what} and was waited for, and ${unwaited} otherwise`, () => {
      assert.equal(included(own, true, report(change)).outcome, waited);
      assert.equal(included(own, false, report(change)).outcome, unwaited);
    });
  }

  it('is unchanged without follow-ups', () => {
    const own = result();
    assert.equal(withFollowUps(own, [], { isWaited: true, finishedAt: 9 }), own);
  });

  it('says which, why, and where', () => {
    const page = 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=7';
    const { message, causes, finishedAt, followUps } = included(
      'succeeded',
      true,
      report(),
      report({ pipeline: 'e2e', result: 'failed', run: { id: 7, name: '7', page } }),
      report({ pipeline: 'docs', state: 'notQueued', message: 'no right' }),
    );
    assert.equal(message, 'It went so; but not its follow-ups e2e, docs');
    assert.deepEqual(
      causes.map((cause) => [cause.title, cause.message]),
      [
        ['The follow-up e2e failed', page],
        ['The follow-up docs was not queued', 'no right'],
      ],
    );
    assert.deepEqual([finishedAt, followUps?.length], [9, 3]);
  });

  it('warns of one that was neither queued nor waited for', () => {
    const { concerns } = included('succeeded', false, report({ state: 'notQueued', message: 'x' }));
    assert.deepEqual(concerns, [{ title: 'The follow-up smoke was not queued', message: 'x' }]);
  });

  it('does not warn of one that will be retried after the run', () => {
    const inclusion = { isWaited: false, isKeptTrying: true, finishedAt: 9 };
    const told = withFollowUps(result(), [report({ state: 'waiting' })], inclusion);
    assert.deepEqual([told.concerns, told.followUps?.length], [result().concerns, 1]);
  });

  it('has a word for each result', () => {
    const words = (['waiting', 'queued', 'running', 'notQueued'] as const).map((state) =>
      fateOf({ state, result: undefined }),
    );
    assert.equal(new Set(words).size, 4);
  });
});
