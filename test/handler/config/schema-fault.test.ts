import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { configSchema } from '../../../src/handler/config/config-schema.ts';
import { faultsOf, valueAt } from '../../../src/handler/config/schema-fault.ts';

function faultsIn(file: unknown): readonly string[] {
  const parsed = z.safeParse(configSchema, file);
  assert.ok(!parsed.success);
  return parsed.error.issues
    .flatMap((issue) => faultsOf(issue, file))
    .map(({ path, problem }) => `${path.join('.')}: ${problem}`);
}

describe('the faults of a schema', () => {
  const organizations: readonly [unknown, string][] = [
    [5, '0: it is a number'],
    [null, '0: it is empty'],
    [[], '0: it is a list'],
    [{}, '0.url: it is missing'],
    [{ url: 5 }, '0.url: it is a number'],
    [{ url: 'x' }, '0.url: it is not a URL'],
    [{ url: 'https://dev.azure.com/x', private: 'yes' }, '0.private: it is a string'],
    [{ url: 'https://dev.azure.com/x', extra: 1 }, '0.extra: unknown setting'],
  ];
  for (const [given, expected] of organizations) {
    it(`are those of the form that was tried: ${JSON.stringify(given)}`, () => {
      const file = { azureDevOps: { organizations: [given] } };
      assert.deepEqual(faultsIn(file), [`azureDevOps.organizations.${expected}`]);
    });
  }

  it('are told of a part by its whole path', () => {
    assert.deepEqual(
      faultsIn({ rules: [{ actions: ['sync', true] }] }).at(-1),
      'rules.0.actions.1: not a valid choice',
    );
  });
});

describe('the value at a path', () => {
  const file = { a: [{ b: 1 }], c: null, t: 'text' };
  for (const [path, expected] of [
    [[], file],
    [['a', 0, 'b'], 1],
    [['c'], null],
    [['c', 'd'], undefined],
    [['a', 1], undefined],
    [['t', 0], undefined],
    [['toString'], undefined],
  ] as const) {
    it(`is found, or is not: ${path.join('.')}`, () => {
      assert.deepEqual(valueAt(file, path), expected);
    });
  }
});
