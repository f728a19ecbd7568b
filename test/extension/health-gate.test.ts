import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import {
  isApplication,
  readRecording,
  recordingNames,
} from '../../simulators/argo-cd/recording.ts';
import { filterListFields } from '../../simulators/argo-cd/field-filter.ts';
import { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { evaluateExpression, truth } from '../../simulators/azure-devops/expression.ts';
import { AzureDevOpsSimulator } from '../../simulators/azure-devops/simulator.ts';
import { folderOf, healthGate, root } from './extension-files.ts';

interface Application {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly project: string };
  readonly operation?: unknown;
  readonly status?: {
    readonly sync?: { readonly status?: string; readonly revision?: string };
    readonly health?: { readonly status?: string };
    readonly operationState?: { readonly phase?: string };
  };
}

type Inputs = Readonly<Record<string, string>>;

const { EndpointUrl, Expression = '' } = healthGate.execution.HttpRequest.Execute;
const fields = /[?&]fields=([^&]*)/.exec(EndpointUrl)?.[1] ?? '';
const defaults: Inputs = { application: 'shop', project: 'default', acceptSuspended: 'false' };
const sha = '4f1c0de4f1c0de4f1c0de4f1c0de4f1c0de4f1c0';

/** Argo CD's response, with only these fields of each application. */
function answerWith(applications: readonly object[]): unknown {
  return filterListFields({ metadata: { resourceVersion: '1' }, items: applications }, fields);
}

function passes(answer: unknown, inputs: Inputs = {}): boolean {
  const given = Object.entries({ ...defaults, ...inputs });
  const taskInputs = Object.fromEntries(
    given.map(([name, value]) => [name.toLowerCase(), value] as const),
  );
  const response = { statuscode: 'OK', headers: {}, content: answer };
  return truth(
    evaluateExpression(Expression, { root: answer, response, taskInputs, variables: {} }),
  );
}

const good: Application = {
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: { project: 'default' },
  status: {
    sync: { status: 'Synced', revision: sha },
    health: { status: 'Healthy' },
    operationState: { phase: 'Succeeded' },
  },
};

/** An application with every field that the gate requests. */
const whole = {
  ...good,
  metadata: { ...good.metadata, deletionTimestamp: '2026-11-21T06:41:45Z' },
  operation: { sync: {} },
};

/** The application with one part changed. */
function withPart(part: string, value: unknown): object {
  const copy = structuredClone(good) as unknown as Record<string, unknown>;
  const names = part.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce((node, name) => (node[name] ??= {}) as Record<string, unknown>, copy);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy;
}

describe('The expression of the health gate', () => {
  it('requests what it checks, by fields that lists support', () => {
    const asked = fields.split(',');
    for (const field of asked) {
      const [part = '', ...more] = field.replace(/^items\./, '').split('.');
      const answer = JSON.stringify(filterListFields({ metadata: {}, items: [whole] }, field));
      assert.ok(
        [part, ...more].every((name) => answer.includes(`"${name}"`)),
        field,
      );
    }
    for (const [, path = ''] of Expression.matchAll(/\$\.(items\[\*\]\.[\w.]+)/g)) {
      const field = path.replace('[*]', '');
      assert.ok(
        asked.some(
          (each) => `${each}.`.startsWith(`${field}.`) || `${field}.`.startsWith(`${each}.`),
        ),
        field,
      );
    }
  });

  it('passes for an application that is synced and healthy', () => {
    assert.ok(passes(answerWith([good])));
  });

  const states = [
    {
      what: 'has never had an operation',
      part: 'status.operationState',
      value: undefined,
      is: true,
    },
    { what: 'is out of sync', part: 'status.sync.status', value: 'OutOfSync', is: false },
    { what: 'cannot be compared', part: 'status.sync.status', value: 'Unknown', is: false },
    { what: 'progresses', part: 'status.health.status', value: 'Progressing', is: false },
    { what: 'is degraded', part: 'status.health.status', value: 'Degraded', is: false },
    { what: 'is missing', part: 'status.health.status', value: 'Missing', is: false },
    { what: 'is paused', part: 'status.health.status', value: 'Suspended', is: false },
    { what: 'is of unknown health', part: 'status.health.status', value: 'Unknown', is: false },
    { what: 'has an empty health', part: 'status.health', value: {}, is: false },
    { what: 'has a health of null', part: 'status.health', value: null, is: false },
    { what: 'has a health status of null', part: 'status.health.status', value: null, is: false },
    { what: 'has no health', part: 'status.health', value: undefined, is: false },
    { what: 'has a sync status of null', part: 'status.sync.status', value: null, is: false },
    { what: 'has no sync status', part: 'status.sync', value: undefined, is: false },
    { what: 'has no status', part: 'status', value: undefined, is: false },
    { what: 'waits for an operation to start', part: 'operation', value: { sync: {} }, is: false },
    {
      what: 'has an operation in progress',
      part: 'operation',
      value: { sync: { revision: sha } },
      is: false,
    },
    { what: 'runs hooks', part: 'status.operationState.phase', value: 'Running', is: false },
    {
      what: 'is being terminated',
      part: 'status.operationState.phase',
      value: 'Terminating',
      is: false,
    },
    { what: 'failed its tests', part: 'status.operationState.phase', value: 'Failed', is: false },
    { what: 'had an error', part: 'status.operationState.phase', value: 'Error', is: false },
    { what: 'has a phase of null', part: 'status.operationState.phase', value: null, is: false },
    {
      what: 'is being deleted',
      part: 'metadata.deletionTimestamp',
      value: '2026-11-21T06:41:45Z',
      is: false,
    },
    { what: 'has another name', part: 'metadata.name', value: 'shop-2', is: false },
    { what: 'has no name', part: 'metadata.name', value: undefined, is: false },
    { what: 'is in another project', part: 'spec.project', value: 'other', is: false },
    { what: 'is in no project', part: 'spec', value: undefined, is: false },
  ];
  for (const { what, part, value, is } of states) {
    it(`${is ? 'passes' : 'does not pass'} for one that ${what}`, () => {
      assert.equal(passes(answerWith([withPart(part, value)])), is);
    });
  }

  const answers: Readonly<Record<string, unknown>> = {
    'no item': { items: [], metadata: {} },
    'items of null': { items: null, metadata: {} },
    'no items field': { metadata: {} },
    'an empty object': {},
    null: null,
    'a list': [good],
    'a bare application': good,
    'an error': { error: 'permission denied', code: 7, message: 'permission denied' },
    'a null item': { items: [null] },
    'a health of null': { items: [{ ...good, status: { ...good.status, health: null } }] },
    'a status of null': { items: [{ ...good, status: null }] },
    'metadata of null': { items: [{ ...good, metadata: null }] },
    'an empty item': { items: [{}] },
    'the same item twice': answerWith([good, good]),
    'another item after it': answerWith([good, withPart('metadata.name', 'shop-2')]),
    'a bad item before it': answerWith([withPart('status.health.status', 'Degraded'), good]),
    'text that looks good': { items: 'Synced Healthy' },
  };
  for (const [what, answer] of Object.entries(answers)) {
    it(`does not pass for a response with ${what}`, () => {
      assert.equal(passes(answer), false);
    });
  }

  const asked: readonly {
    what: string;
    inputs: Inputs;
    part?: string;
    value?: unknown;
    is: boolean;
  }[] = [
    { what: 'the revision', inputs: { revision: sha }, is: true },
    { what: 'an empty revision', inputs: { revision: '' }, is: true },
    { what: 'another revision', inputs: { revision: sha.replace('4', '5') }, is: false },
    { what: 'a part of the revision', inputs: { revision: sha.slice(0, 7) }, is: false },
    { what: 'a branch', inputs: { revision: 'main' }, is: false },
    { what: 'a variable without a value', inputs: { revision: '$(commit)' }, is: false },
    {
      what: 'a revision, of several sources',
      inputs: { revision: sha },
      part: 'status.sync',
      value: { status: 'Synced', revision: '', revisions: [sha, sha] },
      is: false,
    },
    {
      what: 'no revision, of several sources',
      inputs: {},
      part: 'status.sync',
      value: { status: 'Synced', revision: '', revisions: [sha, sha] },
      is: true,
    },
    {
      what: 'a revision, where there is none',
      inputs: { revision: sha },
      part: 'status.sync',
      value: { status: 'Synced' },
      is: false,
    },
    { what: 'its namespace', inputs: { namespace: 'argocd' }, is: true },
    { what: 'another namespace', inputs: { namespace: 'team-a' }, is: false },
    {
      what: 'paused rollouts too, and it is paused',
      inputs: { acceptSuspended: 'true' },
      part: 'status.health.status',
      value: 'Suspended',
      is: true,
    },
    {
      what: 'paused rollouts too, and it is degraded',
      inputs: { acceptSuspended: 'true' },
      part: 'status.health.status',
      value: 'Degraded',
      is: false,
    },
    {
      what: 'paused rollouts too, and there is no health',
      inputs: { acceptSuspended: 'true' },
      part: 'status.health',
      value: undefined,
      is: false,
    },
    {
      what: 'paused rollouts too, and it is healthy',
      inputs: { acceptSuspended: 'true' },
      is: true,
    },
  ];
  for (const { what, inputs, part, value, is } of asked) {
    it(`${is ? 'passes' : 'does not pass'} if the inputs require ${what}`, () => {
      const application = part === undefined ? good : withPart(part, value);
      assert.equal(passes(answerWith([application]), inputs), is);
    });
  }

  it('passes for a recorded application exactly if it is done', () => {
    let [green, red] = [0, 0];
    for (const { application } of recordedApplications()) {
      const { metadata, spec } = application;
      const inputs = { application: metadata.name, project: spec.project };
      const is = isDone(application);
      assert.equal(passes(answerWith([application]), inputs), is, JSON.stringify(application));
      if (is) green += 1;
      else red += 1;
    }
    assert.ok(green > 30 && red > 300, `${green} done, ${red} not done`);
  });

  for (const recording of ['postsync-fails', 'stale-synced']) {
    it(`is not misled by Synced and Healthy while hooks run: ${recording}`, () => {
      const misleading = recordedApplications(recording).filter(
        ({ application: { status, operation } }) =>
          operation !== undefined &&
          status?.sync?.status === 'Synced' &&
          status.health?.status === 'Healthy',
      );
      assert.ok(misleading.length > 0);
      for (const { application } of misleading) {
        const inputs = { application: application.metadata.name };
        assert.equal(passes(answerWith([application]), inputs), false);
      }
    });
  }
});

/** What the expression should say, as a program. */
function isDone({ metadata, operation, status }: Application): boolean {
  const phase = status?.operationState?.phase;
  return (
    metadata.deletionTimestamp === undefined &&
    operation === undefined &&
    (phase === undefined || phase === 'Succeeded') &&
    status?.sync?.status === 'Synced' &&
    status.health?.status === 'Healthy'
  );
}

function recordedApplications(only?: string): readonly { readonly application: Application }[] {
  return recordingNames
    .filter((name) => only === undefined || name === only)
    .flatMap((name) => readRecording(name))
    .flatMap(({ event, response }) => [event?.result.application, response?.body])
    .filter(isApplication)
    .map((application) => ({ application: application as Application }));
}

describe('The health gate with Argo CD', () => {
  const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n';
  let azure: AzureDevOpsSimulator;
  let argocd: ArgoCDSimulator;
  let commit: string;

  before(async () => {
    azure = await AzureDevOpsSimulator.start({
      extension: join(root, 'vss-extension.json'),
      timeScale: 0.000_1,
    });
    argocd = await ArgoCDSimulator.start({ rootPath: '/argo-cd' });
    const made = ['shop', 'stock'].map((name) => argocd.commit(name, { 'all.yaml': configMap }));
    commit = made.at(-1) ?? '';
    for (const name of ['shop', 'stock']) {
      argocd.createApplication(name);
      assert.ok(argocd.syncAs('robin', name));
      await argocd.until(
        name,
        (found) => found?.operation === undefined && found?.status.health?.status === 'Healthy',
      );
    }
  });
  after(async () => {
    await Promise.all([azure.stop(), argocd.stop()]);
  });

  function use(inputs: Inputs, token = argocd.token) {
    return {
      task: folderOf(healthGate),
      inputs: { ...defaults, ...inputs },
      connections: {
        argocdConnection: {
          url: `${argocd.url}/`,
          scheme: 'Token',
          parameters: { apitoken: token },
        },
      },
    };
  }

  const cases: readonly { what: string; inputs: () => Inputs; result: string }[] = [
    { what: 'for an application that is done', inputs: () => ({}), result: 'succeeded' },
    { what: 'at its commit', inputs: () => ({ revision: commit }), result: 'succeeded' },
    { what: 'in its namespace', inputs: () => ({ namespace: 'argocd' }), result: 'succeeded' },
    {
      what: 'with an invalid name',
      inputs: () => ({ application: 'shopp' }),
      result: 'failed',
    },
    { what: 'in an invalid project', inputs: () => ({ project: 'shop' }), result: 'failed' },
    { what: 'with a wildcard', inputs: () => ({ application: '*' }), result: 'failed' },
    { what: 'with a space', inputs: () => ({ application: 'shop ' }), result: 'failed' },
    {
      what: 'with a name that adds a parameter',
      inputs: () => ({ application: 'shop&x=y' }),
      result: 'failed',
    },
    {
      what: 'with a name that truncates the rest',
      inputs: () => ({ application: 'shop#' }),
      result: 'failed',
    },
    {
      what: 'with a project that names another application',
      inputs: () => ({ project: 'default&name=stock' }),
      result: 'failed',
    },
    {
      what: 'with an encoded name',
      inputs: () => ({ application: '%73hop' }),
      result: 'failed',
    },
  ];
  for (const { what, inputs, result } of cases) {
    for (const order of ['macrosFirst', 'mustacheFirst'] as const) {
      it(`has ${result} ${what}, ${order}`, async () => {
        const run = azure.runServerTask({ ...use(inputs()), order });
        assert.equal((await run.done).result, result);
      });
    }
  }

  it('sends one request, without a double slash and with a small response', async () => {
    const run = azure.runServerTask(use({}));
    assert.equal((await run.done).result, 'succeeded');
    const [sent, ...more] = run.execution.sent;
    assert.equal(more.length, 0);
    assert.match(new URL(sent?.request.url ?? '').pathname, /^\/argo-cd\/api\/v1\/applications$/);
    assert.ok((sent?.answer?.text.length ?? Infinity) < 600, sent?.answer?.text);
  });

  it('fails with an invalid token', async () => {
    const run = azure.runServerTask(use({}, 'bad-token'));
    assert.equal((await run.done).result, 'failed');
  });

  it('holds a release until the sync is done', async () => {
    const name = 'late';
    argocd.commit(name, { 'all.yaml': configMap });
    argocd.createApplication(name);
    const gates = azure.runGates({
      gates: [{ name: 'late', ...use({ application: name }) }],
      stabilizationTime: 0,
      samplingInterval: 5,
    });
    while (gates.samples.length < 2) await argocd.sleep(50);
    assert.ok(argocd.syncAs('robin', name));
    assert.equal(await gates.done, 'succeeded');
    assert.equal(gates.samples[0]?.outcomes['late']?.result, 'failed');
  });
});
