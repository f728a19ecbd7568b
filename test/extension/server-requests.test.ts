import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { readHeaderBlock } from '../../src/handler/http/header-block.ts';
import { readNames } from '../../src/handler/http/request-names.ts';
import { readRunSpec } from '../../src/handler/http/run-specs.ts';
import { readBody } from '../../src/handler/http/sections.ts';
import { gateSections, syncSections } from '../../src/handler/http/sync-sections.ts';
import { AzureDevOpsSimulator } from '../../simulators/azure-devops/simulator.ts';
import type { TemplateOrder } from '../../simulators/azure-devops/template.ts';
import { folderOf, gate, root, serverTask, type HttpTask } from './extension-files.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const orders: readonly TemplateOrder[] = ['macrosFirst', 'mustacheFirst'];
const token = 'a-client-token';

/** Values that break some format; each must arrive as it was typed. */
const nasty: Readonly<Record<string, string>> = {
  'double and single quotes': `say "hi" and 'bye'`,
  backslashes: String.raw`C:\new\table\u0041 \"`,
  LF: 'first\nsecond',
  CR: 'first\rsecond',
  CRLF: 'first\r\nsecond\r\n\r\nthird',
  'a CR at the end': 'first\r',
  'line breaks at both ends': '\n\nmiddle\n\n',
  'the start of a placeholder': 'a {{ b',
  'the end of a placeholder': 'a }} b }}} c',
  'a placeholder': '{{argocd}} and {{{action}}}',
  'a block': '{{#if prune}}x{{else}}y{{/if}}',
  'an unknown variable': '$(noSuchVariable) and $(',
  markup: '<b>&amp;</b> &quot;',
  JSON: '{"argocd": "other"}',
  'a section of another plan': '--00000000-0000-4000-8000-000000000000 prune\ntrue',
  'a line that only starts like a section': '--prune true\n-- ',
  'non-ASCII text': 'Größe 数据 😀 \u00a0\u2028\u2029\ufeff',
  '10 KB': 'ß😀 x\n'.repeat(1_250),
};

/** Values that forge a section, for an input whose own section is `name`. */
const forgeries: Readonly<Record<string, (name: string) => string>> = {
  'of a later section': () => 'x\n--$(System.PlanId) hookLogLines\n7',
  'of its own section': (name) => `x\n--$(System.PlanId) ${name}\ny`,
  'of the first section': () => 'x\r\n--$(System.PlanId) argocd\r\nother',
  'in the first line': () => '--$(System.PlanId) project\nother',
  'with another name': () => 'x\n--$(System.PlanId) PROJECT\nother',
  'without a name': () => 'x\n--$(System.PlanId)',
};

describe('The requests that Azure DevOps sends for our tasks', () => {
  let azure: AzureDevOpsSimulator;
  let server: Server;
  let received: Received[];

  before(async () => {
    azure = await AzureDevOpsSimulator.start({ extension: join(root, 'vss-extension.json') });
    // A refusal ends the job immediately: only the request matters here.
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        received.push({ path: request.url ?? '', headers: request.headers, body });
        response.writeHead(400).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    await azure.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  /** What arrives for a task with these inputs, with or without a slash after the address. */
  async function request(
    of: HttpTask,
    inputs: Readonly<Record<string, string>>,
    { order = 'macrosFirst', ...more }: Partial<Parameters<typeof azure.runServerTask>[0]> = {},
    slash = '',
  ) {
    received = [];
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${slash}`;
    const run = azure.runServerTask({
      ...more,
      task: folderOf(of),
      inputs: { argocd: 'prod', applications: 'shop', ...inputs },
      connections: { handlerConnection: { url, scheme: 'Token', parameters: { apitoken: token } } },
      order,
    });
    const { message } = await run.done;
    const [first, ...others] = received;
    assert.ok(first, message);
    assert.equal(others.length, 0);
    return { ...first, job: run.job };
  }

  function read(of: HttpTask, { body, headers, job }: Awaited<ReturnType<typeof request>>) {
    const names = of === serverTask ? syncSections : gateSections;
    return readBody(body, headers['content-type'], job.planId, names);
  }

  const cases = [serverTask, gate].flatMap((of) => orders.map((order) => ({ of, order })));

  for (const { of, order } of cases) {
    const inputs = of.inputs.slice(1).map(({ name }) => name);

    describe(`${of.name}, ${order}`, () => {
      for (const [what, value] of Object.entries(nasty)) {
        it(`contain every input unchanged: ${what}`, async () => {
          const all = Object.fromEntries(inputs.map((name) => [name, value]));
          const reading = read(of, await request(of, all, { order }));
          assert.ok('sections' in reading, JSON.stringify(reading));
          for (const name of inputs) assert.equal(reading.sections.get(name), value, name);
        });
      }

      for (const [what, forge] of Object.entries(forgeries)) {
        it(`cannot contain a forged section ${what}`, async () => {
          for (const name of inputs) {
            const reading = read(of, await request(of, { [name]: forge(name) }, { order }));
            assert.ok('faults' in reading, `${name} was taken for what it forged`);
          }
        });
      }

      it("contain the pipeline's variables", async () => {
        const variables = { commit: '4f1c0de' };
        const sent = await request(of, { revision: '$(Commit)' }, { order, variables });
        const reading = read(of, sent);
        assert.ok('sections' in reading);
        assert.equal(reading.sections.get('revision'), '4f1c0de');
      });

      it('contain the inputs, even if variables have their names', async () => {
        const variables = Object.fromEntries(inputs.map((name) => [name, 'a variable']));
        const reading = read(of, await request(of, {}, { order, variables }));
        assert.ok('sections' in reading);
        assert.ok(![...reading.sections.values()].includes('a variable'));
      });
    });
  }

  for (const slash of ['', '/']) {
    it(`go to the handler with the client's token and the job's, at an address that ends in "${slash}"`, async () => {
      for (const [of, path] of [[serverTask, '/v1/syncs'] as const, [gate, '/v1/gate'] as const]) {
        const { path: asked, headers, job } = await request(of, {}, {}, slash);
        assert.equal(asked, `${slash}${path}`);
        assert.equal(headers.authorization, `Bearer ${token}`);
        assert.equal(headers['authtoken'], job.token);
        assert.equal(headers['content-type'], 'text/plain');
      }
    });
  }

  it('have headers that the handler understands', async () => {
    for (const hub of ['build', 'release', 'gates'] as const) {
      const { headers, job } = await request(gate, {}, { hub });
      const block = readHeaderBlock(
        (name) => headers[name.toLowerCase()]?.toString(),
        (planUrl) => (planUrl === azure.collectionUrl ? 'the collection' : undefined),
        { token: true, build: false },
      );
      assert.ok('address' in block, JSON.stringify(block));
      const { projectId, planId, jobId, timelineId, taskInstanceId } = job;
      assert.deepEqual(block.address, {
        ...{ collection: 'the collection', hub, projectId },
        ...{ planId, jobId, timelineId, taskInstanceId },
      });
      assert.equal(block.isCancel, false);
    }
  });

  describe('A sync request', () => {
    async function orderOf(
      inputs: Readonly<Record<string, string>>,
      options: Partial<Parameters<typeof azure.runServerTask>[0]> = {},
    ) {
      const { body, headers, job } = await request(serverTask, inputs, options);
      const reading = readBody(body, headers['content-type'], job.planId, syncSections);
      assert.ok('sections' in reading, JSON.stringify(reading));
      const { planId, jobId, timelineId, taskInstanceId, projectId, hub } = job;
      const address = {
        ...{ collection: 'https://dev.azure.com/fabrikam', projectId, hub },
        ...{ planId, jobId, timelineId, taskInstanceId },
      };
      const names = readNames(reading.sections);
      const orderer = { names, client: 'fabrikam', address, buildId: undefined };
      const order = readRunSpec('sync', reading.sections, orderer, 86_400_000);
      return { order, job };
    }

    it('is read by the handler as intended, with only the defaults', async () => {
      const { order } = await orderOf({});
      assert.ok('request' in order, JSON.stringify(order));
      assert.equal(order.argocd, 'prod');
      assert.equal(order.azureProject, 'shop');
      assert.deepEqual(order.request.subject, { names: [{ name: 'shop' }] });
      assert.equal(order.request.goal.action, 'sync');
      assert.equal(order.request.timeout, 1_800_000);
    });

    it('links to the run of the pipeline', async () => {
      const variables = { 'Build.RequestedFor': 'Robin' };
      const { order, job } = await orderOf({}, { variables });
      assert.ok('request' in order, JSON.stringify(order));
      const page = `${azure.collectionUrl}${job.projectId}/_build/results?buildId=${job.build.id}`;
      assert.deepEqual(order.info, [
        { name: 'Pipeline', value: job.build.definitionName },
        { name: 'Run', value: `${job.build.buildNumber} ${page}` },
        { name: 'Requested for', value: 'Robin' },
      ]);
      assert.equal(order.page, page);
    });

    it('links to the release, and not to the build of its artifact', async () => {
      const variables = {
        'Release.DefinitionName': 'Shop release',
        'Release.Deployment.RequestedFor': 'Kim',
        'Build.RequestedFor': 'Robin',
      };
      const { order, job } = await orderOf({}, { hub: 'release', variables });
      assert.ok('request' in order, JSON.stringify(order));
      const page = `${azure.collectionUrl}${job.projectId}/_release?releaseId=31&_a=release-summary`;
      assert.deepEqual(order.info, [
        { name: 'Pipeline', value: 'Shop release' },
        { name: 'Run', value: `Release-31 ${page}` },
        { name: 'Requested for', value: 'Kim' },
      ]);
    });
  });
});
