import assert from 'node:assert/strict';
import { longestGateAnswer, printGateAnswer } from '../../../src/handler/http/gate-answer.ts';
import type { GateReport, GateStatus } from '../../../src/handler/gates.ts';

const application = (name: string, status: GateStatus, message = '') => ({ name, status, message });

describe('The response to a gate', () => {
  it('first names what keeps the gate from passing', () => {
    const applications = [
      application('a', 'passed'),
      application('b', 'waiting'),
      application('c', 'failed'),
      application('d', 'waiting'),
    ];
    const printed = printGateAnswer({ status: 'failed', message: 'c is Degraded', applications });
    assert.deepEqual(
      printed.applications.map(({ name }) => name),
      ['c', 'b', 'd', 'a'],
    );
  });

  it('is one line of plain text everywhere', () => {
    const message = 'one\ntwo\u202e\u0007';
    const answer: GateReport = {
      status: 'waiting',
      message,
      applications: [application('a', 'waiting', message)],
    };
    const printed = printGateAnswer(answer);
    assert.equal(printed.message, 'one ⏎ two');
    assert.equal(printed.applications[0]?.message, 'one ⏎ two');
  });

  it('is short, whatever there is to say', () => {
    const message = '漢"\\'.repeat(2_000);
    const applications = Array.from({ length: 1_000 }, (_, index) =>
      application(`shop-${index}`, index === 999 ? 'failed' : 'waiting', message),
    );
    const printed = printGateAnswer({ status: 'failed', message, applications });
    assert.ok(Buffer.byteLength(JSON.stringify(printed)) < longestGateAnswer);
    assert.equal(printed.status, 'failed');
    assert.equal(printed.applications[0]?.name, 'shop-999');
  });
});
