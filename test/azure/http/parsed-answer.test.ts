import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import type { SentCall } from '../../../src/azure/http/answer.ts';
import { parseAnswer } from '../../../src/azure/http/parsed-answer.ts';
import { Secret } from '../../../src/secret.ts';

const asked: SentCall = { name: 'GET log', isRepeatable: true, token: new Secret('a-token') };
const once: SentCall = { ...asked, isRepeatable: false };
const schema = z.object({ value: z.array(z.object({ id: z.int() })) });

describe('A parsed response', () => {
  it('is what the schema makes of it', () => {
    const text = '{"count":1,"value":[{"id":1,"other":2}]}';
    assert.deepEqual(parseAnswer(asked, schema, text), { value: [{ id: 1 }] });
  });

  it('leaves a change unclear if it is invalid, and refuses it for a read', () => {
    for (const text of ['{}', '[]', 'null', '{"value":[{"id":"1"}]}']) {
      assert.throws(() => parseAnswer(once, schema, text), { failure: 'unclear' });
      assert.throws(() => parseAnswer(asked, schema, text), { failure: 'refused' });
    }
  });

  it('leaves a change unclear if it is not JSON, and lets a read be repeated', () => {
    for (const text of ['', 'OK', '{"value":']) {
      assert.throws(() => parseAnswer(once, schema, text), { failure: 'unclear' });
      assert.throws(() => parseAnswer(asked, schema, text), { failure: 'unavailable' });
    }
  });

  it('is reported with three faults at most', () => {
    const value = Array.from({ length: 50 }, () => ({}));
    assert.throws(
      () => parseAnswer(asked, schema, JSON.stringify({ value })),
      /value\.0\.id, value\.1\.id, value\.2\.id$/,
    );
  });
});
