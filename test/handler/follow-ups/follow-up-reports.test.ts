import assert from 'node:assert/strict';
import { actionStates } from '../../../src/actions/stored-action.ts';
import { reportOf } from '../../../src/handler/follow-ups/follow-up-reports.ts';
import { renderedRun, storedAction } from '../../actions/stored-action.ts';

describe('An action as reported in its run', () => {
  it('has a state for each of its own', () => {
    const action = storedAction(renderedRun(), { rule: 'smoke' });
    assert.deepEqual(
      actionStates.map((state) => `${state}: ${reportOf({ ...action, state }).state}`),
      [
        'waiting: waiting',
        'sent: waiting',
        'done: queued',
        'refused: notQueued',
        'expired: notQueued',
        'dismissed: notQueued',
      ],
    );
  });

  it('says what is queued, why, and where', () => {
    const outcome = { id: 7, name: 'argocd-7', page: 'https://dev.azure.com/fabrikam' };
    const action = storedAction(renderedRun(), { rule: 'smoke' });
    const { pipeline, rule, event, run, result } = reportOf({ ...action, state: 'done', outcome });
    assert.deepEqual(
      { pipeline, rule, event, run, result },
      {
        ...{ pipeline: 'fabrikam/shop/smoke', rule: 'smoke', event: 'succeeded' },
        ...{ run: outcome, result: undefined },
      },
    );
  });

  it('is over once it is done if it has no run', () => {
    const hook = { kind: 'postWebHook', url: 'https://hooks.example.com/x', rule: 'tell' } as const;
    const outcome = { id: 204, name: '204 from hooks.example.com', page: '' };
    const { state, result, run } = reportOf({
      ...storedAction(hook, { rule: 'tell' }),
      ...{ state: 'done', outcome },
    });
    assert.deepEqual([state, result, run], ['ended', 'succeeded', undefined]);
  });

  it('shows only the host of a webhook, since its URL may contain a secret', () => {
    const hook = {
      kind: 'postWebHook',
      url: 'https://chat.example.com/hooks/s3cret',
      rule: 'chat',
    };
    const report = reportOf(storedAction(hook as never, { rule: 'chat' }));
    assert.equal(report.pipeline, 'chat.example.com');
  });
});
