import assert from 'node:assert/strict';
import { systemClock } from '../../../src/async/clock.ts';
import { checkLive } from '../../../src/handler/cli/live-check.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import type { Right } from '../../../simulators/azure-devops/principal.ts';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';
import { configFrom } from '../config/whole-config.ts';

describe('The check against live services', () => {
  let azure: AzureDevOpsSimulator;
  let argocd: ArgoCDSimulator;
  beforeEach(async () => {
    azure = await AzureDevOpsSimulator.start({ timeScale: Infinity });
    argocd = await ArgoCDSimulator.start();
  });
  afterEach(async () => {
    await azure.stop();
    await argocd.stop();
  });

  async function check(
    followUps: string,
    { may = rights, more = '' }: { may?: readonly Right[]; more?: string } = {},
  ) {
    const { token } = azure.addIdentity('argocd handler', may);
    const config = configFrom(`azureDevOps:
  organizations: [{ url: '${azure.collectionUrl}', private: true, pat: ${token} }]
argocd: [{ name: prod, url: '${argocd.url}', token: '${argocd.token}' }]
followUps: ${followUps}
${more}`);
    const lines: string[] = [];
    const print = (line: string) => lines.push(line);
    const exitCode = await checkLive(config, { version: '1', clock: systemClock, print });
    assert.equal(azure.queuedBuilds.length, 0);
    assert.deepEqual(azure.faults, []);
    const text = lines.join('\n');
    assert.ok(!text.includes(token));
    return { text, exitCode };
  }

  const rule = (name: string, action: string) =>
    `{ name: ${name}, when: { events: [succeeded] }, do: ${action} }`;

  it('shows our identity, and how often each pipeline may be queued', async () => {
    azure.addPipeline({
      ...{ name: 'smoke', parameters: [{ name: 'event', type: 'number' }] },
      runNumber: 'argocd-${{ parameters.event }}',
    });
    azure.addPipeline({ name: 'docs', settableVariables: [] });
    azure.addReleaseDefinition({ name: 'web', stages: [{ name: 'prod' }] });
    const { text, exitCode } = await check(
      `[${rule('smoke-tests', 'queuePipeline: shop/smoke')}, ${rule('docs', '{ queuePipeline: { pipeline: shop/docs, commit: "{{revision}}" } }')}, ${rule('release', '{ createRelease: { definition: shop/web, stage: prod } }')}, ${rule('hook', '{ postWebHook: { url: "https://x", secret: sixteen-characters } }')}]`.replaceAll(
        'do: queuePipeline: shop/smoke',
        'do: { queuePipeline: shop/smoke }',
      ),
    );
    assert.match(
      text,
      /^\nAzure DevOps:\n {2}ok {3}fabrikam: the handler is argocd handler \([-0-9a-f]{36}\)\n/,
    );
    const [, pipelines = ''] = /Pipelines:\n((?: {2}.*\n)+)/.exec(text) ?? [];
    assert.equal(
      pipelines,
      `  ok   smoke-tests: fabrikam/shop/smoke: exactly once, because its run numbers contain the event
  ok   docs: fabrikam/shop/docs: at most one duplicate within 40 s, because its runs are tagged after they are queued
  ok   release: fabrikam/shop/web: exactly once, because its releases name their event
`,
    );
    assert.match(text, /Argo CD:\n {2}ok {3}prod: http.* shows \d+ applications?\n/);
    assert.match(text, /\n\nAll checks passed\.$/);
    assert.equal(exitCode, 0);
  });

  it('says what is missing, and fails', async () => {
    const { text, exitCode } = await check(
      `[${rule('smoke-tests', '{ queuePipeline: shop/smoke }')}]`,
    );
    assert.match(
      text,
      /FAIL smoke-tests: fabrikam\/shop\/smoke: Could not find the pipeline smoke in shop: .* grant the identity "View builds"/,
    );
    assert.match(text, /\n1 of these checks failed\.$/);
    assert.equal(exitCode, 1);
  });

  it('says which right is missing', async () => {
    azure.addPipeline({ name: 'smoke' });
    const { text } = await check(`[${rule('smoke-tests', '{ queuePipeline: shop/smoke }')}]`, {
      may: ['View builds'],
    });
    assert.match(text, /FAIL smoke-tests: .*argocd handler needs Queue builds permissions\. Grant/);
  });

  it('does not blame a pipeline for values that an event fills in', async () => {
    azure.addPipeline({ name: 'smoke', parameters: [{ name: 'phase', values: ['Sync'] }] });
    const { text, exitCode } = await check(
      `[${rule('a', '{ queuePipeline: { pipeline: shop/smoke, branch: "{{revision}}", parameters: { phase: "{{phase}}" } } }')}]`,
    );
    assert.match(text, /ok {3}a: .*it exists; its values can be checked only when an event/);
    assert.equal(exitCode, 0);
  });

  it('checks the pipelines that grants name, but no patterns', async () => {
    azure.addPipeline({ name: 'smoke' });
    const { text } = await check('[]', {
      more: `grants: [{ argocd: prod, appProjects: [default], organization: fabrikam, azureProjects: [shop, 'team-*'], pipelines: [smoke, gone, 'x-*'] }]`,
    });
    assert.match(text, /ok {3}annotations: fabrikam\/shop\/smoke: /);
    assert.match(text, /FAIL annotations: fabrikam\/shop\/gone: /);
    assert.doesNotMatch(text, /x-\*|team-/);
  });

  it('reports that Argo CD or Azure DevOps does not respond', async () => {
    const { url } = argocd;
    await argocd.stop();
    azure.inject({ operation: 'getConnectionData', fault: { kind: 'answer', status: 503 } });
    const { text, exitCode } = await check('[]');
    assert.match(text, /FAIL fabrikam: Could not read the identity: it is not available/);
    assert.match(text, /FAIL prod: /);
    assert.ok(url.startsWith('http'));
    assert.equal(exitCode, 1);
    argocd = await ArgoCDSimulator.start();
  });
});
