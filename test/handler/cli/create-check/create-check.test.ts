import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'mocha';
import { root } from '../../../../scripts/bundle.ts';
import { describeFaults } from '../../../../simulators/azure-devops/description.ts';

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

interface Check {
  readonly id: number;
  readonly settings: {
    readonly displayName: string;
    readonly inputs: Readonly<Record<string, string>>;
  };
}

const token = 'a-personal-access-token';
const generic = { id: '5e47a0d8-c745-44f8-8f93-784f18ff31c4', name: 'handler', type: 'Generic' };
const other = { ...generic, id: '5e47a0d8-c745-44f8-8f93-784f18ff31c5', name: 'argocd', type: 'x' };

/**
 * The part of Azure DevOps that the command needs: connections, and the checks of one environment.
 */
describe('The command npm run check:create', () => {
  let server: Server;
  let checks: Check[];
  let faults: string[];
  let organization: string;

  function answer(method: string, url: string, body: string): object {
    const { pathname, searchParams } = new URL(url, 'http://azure.invalid');
    if (pathname.endsWith('/serviceendpoint/endpoints')) {
      const name = searchParams.get('endpointNames');
      const value = [generic, other].filter((each) => each.name === name);
      return { count: value.length, value };
    }
    if (method === 'GET') return { count: checks.length, value: checks };
    const check = { ...(JSON.parse(body) as Check), id: 23 + checks.length };
    checks.push(check);
    return check;
  }

  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        const isKnown = headers.authorization === `Basic ${btoa(`:${token}`)}`;
        if (!isKnown) return response.writeHead(401).end();
        const body = Buffer.concat(chunks).toString('utf8');
        const text = JSON.stringify(answer(method, path, body));
        faults.push(
          ...describeFaults({
            ...{ method, path, body },
            ...{ accept: headers.accept, contentType: headers['content-type'] },
            answer: { status: 200, body: text },
          }),
        );
        return response.end(text);
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
    checks = [];
    faults = [];
  });

  function run(
    changes: Readonly<Record<string, string>> = {},
    { pat = token, more = [] }: { readonly pat?: string; readonly more?: readonly string[] } = {},
  ): Promise<Ended> {
    const words = Object.entries({
      ...{ organization, project: 'shop', environment: '12', connection: 'handler' },
      ...{ argocd: 'prod', applications: 'shop' },
      ...changes,
    }).map(([name, value]) => `--${name}=${value}`);
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--import', 'tsx', join(root, 'scripts/check-create.ts'), ...words, ...more],
        { cwd: root, env: { ...process.env, AZURE_DEVOPS_EXT_PAT: pat } },
        (error, output, errors) => {
          resolve({ code: error ? Number(error.code) : 0, output, errors });
        },
      );
    });
  }

  it('creates the check, as Azure DevOps describes it, only once', async () => {
    const first = await run();
    assert.equal(first.code, 0, first.errors);
    assert.match(
      first.output,
      /Created the check "Argo CD: shop" \(ID 23\): .*\/shop\/_environments\/12/,
    );
    assert.equal(checks[0]?.settings.inputs['connectedServiceName'], generic.id);

    const second = await run();
    assert.equal(second.code, 1);
    assert.match(second.errors, /A check "Argo CD: shop" already exists \(ID 23\)/);
    assert.equal(checks.length, 1);
    assert.deepEqual(faults, []);
  });

  it('prints what it would send, without a token or a call, if ids are given', async () => {
    const changes = { connection: generic.id, organization: 'https://azure.invalid/fabrikam' };
    const { code, output } = await run(changes, { pat: '', more: ['--dry-run'] });
    assert.equal(code, 0);
    assert.equal((JSON.parse(output) as Check).settings.displayName, 'Argo CD: shop');
  });

  const wrong = [
    { what: 'no token', pat: '', code: 2, message: /AZURE_DEVOPS_EXT_PAT is empty/ },
    { what: 'an invalid token', pat: 'bad', code: 1, message: /rejected the token/ },
    { what: 'an unknown connection', connection: 'nobody', code: 1, message: /is no service conn/ },
    {
      what: 'a connection of another type',
      connection: 'argocd',
      code: 1,
      message: /only Generic/,
    },
    {
      what: 'an invalid name',
      applications: 'Shop!',
      code: 2,
      message: /--applications "Shop!": this/,
    },
    { what: 'an invalid number', timeout: '1', code: 2, message: /--timeout 1: .*\n\n.*--help/ },
  ];
  for (const { what, code, message, pat = token, ...changes } of wrong) {
    it(`says what is wrong, and changes nothing: ${what}`, async () => {
      const ended = await run(changes, { pat });
      assert.match(ended.errors, message);
      assert.equal(ended.code, code);
      assert.ok(!ended.errors.includes('    at '), 'no stack trace');
      assert.equal(checks.length, 0);
    });
  }
});
