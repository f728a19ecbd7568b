import assert from 'node:assert/strict';
import { configMap, files, job as kubernetesJob } from '../../manifests.ts';
import { leaksOf, settled, tokenOf } from './inspection.ts';
import { clientToken, Installation } from './installation.ts';

const adminToken = 'token-of-those-who-look-after-it';
const wrongToken = 'token-that-nobody-has-ever-given-out';

describe('The tokens that the handler receives', () => {
  // A token counts as refused only after a minute, and the handler's process cannot use another
  // clock.
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.open({}, false);
    installation.configure(
      `${installation.configText}adminToken: ${adminToken}\nlogLevel: debug\n`,
    );
    await installation.handler.start();
  });
  afterEach(() => installation.close());

  it('are in no byte that leaves it, except for the one place where each belongs', async () => {
    const { argocd, azure, handler, ports } = installation;
    argocd.commit('shop', files(configMap('settings')));
    argocd.commit('broken', files(kubernetesJob('check', { hook: 'PreSync', exit: 1, log: 'no' })));
    for (const name of ['shop', 'broken']) argocd.createApplication(name);
    // Careless people put the token where anybody may read it.
    const careless = { info: 'Token=$(System.AccessToken)', timeoutSeconds: '60' };
    const jobs = [
      installation.sync({ applications: 'shop', ...careless }),
      installation.sync({ applications: 'broken' }),
      installation.sync({ applications: 'shop,$(System.AccessToken)' }),
      installation.sync({ applications: 'shop', revision: '$(System.AccessToken)' }),
      installation.gate({ applications: 'shop', revision: '$(System.AccessToken)' }),
    ];
    const badToken = azure.addJob();
    azure.revoke(badToken.token);
    const ids = {
      PlanUrl: azure.collectionUrl,
      ProjectId: badToken.projectId,
      HubName: 'build',
      PlanId: badToken.planId,
      JobId: badToken.jobId,
      TimelineId: badToken.timelineId,
      TaskInstanceId: badToken.taskInstanceId,
    };
    const post = async (path: string, headers: Record<string, string>, body: string) => {
      const url = `http://127.0.0.1:${ports.public}${path}`;
      const response = await fetch(url, { method: 'POST', headers, body });
      return [...response.headers].join('\n') + (await response.text());
    };
    const shop = JSON.stringify({ argocd: 'prod', azureProject: 'shop', applications: 'shop' });
    const bearer = { Authorization: `Bearer ${clientToken}` };
    const block = { ...bearer, ...ids, AuthToken: badToken.token };
    const json = { 'Content-Type': 'application/json' };
    const answers = [
      await post('/v1/syncs', { ...block, ...json, Authorization: `Bearer ${wrongToken}` }, shop),
      await post('/v1/syncs', { ...block, ...json }, shop),
      await post('/v1/syncs', { ...block, ...json, PlanUrl: `http://[${badToken.token}` }, shop),
      await post('/v1/syncs', { ...block, ...json }, `{"${badToken.token}": "${clientToken}`),
      await post('/v1/syncs', { ...block, ...json, PlanId: badToken.token }, shop),
      await post('/v1/syncs/cancel', block, ''),
      await post('/v1/checks', { ...block, ...json, BuildId: clientToken }, shop),
    ];
    await Promise.all(jobs.map(({ done }) => done));
    await settled(installation);

    const authorization = `Basic ${Buffer.from(`:${adminToken}`).toString('base64')}`;
    const page = async (path: string, headers = { Authorization: authorization }) => {
      const response = await fetch(`http://127.0.0.1:${ports.admin}${path}`, { headers });
      return { status: response.status, text: await response.text() };
    };
    const runIds = [...new Set(handler.log.flatMap(({ run }) => run ?? []))];
    const paths = [
      '/',
      '/metrics',
      '/readyz',
      '/v1/openapi.json',
      ...runIds.map((id) => `/runs/${id}`),
    ];
    const pages = await Promise.all(paths.map((path) => page(path)));
    const views = await Promise.all(runIds.map((id) => page(`/v1/runs/${id}`)));
    assert.ok(runIds.length >= 3);
    assert.ok(views.every(({ status }) => status === 200));
    assert.equal((await page('/', { Authorization: `Bearer ${wrongToken}` })).status, 401);

    const sent = jobs.flatMap(({ execution }) =>
      execution.sent.map(({ answer }) => JSON.stringify(answer)),
    );
    const secrets = [
      ...jobs.map(({ job }) => job.token),
      ...[badToken.token, clientToken, adminToken, wrongToken, argocd.token],
    ];
    const texts = [
      ...answers,
      ...sent,
      ...pages.map(({ text }) => text),
      ...views.map(({ text }) => text),
    ];
    assert.deepEqual(leaksOf(installation, secrets, texts), []);

    // Where they belong, each is sent to nobody else.
    const given = [...jobs.map(({ job }) => job), badToken].map(({ token }) => token);
    const told = azure.requests.map(tokenOf);
    assert.ok(told.length > 10);
    assert.ok(told.every((token) => given.includes(token)));
    assert.ok(
      argocd.requests.every(({ headers }) => headers.authorization === `Bearer ${argocd.token}`),
    );
    // The search finds text that is there.
    await fetch(`${argocd.url}/api/version?x=${clientToken}`);
    assert.deepEqual(leaksOf(installation, secrets), ['A token is in requests to Argo CD.']);
  });
});
