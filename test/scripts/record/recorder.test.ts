import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { parseArguments } from '../../../scripts/record/arguments.ts';
import { Recorder } from '../../../scripts/record/recorder.ts';
import { Recording } from '../../../scripts/record/recording.ts';
import { redact } from '../../../scripts/record/redaction.ts';
import type { RecordedLine } from '../../../simulators/argo-cd/replay-state.ts';
import { lasting, stateOf } from '../../../simulators/argo-cd/replay-state.ts';
import type { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import { Secret } from '../../../src/secret.ts';
import { startArgoCD, timeOf } from '../../follow/following.ts';
import { configMap, files, job } from '../../manifests.ts';

const marker = '6f3b2c1e-0000-4000-8000-000000000001';

describe('The recorder', () => {
  let argocd: ArgoCDSimulator;
  beforeEach(async () => {
    argocd = await startArgoCD();
    argocd.commit(
      'payments',
      files(configMap('settings'), job('smoke', { hook: 'PostSync', seconds: 2 })),
    );
    argocd.createApplication('payments');
  });
  afterEach(() => argocd.stop());

  async function record(steps: string): Promise<readonly RecordedLine[]> {
    const words = `plain --server ${argocd.url} --token-env TOKEN --application payments ${steps}`;
    const asked = parseArguments(words.trim().split(' '));
    assert(asked.kind === 'run', JSON.stringify(asked));
    const clock = timeOf(argocd);
    const recording = new Recording(clock);
    const token = new Secret(argocd.token);
    const recorder = new Recorder(
      { ...asked.arguments, token, ca: undefined, clock, marker },
      recording,
    );
    await recorder.run(asked.arguments.steps, () => undefined);
    const { lines } = redact(recording.lines, {
      server: argocd.url,
      token: argocd.token,
      application: ['payments', 'plain'],
      replacements: [],
    });
    const text = lines.join('\n');
    for (const real of [
      argocd.url,
      new URL(argocd.url).host,
      argocd.token,
      'applications/payments',
    ]) {
      assert.ok(!text.includes(real), real);
    }
    return lines.map((line) => JSON.parse(line) as RecordedLine);
  }

  it('records its requests, the responses, and every message of the stream', async () => {
    const lines = await record('');
    const requests = lines.flatMap((line) =>
      line.kind === 'exchange' ? [`${line.request.method} ${line.request.path}`] : [],
    );
    assert.deepEqual(requests, [
      'GET /api/v1/applications/plain?project=default',
      'GET /api/v1/applications/plain?project=default&refresh=normal',
      'GET /api/v1/applications/plain/manifests?project=default',
      'POST /api/v1/applications/plain/sync',
      'GET /api/v1/applications/plain?project=default',
      'GET /api/v1/applications/plain?project=default&refresh=normal',
      'GET /api/v1/applications/plain/resource-tree?project=default',
      'GET /api/v1/applications/plain/events?project=default',
    ]);
    const states = lines.flatMap((line) =>
      line.kind === 'event' ? [stateOf(line.t, line.event.result.application)] : [],
    );
    const phases = lasting(states, 0, ({ operation }) => operation.split('\n')[0] ?? '');
    assert.deepEqual(phases, ['none', 'pending', 'Running', 'Succeeded finished']);
    const times = lines.map(({ t }) => t);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
  });

  it('marks its sync, and sends what else the step says', async () => {
    const lines = await record('-- sync prune=true revision=main wait');
    const bodies = lines.flatMap((line) => (line.kind === 'exchange' ? [line.request.body] : []));
    assert.deepEqual(bodies, [
      {
        project: 'default',
        infos: [{ name: 'azure-pipelines/run', value: marker }],
        prune: true,
        revision: 'main',
      },
    ]);
  });

  it('creates the application before it watches it, so that a replay can do the same', async () => {
    const lines = await record('-- create get');
    const kinds = lines.filter(({ kind }) => kind !== 'event').map(({ kind }) => kind);
    assert.deepEqual(kinds, ['exchange', 'stream-open', 'exchange']);
    const [made] = lines;
    assert(made?.kind === 'exchange');
    assert.equal(made.request.path, '/api/v1/applications?upsert=true');
    assert.equal(made.response.status, 200);
  });

  it('records a refusal like any response', async () => {
    const lines = await record('-- terminate');
    const [line] = lines.filter(({ kind }) => kind === 'exchange');
    assert(line?.kind === 'exchange');
    assert.equal(line.response.status, 400);
  });

  it('reports an operation that does not end in time', async () => {
    await assert.rejects(
      record('-- sync wait seconds=1'),
      /^Error: The operation did not end within 1 s\.$/,
    );
  });
});
