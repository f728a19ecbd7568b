import assert from 'node:assert/strict';
import { configMap, files, job } from '../../manifests.ts';
import { isApplication, recordingNames } from '../../../simulators/argo-cd/recording.ts';
import type {
  RecordedExchange,
  RecordedLine,
  State,
} from '../../../simulators/argo-cd/replay-state.ts';
import {
  anonymous,
  lasting,
  numbered,
  recordedLines,
  stateOf,
} from '../../../simulators/argo-cd/replay-state.ts';
import type { Application } from '../../../simulators/argo-cd/application.ts';
import type { Act, Replayed } from '../../../simulators/argo-cd/replay.ts';
import { Replay } from '../../../simulators/argo-cd/replay.ts';
import { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';

const failingSmoke = job('smoke', { hook: 'PostSync', seconds: 3, exit: 1 });
const skip = 'argocd.argoproj.io/skip-reconcile';
const another = { name: 'azure-pipelines/run', value: 'another-run' };
const always = { kind: 'deny', schedule: '* * * * *', duration: '1h', manualSync: false } as const;

/** What the recorder did outside the API, and commits whose files it did not record. */
const acts: Readonly<Record<string, (replay: Replay) => readonly Act[]>> = {
  'broken-yaml': () => [
    commit(580, 'broken-yaml', {
      'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x\n',
    }),
  ],
  prune: () => [commit(5110, 'prune', { 'a.yaml': configMap('keep', { value: 'y' }) })],
  rollback: () => [commit(3040, 'rollback', { 'a.yaml': configMap('a', { value: 'y' }) })],
  revision: (replay) => [
    {
      t: 510,
      act: (argocd) => {
        const sha = argocd.commit('revision', { 'a.yaml': configMap('a', { value: 'y' }) });
        replay.map('35f5f3568a306010a164da77330b7cd6baaa163d', sha);
      },
    },
  ],
  'auto-sync': () => [
    commit(2625, 'auto-sync', { 'a.yaml': configMap('a', { value: 'y' }) }),
    {
      t: 3400,
      act: (argocd) =>
        argocd.patchObject(
          { kind: 'ConfigMap', namespace: 'ns-auto-sync', name: 'a' },
          { data: { value: 'drift' } },
        ),
    },
  ],
  superseded: () => [
    commit(790, 'superseded', { 'a.yaml': configMap('a', { value: 'z' }) }),
    { t: 1215, act: (argocd) => assert(argocd.syncAs('ci', 'superseded', { infos: [another] })) },
  ],
  'window-closed': () => [
    windows(600, [{ ...always, applications: ['window-closed'] }]),
    windows(2100, []),
  ],
  'window-closes-during': () => [
    windows(2900, [{ ...always, applications: ['window-closes-during'] }]),
    windows(15_990, []),
  ],
  'skip-reconcile': () => [
    { t: 560, act: (argocd) => argocd.annotate('skip-reconcile', { [skip]: 'true' }) },
    { t: 7150, act: (argocd) => argocd.annotate('skip-reconcile', { [skip]: null }) },
  ],
  'multi-source': () => [
    commit(980, 'multi-source', {
      'one/a.yaml': configMap('a', { value: 'y' }),
      'two/b.yaml': configMap('b', { value: 'x' }),
    }),
  ],
  'deleted-during': () => [
    // The recorder had moved on to the next scenarios, which committed to the same repository.
    {
      t: 89_390,
      act: (argocd) => {
        argocd.commit('elsewhere', files(configMap('a')));
        argocd.deliverPush();
      },
    },
    commit(94_000, 'elsewhere', files(configMap('b'))),
  ],
  'stale-synced': () => [
    commit(785, 'stale-synced', {
      'a.yaml': `${configMap('a', { value: 'y' })}---\n${failingSmoke}`,
    }),
  ],
};

function commit(t: number, folder: string, files: Readonly<Record<string, string>>): Act {
  return { t, act: (argocd) => argocd.commit(folder, files) };
}

function windows(t: number, list: Parameters<ArgoCDSimulator['setSyncWindows']>[0]): Act {
  return { t, act: (argocd) => argocd.setSyncWindows(list) };
}

/** An earlier scenario had created this namespace, so no operation of the recording creates it. */
const existingNamespace = 'ns-hooks-and-waves';

async function replay(
  name: string,
): Promise<{ lines: readonly RecordedLine[]; replayed: Replayed }> {
  const lines = recordedLines(name);
  const argocd = await ArgoCDSimulator.start({
    timeScale: Infinity,
    startTime: Date.UTC(2026, 10, 21, 1, 39, 0, 250),
  });
  try {
    argocd.addNamespace(existingNamespace);
    if (name === 'errors') {
      const [git] = recordedLines('plain');
      assert(git?.kind === 'git' && git.files);
      argocd.commit('plain', git.files);
    }
    const driver = new Replay(name, lines, argocd);
    return { lines, replayed: await driver.run(acts[name]?.(driver) ?? []) };
  } finally {
    await argocd.stop();
  }
}

/**
 * Bodies that are the same whenever the server is in the same state: an Application whose operation
 * and status had not changed for a while.
 */
function isComparable(
  { t, request, response }: RecordedExchange,
  recorded: readonly State[],
): boolean {
  if (response.status !== 200) return true;
  if (isApplication(response.body)) {
    const last = recorded.filter(
      (state, index) => state.t <= t && both(state) !== both(recorded[index - 1] ?? state),
    );
    return request.method === 'GET' && t - (last.at(-1)?.t ?? t) > 400;
  }
  return /\/(manifests|logs|syncwindows|operation)\b|can-i|userinfo|name=missing|fields=/.test(
    request.path,
  );
}

function comparableBody(body: unknown): unknown {
  const text = anonymous(JSON.stringify(body))
    .replace(/\\"timeStampStr\\":\\"[^"]*\\"/g, '')
    .replace(/"resourceVersion":"\d+"/g, '"resourceVersion":"<version>"')
    .replace(/"generation":\d+/g, '"generation":"<number>"')
    .replace(/(podName\\":\\"migrate)-[a-z0-9]{5}/g, '$1-<pod>');
  const comparable = JSON.parse(text) as { status?: Application['status'] };
  // Objects of one kind are applied in parallel: the order of their results is chance.
  comparable.status?.operationState?.syncResult?.resources?.sort((a, b) =>
    JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
  );
  return comparable;
}

const operation = (state: State) => state.operation;
const status = (state: State) => state.status;
const both = (state: State) => `${state.operation} | ${state.status}`;

/** Every one of `wanted` occurs in `passed`, in the same order. */
function assertPassed(wanted: readonly string[], passed: readonly string[], what: string): void {
  let from = 0;
  for (const state of wanted) {
    const at = passed.indexOf(state, from);
    assert(at >= 0, `${what} never came: ${state}\nafter:\n${passed.slice(0, from).join('\n')}`);
    from = at;
  }
}

/**
 * Each state of the operation appears when it did in the recording. When the controller checks an
 * operation again that a window holds is chance, within its requeue time.
 */
function assertTimely(replayed: readonly State[], recorded: readonly State[]): void {
  const changes = (states: readonly State[]) =>
    states.filter((one, index) => one.operation !== states[index - 1]?.operation);
  const reference = changes(recorded);
  for (const [index, { t }] of changes(replayed).entries()) {
    const held = reference[index - 1]?.operation.includes('blocked by sync window') ?? false;
    const off = t - (reference[index]?.t ?? 0);
    assert(
      Math.abs(off) < (held ? 10_000 : 2500),
      `state ${index} of the operation came ${off} ms off`,
    );
  }
}

describe('The Argo CD simulator, replaying a real Argo CD,', () => {
  it('covers every recording', () => {
    assert.equal(recordingNames.length, 33);
  });

  for (const name of recordingNames) {
    it(`responds and streams like Argo CD did in ${name}`, async () => {
      const { lines, replayed } = await replay(name);
      const recorded = numbered(
        lines.flatMap((line) =>
          line.kind === 'event' ? [stateOf(line.t, line.event.result.application)] : [],
        ),
      );
      for (const { exchange, contentType, body, ...answer } of replayed.answers) {
        const { request, response } = exchange;
        const told = `${request.method} ${request.path} at ${exchange.t} ms`;
        assert.equal(answer.status, response.status, `${told}: ${JSON.stringify(body)}`);
        assert.equal(contentType, response.contentType, told);
        if (isComparable(exchange, recorded)) {
          assert.deepEqual(comparableBody(body), comparableBody(response.body), told);
        }
      }
      assert.deepEqual(
        lasting(replayed.states, 0, operation),
        lasting(recorded, 0, operation),
        'the operation',
      );
      // Each change of a live object leads to a separate comparison; if several occur within
      // milliseconds, the number of separate comparisons is chance.
      assert.deepEqual(
        lasting(replayed.states, 100, status),
        lasting(recorded, 100, status),
        'sync and health',
      );
      assertTimely(replayed.states, recorded);
      // Operation and status are written by two goroutines: which of two writes within some hundred
      // milliseconds comes first differs between runs, but every run saw what lasts longer.
      assertPassed(
        lasting(recorded, 300, both),
        lasting(replayed.states, 0, both),
        'a recorded state',
      );
      assertPassed(
        lasting(replayed.states, 300, both),
        lasting(recorded, 0, both),
        'a replayed state',
      );
    });
  }
});
