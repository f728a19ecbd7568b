import assert from 'node:assert/strict';
import type { Right } from '../../../simulators/azure-devops/principal.ts';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import type { FaultKind } from '../../../simulators/azure-devops/faults.ts';
import type { PipelineOptions } from '../../../simulators/azure-devops/pipeline-definition.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Readonly<Record<string, unknown>>;
}

const version = 'api-version=7.1';

describe('Pipelines of the Azure DevOps simulator', () => {
  let azure: AzureDevOpsSimulator;
  let token: string;
  beforeEach(async () => {
    azure = await AzureDevOpsSimulator.start({ timeScale: Infinity });
    token = azure.addIdentity('somebody', rights).token;
  });
  afterEach(() => azure.stop());

  async function send(method: string, path: string, body?: unknown, as = token): Promise<Answered> {
    const response = await fetch(azure.collectionUrl + path, {
      method,
      headers: {
        Authorization: `Bearer ${as}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = (text === '' ? {} : JSON.parse(text)) as Answered['json'];
    return { status: response.status, headers: response.headers, json };
  }
  const queue = (id: number, body: unknown = {}, as = token) =>
    send('POST', `shop/_apis/pipelines/${id}/runs?${version}`, body, as);
  const list = async (query = '') => {
    const order = 'queryOrder=queueTimeDescending';
    const { json } = await send('GET', `shop/_apis/build/builds?${version}&${order}${query}`);
    return (json.value as { id: number }[]).map(({ id }) => id);
  };

  it('are checked against the description, including requests and responses', async () => {
    const { id } = azure.addPipeline({ name: 'smoke' });
    await queue(id);
    assert.deepEqual(azure.faults, []);
    await queue(id, { templateParams: {} });
    assert.match(azure.faults[0] ?? '', /request body: .* additional properties: templateParams/);
  });

  it('number their runs by date, or as they say', async () => {
    const plain = azure.addPipeline({ name: 'plain' });
    const named = azure.addPipeline({
      name: 'named',
      parameters: [{ name: 'event' }],
      runNumber: 'argocd-${{ parameters.event }}',
    });
    assert.match(String((await queue(plain.id)).json.name), /^\d{8}\.1$/);
    const body = { templateParameters: { event: '7' } };
    assert.equal((await queue(named.id, body)).json.name, 'argocd-7');
    const preview = await send('POST', `shop/_apis/pipelines/${named.id}/preview?${version}`, body);
    assert.match(String(preview.json.finalYaml), /^name: argocd-7\n/);
    assert.equal(azure.queuedBuilds.length, 2);
    assert.deepEqual(azure.faults, []);
  });

  const needed: readonly [readonly Right[], object, number, RegExp][] = [
    [[], {}, 404, /could not be found/],
    [
      ['View builds'],
      {},
      403,
      /somebody else needs Queue builds permissions for build pipeline 21:smoke in team project shop/,
    ],
    [['View builds', 'Queue builds'], {}, 200, /./],
    [['View builds', 'Queue builds'], { templateParameters: { size: '1' } }, 200, /./],
    [['View builds', 'Queue builds'], { templateParameters: { color: 'red' } }, 200, /./],
    [
      ['View builds', 'Queue builds'],
      { templateParameters: { text: 'x' } },
      403,
      /needs Edit queue build configuration permissions/,
    ],
    [
      ['View builds', 'Queue builds'],
      { variables: { a: { value: '1' } } },
      403,
      /needs Edit queue build configuration/,
    ],
    [rights, { templateParameters: { text: 'x' }, variables: { a: { value: '1' } } }, 200, /./],
  ];
  for (const [may, body, status, words] of needed) {
    it(`let a caller with the rights ${may.join(', ') || 'nothing'} queue ${JSON.stringify(body)}: ${status}`, async () => {
      const parameters = [
        { name: 'size', type: 'number', default: '1' },
        { name: 'color', values: ['red', 'blue'], default: 'red' },
        { name: 'text', default: '' },
      ] as const;
      const { id } = azure.addPipeline({ name: 'smoke', parameters });
      const answer = await queue(id, body, azure.addIdentity('somebody else', may).token);
      assert.equal(answer.status, status);
      assert.match(JSON.stringify(answer.json), words);
    });
  }

  it('of a job may be read and queued in its own project, and in no other', async () => {
    const job = azure.addJob();
    const { id } = azure.addPipeline({ name: 'smoke' });
    const other = azure.addProject('other');
    azure.addPipeline({ name: 'smoke', projectId: other.id });
    assert.equal((await queue(id, {}, job.token)).status, 200);
    const path = `other/_apis/pipelines/${id + 1}/runs?${version}`;
    assert.equal((await send('POST', path, {}, job.token)).status, 404);
    azure.buildServiceRights.delete('Queue builds');
    const denied = await queue(id, {}, job.token);
    assert.match(String(denied.json.message), /shop Build Service \(fabrikam\) needs Queue builds/);
  });

  it('are listed by definition, number, time and tag, newest first', async () => {
    const { id } = azure.addPipeline({
      name: 'one',
      parameters: [{ name: 'e' }],
      runNumber: 'n-${{ parameters.e }}',
    });
    const other = azure.addPipeline({ name: 'two' });
    await queue(id, { templateParameters: { e: '1' } });
    azure.advance(1000);
    const middle = new Date(azure.now).toISOString();
    await queue(other.id);
    azure.advance(1000);
    await queue(id, { templateParameters: { e: '12' } });
    assert.deepEqual(await list(), [1003, 1002, 1001]);
    assert.deepEqual(await list(`&definitions=${id}`), [1003, 1001]);
    assert.deepEqual(await list('&buildNumber=n-1'), [1001]);
    assert.deepEqual(await list('&buildNumber=n-1*'), [1003, 1001]);
    assert.deepEqual(await list(`&minTime=${middle}`), [1003, 1002]);
    assert.deepEqual(await list(`&maxTime=${middle}`), [1002, 1001]);
    assert.deepEqual(await list('&$top=1'), [1003]);
    await send('PUT', `shop/_apis/build/builds/1002/tags/mine?${version}`);
    assert.deepEqual(await list('&tagFilters=mine'), [1002]);
    const [, second] = azure.queuedBuilds;
    assert.ok(second);
    second.queued.isDeleted = true;
    assert.deepEqual(await list(), [1003, 1001]);
    assert.deepEqual(await list('&deletedFilter=includeDeleted'), [1003, 1002, 1001]);
    assert.deepEqual(azure.faults, []);
  });

  it('do not ignore a filter that is not simulated', async () => {
    await assert.rejects(list('&branchName=x'));
    assert.match(azure.faults[0] ?? '', /branchName is not simulated/);
  });

  it('show what a run was queued with, and a list only if told so', async () => {
    const { id } = azure.addPipeline({ name: 'smoke' });
    const run = await queue(id, { variables: { a: { value: '1' } } });
    const path = `shop/_apis/pipelines/${id}/runs/${Number(run.json.id)}?${version}`;
    assert.deepEqual((await send('GET', path)).json.variables, {
      a: { value: '1', isSecret: false },
    });
    const first = async () => {
      const { json } = await send(
        'GET',
        `shop/_apis/build/builds?${version}&queryOrder=queueTimeDescending`,
      );
      return (json.value as { parameters?: string }[])[0]?.parameters;
    };
    assert.equal(await first(), undefined);
    azure.behavior.listsInputs = true;
    assert.equal(await first(), '{"a":"1"}');
  });

  it('run to their end by themselves, or until they are canceled', async () => {
    const run = { milliseconds: 1000, result: 'failed' } as const;
    const { id } = azure.addPipeline({ name: 'smoke', run });
    await queue(id);
    await queue(id);
    await send('PATCH', `shop/_apis/build/builds/1002?${version}`, { status: 'cancelling' });
    assert.deepEqual(
      azure.queuedBuilds.map(({ status }) => status),
      ['inProgress', 'cancelling'],
    );
    azure.advance(1000);
    assert.deepEqual(
      azure.queuedBuilds.map(({ result }) => result),
      ['failed', 'canceled'],
    );
    const late = await send('PATCH', `shop/_apis/build/builds/1001?${version}`, {
      status: 'cancelling',
    });
    assert.equal(late.status, 400);
  });

  it('are run by what the pipeline says, which receives what they were queued with', async () => {
    const values: (string | undefined)[] = [];
    const run: PipelineOptions['run'] = ({ queued }) => {
      values.push(queued.templateParameters['event']);
      return Promise.resolve('partiallySucceeded');
    };
    const { id } = azure.addPipeline({ name: 'smoke', parameters: [{ name: 'event' }], run });
    await queue(id, { templateParameters: { event: '42' } });
    assert.deepEqual(values, [], 'after the answer');
    azure.advance(1000);
    await new Promise(setImmediate);
    assert.deepEqual(values, ['42']);
    assert.deepEqual(
      azure.queuedBuilds.map(({ status, result }) => [status, result]),
      [['completed', 'partiallySucceeded']],
    );
  });

  const faults: readonly [FaultKind, number, number][] = [
    [{ kind: 'cutBefore' }, 0, 0],
    [{ kind: 'cutAfter' }, 1, 1],
    [{ kind: 'cutAndLate', milliseconds: 5000 }, 0, 1],
  ];
  for (const [fault, now, later] of faults) {
    it(`have ${now} runs after a request that is ${fault.kind}, and ${later} later`, async () => {
      const { id } = azure.addPipeline({ name: 'smoke' });
      azure.inject({ operation: 'queueRun', fault });
      await assert.rejects(queue(id));
      assert.equal(azure.queuedBuilds.length, now);
      azure.advance(5000);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(azure.queuedBuilds.length, later);
    });
  }

  it('queue a run without ever responding, if told so', async () => {
    const { id } = azure.addPipeline({ name: 'smoke' });
    for (const afterActing of [false, true]) {
      azure.inject({ operation: 'queueRun', fault: { kind: 'hang', afterActing } });
      const heard = new Promise<void>((resolve) => {
        azure.onRequest = () => void resolve();
      });
      void queue(id).catch(() => undefined);
      await heard;
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(azure.queuedBuilds.length, afterActing ? 1 : 0);
    }
  });

  it('slow a caller down, then refuse it, until its five minutes have passed', async () => {
    azure.addPipeline({ name: 'smoke' });
    azure.behavior.rateLimit = { delayedAfter: 1, blockedAfter: 2, retryAfter: 30 };
    const get = async (as = token) => {
      const { status, headers } = await send(
        'GET',
        `shop/_apis/pipelines/21?${version}`,
        undefined,
        as,
      );
      return [status, headers.get('retry-after')];
    };
    assert.deepEqual(
      [await get(), await get(), await get()],
      [
        [200, null],
        [200, '30'],
        [429, '30'],
      ],
    );
    assert.deepEqual(await get(azure.addIdentity('other', rights).token), [200, null]);
    azure.advance(300_001);
    assert.deepEqual(await get(), [200, null]);
  });

  it('say which identity calls', async () => {
    const { json } = await send('GET', '_apis/connectionData?api-version=7.1-preview');
    assert.equal(
      (json.authenticatedUser as { providerDisplayName: string }).providerDisplayName,
      'somebody',
    );
    assert.deepEqual(azure.faults, []);
  });
});
