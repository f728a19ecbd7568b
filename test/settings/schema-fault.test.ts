import assert from 'node:assert/strict';
import * as z from 'zod/mini';
import { configSchema } from '../../src/handler/config/config-schema.ts';
import { faultsOf, valueAt } from '../../src/settings/schema-fault.ts';
import { described } from '../../src/settings/text-setting.ts';

function faultsIn(file: unknown): readonly string[] {
  const parsed = z.safeParse(configSchema, file);
  assert.ok(!parsed.success);
  return parsed.error.issues
    .flatMap((issue) => faultsOf(issue, { schema: configSchema, value: file }))
    .map(({ path, problem }) => `${path.join('.')}: ${problem}`);
}

describe('The faults of a schema', () => {
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
    it(`are those of the form that was attempted: ${JSON.stringify(given)}`, () => {
      const file = { azureDevOps: { organizations: [given] } };
      assert.deepEqual(faultsIn(file), [`azureDevOps.organizations.${expected}`]);
    });
  }

  const misplaced: readonly [string, unknown, string][] = [
    ['above its place', { announcedRuns: {} }, 'It belongs in `argocd[]`.'],
    [
      'beside its place',
      { followUps: [{ do: { queuePipeline: 'shop/test', parameters: {} } }] },
      'It belongs in `followUps[].do.queuePipeline`.',
    ],
    ['below its place', { listen: { tokenLifetime: '1h' } }, 'It belongs in `azureDevOps`.'],
    ['misspelled', { listen: { pubic: 'x' } }, 'Did you mean `public`?'],
    ['anywhere', { listen: { color: 'x' } }, 'Known settings: public, admin.'],
  ];
  for (const [where, file, expected] of misplaced) {
    it(`tell where a setting belongs that is ${where}`, () => {
      const parsed = z.safeParse(configSchema, file);
      assert.ok(!parsed.success);
      const advice = parsed.error.issues
        .flatMap((issue) => faultsOf(issue, { schema: configSchema, value: file }))
        .filter(({ problem }) => problem === 'unknown setting')
        .map((fault) => fault.advice);
      assert.deepEqual(advice, [expected]);
    });
  }

  it('of a part have its full path', () => {
    assert.deepEqual(
      faultsIn({ rules: [{ actions: ['sync', true] }] }).at(-1),
      'rules.0.actions.1: not a valid choice',
    );
  });
});

describe('The alternatives that a schema knows', () => {
  const schema = z.strictObject({
    nested: z.optional(
      z.union([
        z.array(z.string()),
        z.union([
          z.union([z.string(), z.int()]),
          z.strictObject({ size: z.union([z.int(), z.enum(['small', 'large'])]) }),
        ]),
      ]),
    ),
    pair: z.optional(
      z.pipe(
        z.union([z.string(), z.strictObject({ branch: z.string() })]),
        z.transform((given) => given),
      ),
    ),
    byName: z.record(z.string().check(z.regex(/^[a-z]+$/)), z.strictObject({ size: z.int() })),
    list: z.prefault(z.array(described(z.strictObject({ name: z.string() }), 'One.')), []),
  });
  const cases: readonly [string, unknown, string][] = [
    ['inside a union and a pipe', { pair: { brnch: '' } }, 'pair.brnch: Did you mean `branch`?'],
    [
      'under a user-defined name',
      { byName: { a: { sise: 1 } } },
      'byName.a.sise: Did you mean `size`?',
    ],
    ['in a list with a default', { list: [{ nam: '' }] }, 'list.0.nam: Did you mean `name`?'],
    ['inside nested unions', { nested: { siz: 1 } }, 'nested.siz: Did you mean `size`?'],
    ['at the top level', { lst: [] }, 'lst: Did you mean `list`?'],
    ['without a similar key', { zzzzzz: 1 }, 'zzzzzz: Known settings: nested, pair, byName, list.'],
    ['with an inherited name', { pair: { toString: 1 } }, 'pair.toString: Known settings: branch.'],
  ];
  for (const [where, file, expected] of cases) {
    it(`are suggested for an unknown key ${where}`, () => {
      const parsed = z.safeParse(schema, file);
      assert.ok(!parsed.success);
      const faults = parsed.error.issues
        .flatMap((issue) => faultsOf(issue, { schema, value: file }))
        .map(({ path, advice }) => `${path.join('.')}: ${advice}`);
      assert.ok(faults.includes(expected), faults.join('\n'));
    });
  }

  it('are suggested for a choice inside nested unions', () => {
    const file = { nested: { size: 'smal' }, byName: {} };
    const parsed = z.safeParse(schema, file);
    assert.ok(!parsed.success);
    const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, { schema, value: file }));
    assert.deepEqual(
      faults.map(({ path, advice }) => [path.join('.'), advice]),
      [['nested.size', 'Did you mean `small`?']],
    );
  });

  it('are suggested for an invalid user-defined key', () => {
    const file = { byName: { 'A B': { size: 1 } } };
    const parsed = z.safeParse(schema, file);
    assert.ok(!parsed.success);
    const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, { schema, value: file }));
    assert.deepEqual(
      faults.map(({ path, problem }) => [path.join('.'), problem]),
      [['byName.A B', 'it has the wrong format']],
    );
  });
});

describe('The value at a path', () => {
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
    it(`is found, or is missing: ${path.join('.')}`, () => {
      assert.deepEqual(valueAt(file, path), expected);
    });
  }
});
