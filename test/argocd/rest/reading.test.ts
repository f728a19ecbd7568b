import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import type { ArgoCDCall } from '../../../src/argocd/rest/call.ts';
import { parseAnswer as readJson, readable } from '../../../src/argocd/rest/reading.ts';
import { noAbort } from './server.ts';

const get: ArgoCDCall = {
  method: 'GET',
  path: '/x?y=z',
  effect: 'read',
  timeout: 1,
  signal: noAbort,
};
const post: ArgoCDCall = { ...get, method: 'POST', effect: 'change' };
const schema = z.object({
  a: z.object({ phase: z.enum(['Running', 'Failed', '']), n: z.number() }),
});

function read(call: ArgoCDCall, json: unknown) {
  return readable(call, () => readJson(schema, json));
}

function errorOf(act: () => unknown): ArgoCDError {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof ArgoCDError, String(error));
    return error;
  }
  assert.fail('it was read');
}

describe('Reading a response', () => {
  it('returns the fields of the schema', () => {
    const json = { a: { phase: 'Failed', n: 1, other: true } };
    assert.deepEqual(read(get, json), { a: { phase: 'Failed', n: 1 } });
  });

  const cases: readonly [unknown, string][] = [
    [{ a: { phase: 'Paused', n: 1 } }, 'a.phase is "Paused", expected one of Running, Failed'],
    [{ a: { phase: 'Failed', n: '1' } }, 'a.n is "1", expected number'],
    [{ a: { phase: 'Failed' } }, 'a.n is missing, expected number'],
    [
      { a: { phase: 1, n: null } },
      'a.phase is 1, expected one of Running, Failed; a.n is null, expected number',
    ],
    [[], 'it is [], expected object'],
  ];
  for (const [json, words] of cases) {
    it(`refuses ${JSON.stringify(json)} with path, value and expectation`, () => {
      const { message, failure } = errorOf(() => read(get, json));
      const what = 'unexpected response (this version knows Argo CD 2.11 to 3.5)';
      assert.equal(message, `GET /x: ${what}: ${words}`);
      assert.equal(failure, 'not-argocd');
    });
  }

  it('leaves unclear whether a change took effect if its response cannot be parsed', () => {
    assert.equal(errorOf(() => read(post, {})).failure, 'unclear');
  });

  it('reports that a response is not JSON', () => {
    const error = errorOf(() => readable(get, () => JSON.parse('<html>') as unknown));
    assert.match(error.message, /expected JSON/);
  });

  it('bounds what it shows', () => {
    const error = errorOf(() => read(get, { a: { phase: 'x'.repeat(9999), n: [] } }));
    assert.match(error.message, /a\.phase/);
    assert.ok(error.message.length < 700);
  });

  it('passes on internal errors', () => {
    const fault = new TypeError('a bug');
    assert.throws(
      () =>
        readable(get, () => {
          throw fault;
        }),
      fault,
    );
  });
});
