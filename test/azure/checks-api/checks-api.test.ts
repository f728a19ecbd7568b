import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'mocha';
import {
  basicAuthorization,
  ChecksApi,
  ChecksApiError,
} from '../../../src/azure/checks-api/checks-api.ts';
import { Secret } from '../../../src/secret.ts';
import { describeFaults } from '../../../simulators/azure-devops/description.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const connection = {
  id: '5e47a0d8-c745-44f8-8f93-784f18ff31c4',
  name: 'argocd-handler',
  type: 'Generic',
  url: 'https://argocd-handler.example.com/',
};
const resource = { type: 'environment', id: '12' };
const type = { id: 'fe1de3ee-a436-41b4-bb20-f6eb4cb879a7', name: 'Task Check' };
const json = (body: unknown): Answer => ({ status: 200, body: JSON.stringify(body) });

describe('The API of checks', () => {
  let server: Server;
  let answer: Answer;
  let faults: string[];
  let asked: { readonly path: string; readonly authorization: string | undefined }[];
  let organization: string;

  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        asked.push({ path, authorization: headers.authorization });
        const exchange = {
          ...{ method, path, accept: headers.accept, contentType: headers['content-type'] },
          ...{ body: Buffer.concat(chunks).toString('utf8'), answer },
        };
        if (answer.status === 200) faults.push(...describeFaults(exchange));
        response.writeHead(answer.status, answer.headers).end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    organization = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fabrikam`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    faults = [];
    asked = [];
  });

  function api(project = 'shop'): ChecksApi {
    return new ChecksApi(organization, project, new Secret(basicAuthorization('a-token')));
  }

  it('finds service connections by name, as Azure DevOps describes it', async () => {
    answer = json({ count: 1, value: [connection] });
    assert.deepEqual(await api('Fabrikam shop').connectionsNamed('argocd handler'), [connection]);
    assert.deepEqual(faults, []);
    assert.match(asked[0]?.path ?? '', /^\/fabrikam\/Fabrikam%20shop\/_apis\//);
    assert.equal(asked[0]?.authorization, `Basic ${btoa(':a-token')}`);
  });

  it('lists the checks of an environment with their names', async () => {
    const check = { id: 23, type, resource, settings: { displayName: 'Argo CD: shop' } };
    answer = json({ count: 1, value: [check] });
    assert.deepEqual(await api().checksOf('12'), [check]);
    assert.deepEqual(faults, []);
  });

  it('creates a check', async () => {
    const configuration = { type, resource, timeout: 60, settings: {} };
    answer = json({ id: 23, ...configuration });
    assert.equal(await api().create(configuration), 23);
    assert.deepEqual(faults, []);
  });

  const refusals: readonly { what: string; refused: Answer; message: RegExp }[] = [
    {
      what: 'a token that is not accepted',
      refused: { status: 401, body: '' },
      message: /rejected the token/,
    },
    {
      what: 'a sign-in page',
      refused: { status: 203, body: '<html>Sign in</html>' },
      message: /rejected the token/,
    },
    {
      what: 'a sign-in page with a success status',
      refused: { status: 200, body: '<html>Sign in</html>' },
      message: /rejected the token/,
    },
    {
      what: 'a redirect, which is not followed',
      refused: { status: 302, body: '', headers: { Location: '/fabrikam/signin' } },
      message: /rejected the token/,
    },
    {
      what: 'a missing right',
      refused: { status: 403, body: JSON.stringify({ message: 'Access denied.' }) },
      message: /\(status 403\): Access denied\. The token needs the scopes/,
    },
    {
      what: 'an environment that does not exist',
      refused: { status: 404, body: JSON.stringify({ message: 'No environment 12.' }) },
      message: /\(status 404\): No environment 12\.$/,
    },
    {
      what: 'a response without a message',
      refused: { status: 500, body: '' },
      message: /\(status 500\): it gave no reason$/,
    },
  ];
  for (const { what, refused, message } of refusals) {
    it(`says in one sentence what is wrong: ${what}`, async () => {
      answer = refused;
      await assert.rejects(api().checksOf('12'), (error: unknown) => {
        assert.ok(error instanceof ChecksApiError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes('a-token'));
        return true;
      });
      assert.equal(asked.length, 1);
    });
  }

  it('says why Azure DevOps cannot be reached', async () => {
    const closed = new ChecksApi('http://127.0.0.1:1/fabrikam', 'shop', new Secret('x'));
    await assert.rejects(closed.checksOf('12'), /Cannot reach Azure DevOps: .+\./);
  });
});
