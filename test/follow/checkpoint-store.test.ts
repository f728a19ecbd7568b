import assert from 'node:assert/strict';
import { Detachment } from '../../src/follow/detachment.ts';
import type { Checkpoint } from '../../src/follow/checkpoint-store.ts';
import { configMap, files, job } from '../manifests.ts';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { begin, rollbackGoal, startArgoCD, syncGoal, timeOf } from './following.ts';
import type { Following } from './following.ts';
import { MemoryCheckpointStore } from './memory-checkpoint-store.ts';

describe('A run that another process resumes', () => {
  let argocd: ArgoCDSimulator;
  let checkpoints: MemoryCheckpointStore;

  beforeEach(async () => {
    argocd = await startArgoCD();
    checkpoints = new MemoryCheckpointStore();
    const [pre, main] = [job('migrate', { hook: 'PreSync', seconds: 5 }), configMap('a')];
    argocd.commit('shop', files(pre, main, job('smoke', { hook: 'PostSync', seconds: 5 })));
    argocd.createApplication('shop');
  });
  afterEach(() => argocd.stop());

  const marker = 'the-run';
  const posts = (path: RegExp) =>
    argocd.requests.filter((asked) => asked.method === 'POST' && path.test(asked.path)).length;
  const steps = ({ told }: Following) =>
    told.flatMap((one) =>
      one.kind === 'step' && one.step.state !== 'Pending'
        ? [`${one.step.phase} ${one.step.name} ${one.step.state}`]
        : [],
    );

  async function detach(following: Following): Promise<void> {
    following.detach();
    await assert.rejects(following.done, Detachment);
  }

  it('continues with its operation, and reports no step twice', async () => {
    const first = begin(argocd, ['shop'], syncGoal(), { marker, checkpoints });
    await first.until((told) => told.kind === 'step' && told.step.phase === 'Sync');
    await detach(first);
    const second = begin(argocd, ['shop'], syncGoal(), { marker, checkpoints });
    const [result] = await second.done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
    assert.equal(posts(/\/sync$/), 1);
    const told = [...steps(first), ...steps(second)];
    assert.deepEqual([...new Set(told)], told);
    assert.ok(told.includes('PreSync migrate Succeeded'));
    assert.ok(told.includes('PostSync smoke Succeeded'));
    const migrate = result.steps.find(({ name }) => name === 'migrate');
    const begun = first.told.find((one) => one.kind === 'step' && one.step.name === 'migrate');
    assert.equal(migrate?.startedAt, begun?.kind === 'step' && begun.step.startedAt);
  });

  it('reports the steps that waited for the plan once, with their waves, and none before', async () => {
    argocd.addNamespace('ns-shop');
    argocd.faults.add({
      path: /\/manifests/,
      times: Infinity,
      fault: { kind: 'delay', milliseconds: 3_000 },
    });
    const first = begin(argocd, ['shop'], syncGoal(), { marker, checkpoints });
    await timeOf(argocd).until(() => (checkpoints.pages.at(-1)?.held?.changes.length ?? 0) > 0);
    await detach(first);
    assert.deepEqual(steps(first), []);
    const second = begin(argocd, ['shop'], syncGoal(), { marker, checkpoints });
    const [result] = await second.done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
    assert.deepEqual(steps(second), [
      'PreSync migrate Running',
      'PreSync migrate Succeeded',
      'Sync a Running',
      'Sync a Succeeded',
      'PostSync smoke Running',
      'PostSync smoke Succeeded',
    ]);
    const waves = second.told.flatMap((one) => (one.kind === 'step' ? [one.step.wave] : []));
    assert.ok(
      waves.every((wave) => wave === 0),
      waves.join(),
    );
    assert.equal(checkpoints.pages.at(-1)?.held, undefined);
  });

  it('stores a request before it sends it, and sends it once however often it is interrupted', async () => {
    let cut: ((checkpoint: Checkpoint) => void) | undefined;
    checkpoints.onKeep = (checkpoint) => {
      cut?.(checkpoint);
      return Promise.resolve();
    };
    const seen = new Set<string>();
    for (let tries = 0; tries < 30; tries += 1) {
      const following = begin(argocd, ['shop'], syncGoal(), { marker, checkpoints });
      cut = ({ memory }) => {
        const moment = JSON.stringify([memory.request?.state, memory.begun?.phase, memory.ended]);
        if (seen.has(moment)) return;
        seen.add(moment);
        following.detach();
      };
      const [result] = await following.done.catch((error: unknown) => {
        assert.ok(error instanceof Detachment, String(error));
        return [];
      });
      if (result === undefined) continue;
      assert.equal(result.outcome, 'succeeded', result.message);
      assert.equal(posts(/\/sync$/), 1);
      assert.ok(seen.size >= 4, [...seen].join());
      return;
    }
    assert.fail('it never ended');
  });

  it('finds the operation of a request whose response was never read', async () => {
    argocd.faults.add({
      method: 'POST',
      path: /\/sync/,
      fault: { kind: 'answer', status: 502, body: '', afterActing: true },
    });
    const first = begin(argocd, ['shop'], syncGoal(), { marker, checkpoints });
    await argocd.until('shop', (app) => app?.operation !== undefined);
    await detach(first);
    const [result] = await begin(argocd, ['shop'], syncGoal(), { marker, checkpoints }).done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
    assert.equal(posts(/\/sync$/), 1);
  });

  it('keeps the known results', async () => {
    argocd.commit('quick', files(configMap('q')));
    argocd.createApplication('quick');
    const first = begin(argocd, ['quick', 'shop'], syncGoal(), { marker, checkpoints });
    await first.until((told) => told.kind === 'result');
    await detach(first);
    const asked = argocd.requests.length;
    const second = begin(argocd, ['quick', 'shop'], syncGoal(), { marker, checkpoints });
    const results = await second.done;
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['succeeded', 'succeeded'],
    );
    const told = second.told.filter(({ kind }) => kind === 'result').length;
    assert.equal(told, 1);
    const later = argocd.requests.slice(asked).map(({ path }) => path);
    assert.ok(!later.some((path) => /applications\/quick/.test(path)), later.join());
  });

  it('keeps what a selector found, and has the remaining time', async () => {
    const subject = { selector: 'app.kubernetes.io/name!=none' };
    const following = begin(argocd, [], syncGoal(), { subject, marker, checkpoints });
    await following.until(({ kind }) => kind === 'step');
    await detach(following);
    assert.deepEqual(
      checkpoints.names?.map(({ name }) => name),
      ['shop'],
    );
    const startedAt = timeOf(argocd).now() - 100_000;
    const late = begin(argocd, ['shop'], syncGoal(), {
      marker,
      checkpoints,
      timeout: 1,
      startedAt,
    });
    const [result] = await late.done;
    assert.equal(result?.outcome, 'timedOut');
  });

  it('finds a rollback whose request got no response', async () => {
    await begin(argocd, ['shop'], syncGoal()).done;
    argocd.commit('shop', files(configMap('b')));
    await begin(argocd, ['shop'], syncGoal()).done;
    argocd.faults.add({
      method: 'POST',
      path: /\/rollback/,
      fault: { kind: 'answer', status: 502, body: '', afterActing: true },
    });
    const first = begin(argocd, ['shop'], rollbackGoal(), { checkpoints });
    await argocd.until('shop', (app) => app?.operation !== undefined);
    await detach(first);
    const [result] = await begin(argocd, ['shop'], rollbackGoal(), { checkpoints }).done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
    assert.equal(posts(/\/rollback$/), 1);
  });
});
