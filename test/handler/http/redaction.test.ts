import assert from 'node:assert/strict';
import { parseRedacted, redact } from '../../../src/handler/http/redaction.ts';
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

describe('parseRedacted', () => {
  it('removes secrets from strings and names, however JSON spells them', () => {
    const text = String.raw`{ "a-secret": [1, null, "x \u0061-secret"], "a": { "\u0061-secret!": "b" } }`;
    assert.deepEqual(parseRedacted(text, [new Secret('a-secret')]), {
      '***': [1, null, 'x ***'],
      a: { '***!': 'b' },
    });
  });

  it('parses everything else as JSON', () => {
    for (const text of ['1', 'null', '"a"', '[]', '{"__proto__":{"a":1}}']) {
      assert.deepEqual(parseRedacted(text, [new Secret('token')]), JSON.parse(text));
    }
    assert.throws(() => parseRedacted('{', []), SyntaxError);
  });
});
