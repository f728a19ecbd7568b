import assert from 'node:assert/strict';
import { ArgoCDError } from '../../src/argocd/argocd-error.ts';
import { UserError } from '../../src/user-error.ts';
import { endingLines, endOfCancellation, endOfError, endOfFaults } from '../../src/task/ending.ts';
import { outputNames } from '../../src/report/outputs.ts';

const fault = { input: 'prune', value: 'x', problem: 'bad', advice: 'Mend it.' };
const issue = '##vso[task.logissue type=error;]';

describe('The end of a step', () => {
  it('sets every output and then the result', () => {
    const lines = endingLines(endOfFaults([fault]));
    assert.deepEqual(
      lines.slice(0, -1).map((line) => /variable=(\w+);/.exec(line)?.[1]),
      [...outputNames],
    );
    assert.equal(
      lines.at(-1),
      '##vso[task.complete result=Failed;done=true;]prune "x": bad. Mend it.',
    );
  });

  it('reports one fault on a line and several in a list', () => {
    assert.deepEqual(endOfFaults([fault]).lines, [`${issue}prune "x": bad. Mend it.`]);
    const two = endOfFaults([fault, { ...fault, input: 'force' }]);
    assert.deepEqual(two.lines, [
      `${issue}2 inputs need attention:%0A- prune "x": bad. Mend it.%0A- force "x": bad. Mend it.`,
    ]);
    assert.equal(two.message, 'prune "x": bad. Mend it. (and 1 more)');
  });

  it('shows no stack for what a person can fix', () => {
    for (const error of [
      new UserError('No application', 'Check the name.'),
      new ArgoCDError('GET /x', 'no route', { failure: 'unreachable' }),
    ]) {
      const { lines } = endOfError(error);
      assert.equal(lines.length, 1);
      assert.ok(lines[0]?.startsWith(issue));
    }
  });

  it('shows the stack of any other error, without executing logging commands in it', () => {
    const error = new Error('##vso[task.complete result=Succeeded;]\nx');
    const { lines, outputs } = endOfError(error);
    assert.ok(lines.length > 3);
    assert.ok(lines.slice(0, -1).every((line) => line.startsWith('##[debug]')));
    assert.doesNotMatch(lines.join('\n'), /##vso\[task\.complete/);
    assert.equal(outputs.outcome, 'failed');
  });

  it('can be derived from anything that is thrown', () => {
    for (const thrown of [undefined, null, 'text', 5, { a: 1 }]) {
      assert.equal(endOfError(thrown).result, 'Failed');
    }
  });

  it('reports a cancellation as one', () => {
    assert.equal(endOfCancellation().outputs.outcome, 'canceled');
  });
});
