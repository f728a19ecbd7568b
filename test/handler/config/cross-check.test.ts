import assert from 'node:assert/strict';
import { crossCheck } from '../../../src/handler/config/cross-check.ts';

function problemsIn(file: unknown): readonly string[] {
  return crossCheck(file).map(({ path, problem }) => `${path.join('.')}: ${problem}`);
}

const rule = { client: 'a', argocd: 'prod' };

describe('The advice on an unknown name', () => {
  const adviceFor = (names: readonly string[], wrong: string) =>
    crossCheck({
      clients: [{ name: 'a' }],
      argocd: names.map((name) => ({ name })),
      rules: [{ client: 'a', argocd: wrong }],
    }).map(({ advice }) => advice);
  const many = Array.from({ length: 12 }, (_, at) => `cluster-${at}`);
  const cases: readonly [string, readonly string[], string, string][] = [
    ['says that there are none', [], 'prod', 'Add it to `argocd`, which has no entries yet.'],
    ['suggests the only one if it is similar', ['prod'], 'prd', 'Did you mean `prod`?'],
    ['lists the only one if it is not similar', ['prod'], 'somewhere', 'Use one of: `prod`.'],
    [
      'lists all of them, the most similar first',
      ['staging', 'test', 'prod'],
      'prdo',
      'Did you mean `prod`? Configured are: `prod`, `test`, `staging`.',
    ],
    [
      'lists at most ten',
      many,
      'somewhere else entirely',
      `Use one of: ${many
        .slice(0, 10)
        .map((name) => `\`${name}\``)
        .join(', ')}, ….`,
    ],
  ];
  for (const [name, names, wrong, expected] of cases) {
    it(name, () => assert.deepEqual(adviceFor(names, wrong), [expected]));
  }
});

describe('The check across settings', () => {
  const cases: readonly [string, unknown, readonly string[]][] = [
    ['finds no fault in an empty configuration', {}, []],
    [
      'knows a name even if its entry has other faults',
      { clients: [{ name: 'a', x: 1 }], argocd: [{ name: 'prod' }], rules: [rule] },
      [],
    ],
    [
      'requires tokens of clients, except for announced runs, and an identity for those',
      {
        clients: [
          { name: 'a', tokens: [] },
          { name: 'b', tokens: [] },
        ],
        argocd: [
          { name: 'prod', announcedRuns: 'a' },
          { name: 'test', announcedRuns: 'c' },
        ],
      },
      [
        'argocd.1.announcedRuns: `clients` has no such name',
        'argocd.0.announcedRuns: the handler has no identity, which it needs to report such runs',
        'argocd.1.announcedRuns: the handler has no identity, which it needs to report such runs',
        'clients.1.tokens: it is empty',
      ],
    ],
    [
      'accepts announced runs with a token for only one organization',
      {
        clients: [{ name: 'a', tokens: [] }],
        argocd: [{ name: 'prod', announcedRuns: 'a' }],
        azureDevOps: { organizations: [{ url: 'https://dev.azure.com/fabrikam', pat: 'x' }] },
      },
      [],
    ],
    [
      'reports unknown names',
      { rules: [rule] },
      ['rules.0.client: `clients` has no such name', 'rules.0.argocd: `argocd` has no such name'],
    ],
    [
      'does not compare names with invalid lists',
      { clients: { a: {} }, argocd: 'prod', rules: [rule] },
      [],
    ],
    [
      'skips values that are not strings',
      { clients: [5, null, { name: 5 }], argocd: [[]], rules: [{ client: 5, argocd: {} }, null] },
      [],
    ],
    ['skips a file that is not a mapping', ['a'], []],
    [
      'does not report an admin token whose reference failed',
      { listen: { admin: '0.0.0.0:1' }, adminToken: undefined },
      [],
    ],
    [
      'requires an admin token on an exposed listener',
      { listen: { admin: '[::]:1' } },
      ['listen.admin: it can be reached from other machines, but there is no adminToken'],
    ],
    ['requires none on loopback', { listen: { admin: '[::1]:1' } }, []],
    ['leaves an invalid listener to its own fault', { listen: { admin: 'x' } }, []],
    [
      'lets both listeners use any free port',
      { listen: { public: '127.0.0.1:0', admin: '127.0.0.1:0' } },
      [],
    ],
    [
      'reports each duplicate once',
      { clients: [{ name: 'a' }, { name: 'a' }, { name: 'a' }] },
      [
        'clients.1.name: another client has this name',
        'clients.2.name: another client has this name',
      ],
    ],
    [
      "reports a client's duplicate hash",
      { clients: [{ name: 'a', tokens: ['sha256:AA', 'sha256:aa'] }] },
      ['clients.0.tokens.1: this hash is listed twice, so clients cannot be told apart'],
    ],
  ];
  for (const [sentence, file, expected] of cases) {
    it(sentence, () => assert.deepEqual(problemsIn(file), expected));
  }
});
