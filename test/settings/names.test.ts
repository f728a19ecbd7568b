import assert from 'node:assert/strict';
import {
  parseApplication,
  parseAppProject,
  parseAzureProject,
  parseName,
  parseNamespace,
} from '../../src/settings/names.ts';

const kinds = [
  {
    what: 'a name',
    parse: parseName,
    good: ['prod', 'a', 'Team_1.x-y', 'x'.repeat(64)],
    bad: ['', '-prod', 'prod-', 'a b', 'a/b', 'größe', 'x'.repeat(65), 'a\n'],
  },
  {
    what: 'a namespace',
    parse: parseNamespace,
    good: ['argocd', 'openshift-gitops', 'n1'],
    bad: ['', 'ArgoCD', 'argo.cd', '-a', 'a-', '*', 'a\n'],
  },
  {
    what: 'a pattern of AppProjects',
    parse: parseAppProject,
    good: ['default', '*', 'team-*', 'a.b', '?'],
    bad: ['', 'Default', 'a/b', '-a', 'a b', 'a\n'],
  },
  {
    what: 'a pattern of applications',
    parse: parseApplication,
    good: ['shop-web', 'shop-*', '*', '*/*', 'team/shop', 'team-*/shop-?', 'a.b.c'],
    bad: ['', 'Shop', 'a/b/c', '/a', 'a/', 'shop web', '-a', 'a\n'],
  },
  {
    what: 'a pattern of Azure projects',
    parse: parseAzureProject,
    good: ['shop', 'My Project (v2)', '*', 'Größe', '6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c'],
    bad: ['', 'a/b', 'a\nb', 'x'.repeat(65)],
  },
] as const;

for (const { what, parse, good, bad } of kinds) {
  describe(what, () => {
    for (const text of good) {
      it(`is accepted: ${text}`, () => assert.deepEqual(parse(text), { value: text }));
    }
    for (const text of bad) {
      it(`is refused: ${JSON.stringify(text)}`, () => assert.ok('problem' in parse(text)));
    }
  });
}
