import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { redact } from '../../../scripts/record/redaction.ts';

const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjaSJ9.c2lnbmF0dXJl';
const options = {
  server: 'https://argocd.contoso.com/argo',
  token,
  application: ['payments', 'plain'],
  replacements: [['Contoso', 'Fabrikam']],
} as const;

function clean(line: unknown): unknown {
  const [text = ''] = redact([line], options).lines;
  return JSON.parse(text);
}

describe('A written recording', () => {
  const cases: readonly (readonly [what: string, line: unknown, written: unknown])[] = [
    [
      'has another server',
      'see https://argocd.contoso.com/argo/x',
      'see https://argocd.example.com/x',
    ],
    [
      'has another host, with and without an address',
      'lookup argocd.contoso.com: no',
      'lookup argocd.example.com: no',
    ],
    ['has no token', `token ${token} of ci`, 'token <token> of ci'],
    ['has no token of anybody else', 'eyJhbGciOiJub25lIn0x.eyJzdWIiOiJib3NzIn0.', '<token>'],
    [
      'has other repositories, whatever their form',
      [
        { repoURL: 'git@github.contoso.com:team/shop.git' },
        { repoURL: 'oci://r.contoso.com/shop' },
      ],
      [
        { repoURL: 'https://git.example.com/repository-1.git' },
        { repoURL: 'oci://registry.example.com/repository-2' },
      ],
    ],
    [
      'has the same repository wherever it is named',
      {
        repoURL: 'https://me:pw@git.contoso.com/shop.git',
        m: 'clone https://me:pw@git.contoso.com/shop.git failed',
      },
      {
        repoURL: 'https://git.example.com/repository-1.git',
        m: 'clone https://git.example.com/repository-1.git failed',
      },
    ],
    [
      'has other registries',
      { images: ['registry.contoso.com/shop:1', 'nginx:1.27'] },
      { images: ['registry-1.example.com/shop:1', 'nginx:1.27'] },
    ],
    [
      'has other clusters, except for the default one',
      [{ server: 'https://k8s.contoso.com:6443' }, { server: 'https://kubernetes.default.svc' }],
      [{ server: 'https://host-1.example.com:6443' }, { server: 'https://kubernetes.default.svc' }],
    ],
    [
      'has no people',
      { author: 'Robin <robin@contoso.com>' },
      { author: 'Robin <person-1@example.com>' },
    ],
    [
      'has no addresses',
      'dial tcp 10.1.2.3:443 from 10.1.2.4',
      'dial tcp 192.0.2.1:443 from 192.0.2.2',
    ],
    [
      'has no values of Secrets, even in manifests',
      {
        manifests: [
          '{"kind":"Secret","metadata":{"name":"db"},"data":{"password":"aHVudGVyMg=="}}',
        ],
      },
      { manifests: ['{"kind":"Secret","metadata":{"name":"db"},"data":{"password":"++++++++"}}'] },
    ],
    [
      'has no values of Secrets in files, whose other documents are unchanged',
      {
        files: {
          'a.yaml':
            'kind: ConfigMap # as it is\n---\nkind: Secret\nstringData: { password: hunter2 }\n',
        },
      },
      {
        files: {
          'a.yaml':
            'kind: ConfigMap # as it is\n---\nkind: Secret\nstringData:\n  password: ++++++++\n',
        },
      },
    ],
    [
      'has no values of parameters with suspicious names',
      {
        parameters: [
          { name: 'db.password', value: 'hunter2' },
          { name: 'replicas', value: '2' },
        ],
      },
      {
        parameters: [
          { name: 'db.password', value: '++++++++' },
          { name: 'replicas', value: '2' },
        ],
      },
    ],
    [
      'has nothing that a cluster records for itself',
      {
        metadata: {
          managedFields: [1],
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'x', a: 'b' },
        },
      },
      { metadata: { annotations: { a: 'b' } } },
    ],
    [
      "has the application under the recording's name, and replaces nothing else",
      {
        name: 'payments',
        path: '/api/v1/applications/payments?x',
        other: 'payments-db',
        id: 'payments:/Service:shop/web',
      },
      {
        name: 'plain',
        path: '/api/v1/applications/plain?x',
        other: 'payments-db',
        id: 'plain:/Service:shop/web',
      },
    ],
    ['has what the user replaced', 'Contoso shop', 'Fabrikam shop'],
    [
      'keeps what is public',
      'argocd.argoproj.io/hook batch.kubernetes.io',
      'argocd.argoproj.io/hook batch.kubernetes.io',
    ],
  ];
  for (const [what, line, written] of cases) {
    it(what, () => {
      assert.deepEqual(clean(line), written);
    });
  }

  it('names possible private hosts for a person to decide', () => {
    const { suspects } = redact(['at build.internal and www.contoso.com in a.yaml'], options);
    assert.deepEqual(suspects, ['build.internal', 'www.contoso.com']);
  });

  it('has the same name for the same thing in all its lines', () => {
    const { lines } = redact(
      [{ m: 'https://b.contoso.com' }, { m: 'https://a.contoso.com and b.contoso.com' }],
      options,
    );
    assert.deepEqual(lines, [
      '{"m":"https://host-1.example.com"}',
      '{"m":"https://host-2.example.com and host-1.example.com"}',
    ]);
  });
});
