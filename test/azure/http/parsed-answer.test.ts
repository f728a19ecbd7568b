import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import type { SentCall } from '../../../src/azure/http/answer.ts';
import { parseAnswer } from '../../../src/azure/http/parsed-answer.ts';
import { Secret } from '../../../src/secret.ts';

const asked: SentCall = { name: 'GET log', isRepeatable: true, token: new Secret('a-token') };
const once: SentCall = { ...asked, isRepeatable: false };
const schema = z.object({ value: z.array(z.object({ id: z.int() })) });

describe('a parsed answer', () => {
  it('is what the schema makes of it', () => {
    const text = '{"count":1,"value":[{"id":1,"other":2}]}';
    assert.deepEqual(parseAnswer(asked, schema, text), { value: [{ id: 1 }] });
  });

  it('leaves a change unclear where it is odd, and is refused where it only reads', () => {
    for (const text of ['{}', '[]', 'null', '{"value":[{"id":"1"}]}']) {
      assert.throws(() => parseAnswer(once, schema, text), { failure: 'unclear' });
      assert.throws(() => parseAnswer(asked, schema, text), { failure: 'refused' });
    }
  });

  it('leaves a change unclear where it is no JSON, and is asked for again where it only reads', () => {
    for (const text of ['', 'OK', '{"value":']) {
      assert.throws(() => parseAnswer(once, schema, text), { failure: 'unclear' });
      assert.throws(() => parseAnswer(asked, schema, text), { failure: 'unavailable' });
    }
  });

  it('is told with three places at most', () => {
    const value = Array.from({ length: 50 }, () => ({}));
    assert.throws(
      () => parseAnswer(asked, schema, JSON.stringify({ value })),
      /value\.0\.id, value\.1\.id, value\.2\.id$/,
    );
  });
});
