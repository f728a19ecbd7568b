import assert from 'node:assert/strict';
import { redact } from '../../../src/handler/http/redaction.ts';
import { Secret } from '../../../src/secret.ts';

describe('redact', () => {
  it('cuts every secret out wherever it stands', () => {
    const secrets = [new Secret('one.$&'), new Secret('two')];
    assert.equal(redact('a one.$& b two, one.$&', secrets), 'a *** b ***, ***');
  });

  it('leaves the text alone where there is no secret', () => {
    assert.equal(redact('a string', []), 'a string');
    assert.equal(redact('a string', [new Secret('')]), 'a string');
  });
});
