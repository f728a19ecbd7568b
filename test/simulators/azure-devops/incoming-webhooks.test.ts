import assert from 'node:assert/strict';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';

/** The documented example, and its signature (azure-devops.md §5.4). */
const body = '{"resource":{"message":{"title":"Hello, world!","subtitle":"I\'m using WebHooks!"}}}';
const signature = '750D33212D3AD4932CC390819050734831A0A94F';

describe('incoming webhooks of the Azure DevOps simulator', () => {
  let azure: AzureDevOpsSimulator;
  beforeEach(async () => {
    azure = await AzureDevOpsSimulator.start({ timeScale: Infinity });
    const subscribers = ['smoke-tests', 'docs'];
    azure.addIncomingWebhook({ name: 'open', subscribers });
    azure.addIncomingWebhook({ name: 'signed', secret: 'secret', subscribers });
    azure.addIncomingWebhook({ name: 'own', secret: 'secret', header: 'X-Sum', subscribers: [] });
  });
  afterEach(() => azure.stop());

  async function post(name: string, headers: Readonly<Record<string, string>> = {}, text = body) {
    const path = `_apis/public/distributedtask/webhooks/${name}?api-version=6.0-preview`;
    const response = await fetch(azure.collectionUrl + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: text,
    });
    return { status: response.status, text: await response.text() };
  }

  const signed = { 'X-Hub-Signature': signature };
  const posts: readonly (readonly [string, Parameters<typeof post>, number])[] = [
    ['takes a post of anybody without a secret', ['open'], 200],
    ['takes the documented signature', ['signed', signed], 200],
    ['takes it in lower case', ['signed', { 'X-Hub-Signature': signature.toLowerCase() }], 200],
    ['takes it in the header that its connection names', ['own', { 'X-Sum': signature }], 200],
    ['refuses it in another header', ['own', signed], 500],
    ['refuses a post without it', ['signed'], 500],
    ['refuses the form of GitHub', ['signed', { 'X-Hub-Signature': `sha1=${signature}` }], 401],
    ['refuses a changed body', ['signed', signed, body.replace('Hello', 'hello')], 401],
    ['refuses what is no JSON', ['open', {}, 'hello'], 400],
    ['does not know another name', ['other'], 404],
  ];
  for (const [what, asked, status] of posts) {
    it(what, async () => {
      assert.equal((await post(...asked)).status, status);
    });
  }

  it('starts each pipeline that subscribes, again with each post, and does not say which', async () => {
    const { text } = await post('signed', signed);
    assert.equal(text, '');
    await post('signed', signed);
    assert.deepEqual(
      azure.builds.map(({ definitionName }) => definitionName),
      ['smoke-tests', 'docs', 'smoke-tests', 'docs'],
    );
    await post('signed');
    assert.equal(azure.builds.length, 4);
    assert.deepEqual(azure.faults, []);
  });
});
