import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import {
  expandSelection,
  parseSelectionEntry,
  type Selection,
  type SelectionEntry,
} from '../../../src/sync/plan/selection.ts';
import { custom, hook, object } from '../sample-manifests.ts';

function entry(text: string): SelectionEntry {
  const parsed = parseSelectionEntry(text);
  assert.ok('entry' in parsed, JSON.stringify(parsed));
  return parsed.entry;
}

describe('parseSelectionEntry', () => {
  const good: readonly (readonly [string, Omit<SelectionEntry, 'text'>])[] = [
    ['Deployment:web', { group: undefined, kind: 'Deployment', namespace: undefined, name: 'web' }],
    [
      'apps:Deployment:web',
      { group: 'apps', kind: 'Deployment', namespace: undefined, name: 'web' },
    ],
    [':Service:web', { group: '', kind: 'Service', namespace: undefined, name: 'web' }],
    ['Service:shop/web', { group: undefined, kind: 'Service', namespace: 'shop', name: 'web' }],
    ['*:*:*/*', { group: '*', kind: '*', namespace: '*', name: '*' }],
    ['*:web-*', { group: undefined, kind: '*', namespace: undefined, name: 'web-*' }],
    [
      'ClusterRole:system:a',
      { group: undefined, kind: 'ClusterRole', namespace: undefined, name: 'system:a' },
    ],
    [
      'rbac.authorization.k8s.io:ClusterRole:system:a',
      {
        group: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        namespace: undefined,
        name: 'system:a',
      },
    ],
  ];
  for (const [text, expected] of good) {
    it(`reads ${text}`, () => {
      assert.deepEqual(entry(text), { text, ...expected });
    });
  }

  it('ignores spaces around an entry', () => {
    assert.equal(entry('  Pod:a ').text, 'Pod:a');
  });

  const bad: readonly (readonly [string, RegExp])[] = [
    ['', /^The entry is empty\. Write \[group:\]Kind:/],
    ['web', /kind or the name is missing/],
    ['Deployment:', /name is missing/],
    [':web', /kind is missing/],
    ['apps::web', /kind is missing/],
    ['apps/v1:Deployment:web', /API group contains invalid/],
    ['Deploy-ment:web', /kind contains invalid/],
    ['Pod:/web', /namespace is empty/],
    ['Pod:Shop/web', /namespace is empty or contains/],
    ['Pod:a/b/c', /more than one "\/"/],
    ['Pod:a, Pod:b', /cannot contain spaces/],
    ['!Pod:a', /excludes nothing/],
  ];
  for (const [text, expected] of bad) {
    it(`refuses "${text}" and says what to write`, () => {
      const parsed = parseSelectionEntry(text);
      assert.ok('fault' in parsed);
      assert.match(parsed.fault, expected);
      assert.match(parsed.fault, / Write \[group:\]Kind:\[namespace\/\]name, for example /);
    });
  }

  it('parses or refuses any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z:/*!. -]*$/)), (text) => {
        const parsed = parseSelectionEntry(text);
        assert.ok('entry' in parsed || parsed.fault.length < 250);
      }),
    );
  });
});

/** Runs it without a break, and returns what it yielded. */
function toTheEnd<T>(work: Generator<number, T>): { readonly value: T; readonly steps: number[] } {
  const steps: number[] = [];
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return { value, steps };
    steps.push(value);
  }
}

describe('expandSelection', () => {
  const manifests = [
    object('Deployment/web'),
    object('Service/web'),
    object('ConfigMap/other/web'),
    object('ConfigMap/web-settings'),
    object('Namespace/shop'),
    object('ClusterRole/wrong/reader'),
    object('Job/migrate', hook('PreSync')),
    object('Job/never', hook('Skip')),
    custom('Widget', 'web'),
    custom('Gadget', 'twin'),
    {
      apiVersion: 'example.com/v1',
      kind: 'Gadget',
      metadata: { name: 'twin', namespace: 'other' },
    },
    { apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName: 'x-' } },
  ];
  const expand = (...texts: readonly string[]): Selection =>
    toTheEnd(expandSelection(texts.map(entry), manifests, 'shop')).value;
  const print = ({ resources }: Selection) =>
    resources.map(({ group, kind, namespace, name }) => [group, kind, namespace, name].join(':'));

  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['Deployment:web', ['apps:Deployment:shop:web']],
    ['apps:Deployment:web', ['apps:Deployment:shop:web']],
    [':*:web', [':Service:shop:web', ':ConfigMap:other:web']],
    ['ConfigMap:other/*', [':ConfigMap:other:web']],
    [
      '*:shop/web*',
      [
        'apps:Deployment:shop:web',
        ':Service:shop:web',
        ':ConfigMap:shop:web-settings',
        'example.com:Widget::web',
      ],
    ],
    ['Namespace:*', [':Namespace::shop']],
    ['ClusterRole:reader', ['rbac.authorization.k8s.io:ClusterRole::reader']],
    ['Widget:web', ['example.com:Widget::web']],
    ['Gadget:twin', ['example.com:Gadget:shop:twin', 'example.com:Gadget:other:twin']],
  ];
  for (const [text, expected] of cases) {
    it(`expands ${text}`, () => {
      const selection = expand(text);
      assert.deepEqual(print(selection), expected);
      assert.deepEqual(selection.unmatched, []);
    });
  }

  it('returns what several entries select once', () => {
    assert.deepEqual(print(expand('Service:web', ':Service:*')), [':Service:shop:web']);
  });

  const globs: readonly (readonly [string, readonly string[]])[] = [
    ['w*', ['web', 'web-settings']],
    ['*b', ['web']],
    ['*-*', ['web-settings']],
    ['w*b*s', ['web-settings']],
    ['web*web', []],
    ['**eb', ['web']],
    ['w.b', []],
  ];
  for (const [pattern, expected] of globs) {
    it(`matches names with ${pattern}`, () => {
      const selected = expand(`ConfigMap:${pattern}`, `Service:${pattern}`);
      const names = new Set(selected.resources.map(({ name }) => name));
      assert.deepEqual([...names].sort(), expected);
    });
  }

  const nothing: readonly (readonly [string, RegExp])[] = [
    ['Job:migrate', /^"Job:migrate" selects nothing: only hooks or skipped objects match/],
    ['Job:never', /only hooks or skipped objects/],
    ['deployment:web', /case-sensitive\. Did you mean Deployment\?$/],
    ['Service:other/web', /the closest match is :Service:web in namespace shop\.$/],
    ['batch:Deployment:web', /the closest match is apps:Deployment:web in namespace shop\.$/],
    [
      'ClusterRole:shop/reader',
      /rbac.authorization.k8s.io:ClusterRole:reader without a namespace\.$/,
    ],
    ['Secret:web', /the application does not have this resource\.$/],
    ['Job:x-', /the application does not have this resource\.$/],
  ];
  for (const [text, expected] of nothing) {
    it(`says why ${text} selects nothing`, () => {
      const selection = expand(text, 'Service:web');
      assert.equal(selection.unmatched.length, 1);
      assert.match(selection.unmatched[0] ?? '', expected);
      assert.deepEqual(print(selection), [':Service:shop:web']);
    });
  }

  it('is fast for a pattern with many wildcards', () => {
    const long = { kind: 'Pod', metadata: { name: 'a'.repeat(20_000) } };
    const pattern = { ...entry('Pod:a'), name: `${'*a'.repeat(2_000)}*b` };
    const { value } = toTheEnd(expandSelection([pattern], [long], 'shop'));
    assert.deepEqual(value.resources, []);
  });

  describe('compares', () => {
    const count = 2_000;
    const names = Array.from({ length: count }, (_, index) => `settings-${index}`);
    const many = names.map((name) => ({ kind: 'ConfigMap', metadata: { name } }));
    /** Without those of reading the manifests, two for each. */
    const stepsOf = (texts: readonly string[]) =>
      toTheEnd(expandSelection(texts.map(entry), many, 'shop')).steps.slice(2 * count);

    it('an exact entry only with objects of its name', () => {
      const steps = stepsOf(names.map((name) => `ConfigMap:${name}`));
      assert.deepEqual(steps, new Array<number>(count).fill(1));
    });

    it('a pattern with all, and yields after each pass', () => {
      assert.deepEqual(stepsOf(['ConfigMap:*-7', 'ConfigMap:*']), [count, count]);
      assert.deepEqual(stepsOf(['Secret:x*']), [count, count, count, count]);
    });
  });
});
