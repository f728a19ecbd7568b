import { readFollowUpsInput } from '../../../src/follow-ups/read-follow-ups.ts';
import type { QueuePipeline } from '../../../src/follow-ups/action-kinds/queue-pipeline.ts';
import type { FollowUpRule } from '../../../src/follow-ups/follow-up.ts';
import { configFrom, hash } from '../../../test/handler/config/whole-config.ts';

const rule = (name: string, event: string, more = '') =>
  `  - { name: ${name}, when: { events: [${event}] }, do: { queuePipeline: shop/${name} }${more} }`;

/** The configuration of a simulated handler; two rules name the same pipeline. */
export const config = configFrom(`publicUrl: https://handler.example.com/
listen: { public: '127.0.0.1:8443', admin: '127.0.0.1:9443' }
store: { sqlite: ./handler.db }
encryptionKeys: ['\${file:/run/key}']
azureDevOps:
  organizations: [{ url: 'https://dev.azure.com/fabrikam', pat: '\${env:HOOK_SECRET}' }]
argocd: [{ name: prod, url: 'https://argocd.example.com/', token: '\${env:ARGOCD_TOKEN}' }]
clients: [{ name: fabrikam, tokens: ['${hash}'] }]
rules: [{ client: fabrikam, azureProjects: [shop], argocd: prod, appProjects: [default], applications: ['*'], actions: [sync, queue] }]
followUps:
${rule('smoke', 'succeeded')}
  - { name: smoke-too, when: { events: [succeeded] }, do: { queuePipeline: shop/smoke } }
${rule('rollback', 'failed')}
${rule('hooked', 'hookEnded')}
${rule('each', 'hookEnded', ', each: attempt')}
${rule('degraded', 'healthDegraded')}
${rule('gone', 'deleted')}
grants: [{ argocd: prod, appProjects: [default], organization: fabrikam, azureProjects: [shop], pipelines: [docs] }]
followUpLimits: { actionsPerHour: 10000 }
hooks:
  callers: [{ name: here, tokenReview: {} }]
  grants:
    - caller: here
      namespaces: [shop]
      serviceAccounts: ['*']
      argocd: prod
      appProjects: [default]
      applications: ['*']
      queue: [{ organization: fabrikam, azureProjects: [shop], pipelines: [gate] }]
`);

/** The rule that our runs bring. */
export const inputRule = ruleOf('report');

/** What a hook requests. */
export const queuedByHook: QueuePipeline & {
  readonly organization: string;
  readonly project: string;
} = {
  ...(ruleOf('gate').do as QueuePipeline),
  ...{ organization: 'fabrikam', project: 'shop', pipeline: 'gate' },
};

function ruleOf(name: string): FollowUpRule {
  const written = { name, when: { events: ['succeeded'] }, do: { queuePipeline: `shop/${name}` } };
  const read = readFollowUpsInput([written]);
  const [only] = 'rules' in read ? read.rules : [];
  if (only === undefined) throw new Error(JSON.stringify(read));
  return only;
}
