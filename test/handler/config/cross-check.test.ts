import assert from 'node:assert/strict';
import { crossCheck } from '../../../src/handler/config/cross-check.ts';

function problemsIn(file: unknown): readonly string[] {
  return crossCheck(file).map(({ path, problem }) => `${path.join('.')}: ${problem}`);
}

const rule = { client: 'a', argocd: 'prod' };

describe('the advice on a name that is not there', () => {
  const adviceFor = (names: readonly string[], wrong: string) =>
    crossCheck({
      clients: [{ name: 'a' }],
      argocd: names.map((name) => ({ name })),
      rules: [{ client: 'a', argocd: wrong }],
    }).map(({ advice }) => advice);
  const many = Array.from({ length: 12 }, (_, at) => `cluster-${at}`);
  const cases: readonly [string, readonly string[], string, string][] = [
    ['says that there are none', [], 'prod', 'Add it to `argocd`, which has no entries yet.'],
    ['names the only one when it is meant', ['prod'], 'prd', 'Did you mean `prod`?'],
    ['names the only one when it is far off', ['prod'], 'somewhere', 'Use one of: `prod`.'],
    [
      'names all of them, the nearest first',
      ['staging', 'test', 'prod'],
      'prdo',
      'Did you mean `prod`? Configured are: `prod`, `test`, `staging`.',
    ],
    [
      'names ten at most',
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

describe('the check across settings', () => {
  const cases: readonly [string, unknown, readonly string[]][] = [
    ['finds nothing where there is nothing', {}, []],
    [
      'knows names whatever else is wrong with their entries',
      { clients: [{ name: 'a', x: 1 }], argocd: [{ name: 'prod' }], rules: [rule] },
      [],
    ],
    [
      'lets only a client of announced runs be without tokens, and those not without an identity',
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
      'takes announced runs with a token for one organization alone',
      {
        clients: [{ name: 'a', tokens: [] }],
        argocd: [{ name: 'prod', announcedRuns: 'a' }],
        azureDevOps: { organizations: [{ url: 'https://dev.azure.com/fabrikam', pat: 'x' }] },
      },
      [],
    ],
    [
      'misses names that are not there',
      { rules: [rule] },
      ['rules.0.client: `clients` has no such name', 'rules.0.argocd: `argocd` has no such name'],
    ],
    [
      'holds nothing against names in lists that cannot be read',
      { clients: { a: {} }, argocd: 'prod', rules: [rule] },
      [],
    ],
    [
      'passes over what is no text',
      { clients: [5, null, { name: 5 }], argocd: [[]], rules: [{ client: 5, argocd: {} }, null] },
      [],
    ],
    ['passes over a file that is no mapping', ['a'], []],
    [
      'counts a token of the admin that leads nowhere: that is an internal error',
      { listen: { admin: '0.0.0.0:1' }, adminToken: undefined },
      [],
    ],
    [
      'wants a token of the admin where it is exposed',
      { listen: { admin: '[::]:1' } },
      ['listen.admin: it can be reached from other machines, but there is no adminToken'],
    ],
    ['wants none on loopback', { listen: { admin: '[::1]:1' } }, []],
    ['leaves a wrong listener to its own fault', { listen: { admin: 'x' } }, []],
    [
      'lets both listeners take any free port',
      { listen: { public: '127.0.0.1:0', admin: '127.0.0.1:0' } },
      [],
    ],
    [
      'finds each repetition once',
      { clients: [{ name: 'a' }, { name: 'a' }, { name: 'a' }] },
      [
        'clients.1.name: another client has this name',
        'clients.2.name: another client has this name',
      ],
    ],
    [
      'finds a hash that a client has twice',
      { clients: [{ name: 'a', tokens: ['sha256:AA', 'sha256:aa'] }] },
      ['clients.0.tokens.1: this hash is listed twice, so clients cannot be told apart'],
    ],
  ];
  for (const [sentence, file, expected] of cases) {
    it(sentence, () => assert.deepEqual(problemsIn(file), expected));
  }
});
