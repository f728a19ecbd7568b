import assert from 'node:assert/strict';
import { failureText } from '../../../src/handler/cli/failure-text.ts';
import { UserError } from '../../../src/user-error.ts';

describe('A failure as it is printed', () => {
  it('is what went wrong, and what helps', () => {
    assert.equal(failureText(new UserError('It broke.', 'Mend it.')), 'It broke. Mend it.');
    assert.equal(failureText(new UserError('It broke', 'Mend it.')), 'It broke. Mend it.');
    assert.equal(failureText(new Error('It broke')), 'It broke');
    assert.equal(failureText(new Error('two\nlines')).includes('\n'), false);
  });
});
