import assert from 'node:assert/strict';
import { readConfig } from '../../../src/handler/config/read-config.ts';
import { key, printAll, source, whole } from './whole-config.ts';

function noticesOf(text: string) {
  const reading = readConfig(text, '/srv', source);
  assert.ok('config' in reading, 'faults' in reading ? printAll(reading.faults).join('\n') : '');
  return { warnings: printAll(reading.warnings), gaps: printAll(reading.gaps) };
}

const keys = 'encryptionKeys: ["${file:/run/key}"]\n';

describe('Notices about a valid configuration', () => {
  it('are absent if everything is set well', () => {
    assert.deepEqual(noticesOf(whole), { warnings: [], gaps: [] });
  });

  it('say what is still missing, and how to set it', () => {
    const { gaps } = noticesOf('');
    assert.deepEqual(
      gaps.map((gap) => gap.split(': ')[1]),
      ['publicUrl', 'azureDevOps.organizations', 'argocd', 'clients', 'rules'],
    );
    for (const gap of gaps) assert.match(gap, /\. Set /);
  });

  it('say what is missing from a section, with its line', () => {
    const { gaps } = noticesOf('publicUrl: https://x\n\nazureDevOps:\n  tokenLifetime: 1h\n');
    assert.match(gaps[0] ?? '', /^handler\.yaml:3: azureDevOps\.organizations: there is no org/);
  });

  const warnings: readonly [string, string, RegExp][] = [
    [
      'a key that will be kept beside the database',
      'logLevel: info',
      /^handler\.yaml: encryptionKeys: .* next to what it protects, in \/srv\/data\/key\./,
    ],
    [
      'an encryption key in plain text',
      `encryptionKeys: [${key}]`,
      /^handler\.yaml:1: encryptionKeys\[0\]: this is a secret in plain text\. Store it elsewhere/,
    ],
    [
      'an admin token in plain text',
      `${keys}adminToken: sixteen-characters-and-more`,
      /^handler\.yaml:2: adminToken: this is a secret in plain text/,
    ],
    [
      'an Argo CD token that is partly in plain text',
      whole.replace("'${env:ARGOCD_TOKEN}'", "'prefix.${env:ARGOCD_TOKEN}'"),
      /^handler\.yaml:17: argocd\[0\]\.token: this is a secret in plain text/,
    ],
    [
      'accepting any certificate',
      whole.replace('namespace: gitops', 'skipTlsVerify: true'),
      /^handler\.yaml:18: argocd\[0\]\.skipTlsVerify "true": any certificate is accepted/,
    ],
    [
      'an Argo CD by http',
      whole.replace('https://${env:HOST}/', 'http://argocd-server.argocd.svc'),
      /^handler\.yaml:16: argocd\[0\]\.url "http:\/\/argocd-server\.argocd\.svc": it uses http/,
    ],
    [
      'an organization by http',
      whole.replace('https://tfs', 'http://tfs'),
      /^handler\.yaml:10: azureDevOps\.organizations\[1\]: it uses http/,
    ],
    [
      'a rule that allows everything',
      whole
        .replace("[shop, 'My Project']", "['*']")
        .replace('[default]', "['*']")
        .replace("['shop-*', team/web]", "['*/*']"),
      /^handler\.yaml:23: rules\[0\]: it allows sync, prune, gate on everything, for every project/,
    ],
    [
      'a client without a rule',
      whole.replace('rules:', `  - { name: idle, tokens: ['sha256:${'3c'.repeat(32)}'] }\nrules:`),
      /^handler\.yaml:22: clients\[1\]: no rule names idle\./,
    ],
    [
      'an Argo CD without a rule',
      whole.replace(
        'clients:',
        "  - { name: test, url: https://x, token: '${env:HOST}' }\nclients:",
      ),
      /^handler\.yaml:20: argocd\[1\]: no rule names test\./,
    ],
    [
      'an Azure DevOps token in plain text',
      whole
        .replace(/workloadIdentity: .*/, 'pat: token-of-azure-devops')
        .replace(/ +- { url: .*\n/, ''),
      /^handler\.yaml:12: azureDevOps\.identity\.pat: this is a secret in plain text/,
    ],
    [
      'a token of one organization in plain text',
      whole.replace('private: true }', 'private: true, pat: token-of-azure-devops }'),
      /^handler\.yaml:10: azureDevOps\.organizations\[1\]\.pat: this is a secret in plain text/,
    ],
    [
      'a webhook secret in plain text',
      whole.replace('${env:HOOK_SECRET}', 'sixteen-characters-and-more'),
      /^handler\.yaml:\d+: followUps\[1\]\.do\.postWebHook\.secret: this is a secret in plain text/,
    ],
    [
      "one organization's token that is used for two",
      whole.replace(/workloadIdentity: .*/, "pat: '${env:ARGOCD_TOKEN}'"),
      /^handler\.yaml:12: azureDevOps\.identity: a personal access token belongs to one organization, but is used for 2/,
    ],
  ];
  for (const [what, text, expected] of warnings) {
    it(`warn of ${what}`, () => {
      const found = noticesOf(text).warnings;
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', expected);
    });
  }

  it('do not warn of http within this machine', () => {
    const text = whole.replace('https://${env:HOST}/', 'http://127.0.0.1:8081');
    assert.deepEqual(noticesOf(text).warnings, []);
  });
});
