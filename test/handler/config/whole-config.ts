import assert from 'node:assert/strict';
import type { Config, ConfigFault } from '../../../src/handler/config/config.ts';
import { printConfigFault, readConfig } from '../../../src/handler/config/read-config.ts';
import type { ReferenceSource } from '../../../src/handler/config/references.ts';

export const hash = `sha256:${'1a'.repeat(32)}`;
export const otherHash = `sha256:${'2b'.repeat(32)}`;
export const key = '3d1f0c7a9e5b2846f1a0d4c8b7e6935210fedcba98765432a1b2c3d4e5f60718';

export const tenant = '00000000-0000-4000-8000-00000000000a';
export const client = '00000000-0000-4000-8000-00000000000b';

/** Text that nothing may ever print. */
export const secrets = {
  token: 'token-of-argo-cd',
  admin: 'token-of-the-admin',
  hook: 'secret-of-the-webhook',
  key,
};

export const source: ReferenceSource = {
  env: {
    ARGOCD_TOKEN: secrets.token,
    EMPTY: '',
    HOST: 'argocd.example.com',
    HOOK_SECRET: secrets.hook,
    AZURE_TENANT_ID: tenant,
    AZURE_CLIENT_ID: client,
  },
  readFile: (path) => {
    if (path === '/run/key') return `${key}\n`;
    if (path === '/run/admin') return `${secrets.admin}\n`;
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  },
};

/** A valid configuration with every setting. */
export const whole = `publicUrl: https://handler.example.com/argocd/
listen: { public: '0.0.0.0:8443', admin: '[::]:9443' }
adminToken: '\${file:/run/admin}'
store: { sqlite: ./data/handler.db }
encryptionKeys: ['\${file:/run/key}']
retention: 90d
azureDevOps:
  organizations:
    - https://dev.azure.com/fabrikam
    - { url: https://tfs.example.com/tfs/Main/, private: true }
  tokenLifetime: 48h
  identity:
    workloadIdentity: { tenant: '\${env:AZURE_TENANT_ID}', clientId: '\${env:AZURE_CLIENT_ID}', tokenFile: token }
argocd:
  - name: prod
    url: https://\${env:HOST}/
    token: '\${env:ARGOCD_TOKEN}'
    namespace: gitops
    publicUrl: https://argocd.fabrikam.example
clients:
  - { name: fabrikam, tokens: ['${hash}', '${otherHash.toUpperCase().replace('SHA', 'sha')}'] }
rules:
  - client: fabrikam
    azureProjects: [shop, 'My Project']
    argocd: prod
    appProjects: [default]
    applications: ['shop-*', team/web]
    actions: [sync, prune, gate]
followUps:
  - name: smoke-tests
    when: { events: [succeeded], startedBy: [run, autoSync], revisionChanged: true }
    for: { argocd: [prod], appProjects: [default], applications: ['shop-*'], labels: 'team=shop' }
    do:
      queuePipeline:
        pipeline: fabrikam/shop/\\smoke\\web
        commit: '{{revision}}'
        parameters: { application: '{{application}}' }
  - name: report
    when: { events: [failed] }
    do:
      postWebHook: { url: 'https://hooks.example.com/argocd', secret: '\${env:HOOK_SECRET}' }
grants:
  - argocd: prod
    appProjects: [default]
    organization: fabrikam
    azureProjects: [shop]
    pipelines: ['smoke-*']
followUpLimits: { catchUp: 1h, keepTrying: 24h, chainDepth: 3, actionsPerHour: 100 }
hooks:
  audience: hooks.example.com
  callers:
    - { name: here, tokenReview: {} }
    - { name: edge, oidc: { issuer: https://oidc.example.com/edge/ } }
  grants:
    - caller: here
      namespaces: [shop, 'shop-*']
      serviceAccounts: [argocd-hooks]
      argocd: prod
      appProjects: [default]
      applications: ['shop-*']
      queue: [{ organization: fabrikam, azureProjects: [shop], pipelines: ['\\smoke\\*'] }]
limits: { requestsPerSecond: 5, burst: 10, pendingRuns: 100 }
logLevel: debug
`;

/** The configuration of a valid text. */
export function configFrom(text: string): Config {
  const reading = readConfig(text, '/srv', source);
  assert.ok('config' in reading, 'faults' in reading ? printAll(reading.faults).join('\n') : '');
  return reading.config;
}

/** The faults of a text, as they are printed. */
export function faultsFrom(text: string): readonly string[] {
  const reading = readConfig(text, '/srv', source);
  return 'faults' in reading ? printAll(reading.faults) : [];
}

export function printAll(faults: readonly ConfigFault[]): readonly string[] {
  return faults.map((fault) => printConfigFault('handler.yaml', fault));
}
