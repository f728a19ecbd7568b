import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { answerLine, requestLines } from '../../../../scripts/demo/agentless/exchange-lines.ts';
import { textOf } from '../../../../scripts/demo/line.ts';

const request = {
  method: 'POST',
  url: 'http://handler.example.com/v1/syncs',
  headers: { PlanId: 'plan', AuthToken: 'token-of-the-job', Authorization: 'Bearer a-token' },
  body: '--plan argocd\nprod\n--plan info\na=b\nc=d\n--plan selector\n\n',
  waits: true,
  expression: '',
};

describe('The request of a server task', () => {
  it('is shown with its secrets masked, and with the requested sections', () => {
    assert.deepEqual(requestLines(request, ['argocd', 'info']).map(textOf), [
      'POST http://handler.example.com/v1/syncs',
      'PlanId: plan',
      'AuthToken: ***',
      'Authorization: Bearer ***',
      '',
      '--plan argocd',
      'prod',
      '--plan info',
      'a=b',
      'c=d',
      '… and 1 more: the caller, and the other inputs',
    ]);
  });

  it('masks an authorization with only one word', () => {
    const headers = { Authorization: 'a-token' };
    const lines = requestLines({ ...request, headers }, []).map(textOf);
    assert.ok(lines.includes('Authorization: ***'));
  });
});

describe('The response to a server task', () => {
  const table = [
    { status: 202, statusName: 'Accepted', tone: 'good' },
    { status: 403, statusName: 'Forbidden', tone: 'bad' },
  ];
  for (const { status, statusName, tone } of table) {
    it(`is ${tone} with ${status}`, () => {
      const line = answerLine({ status, statusName, headers: {}, text: '{}' });
      assert.equal(textOf(line), `${status} ${statusName}  {}`);
      assert.equal(line[0]?.tone, tone);
    });
  }
});
