import assert from 'node:assert/strict';
import { redact } from '../../../src/handler/http/redaction.ts';
import { Secret } from '../../../src/secret.ts';

describe('redact', () => {
  it('removes every secret wherever it is', () => {
    const secrets = [new Secret('one.$&'), new Secret('two')];
    assert.equal(redact('a one.$& b two, one.$&', secrets), 'a *** b ***, ***');
  });

  it('leaves a text without secrets unchanged', () => {
    assert.equal(redact('a string', []), 'a string');
    assert.equal(redact('a string', [new Secret('')]), 'a string');
  });
});
