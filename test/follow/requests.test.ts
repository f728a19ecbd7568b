import assert from 'node:assert/strict';
import { OperationLog } from '../../src/report/log.ts';
import { summaryOf } from '../in-one-go.ts';
import { Timeline } from '../../src/report/timeline.ts';
import { parseSelectionEntry } from '../../src/sync/plan/selection.ts';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { defaultSpec } from '../../simulators/argo-cd/simulator.ts';
import { configMap, deployment, files, job, service } from '../manifests.ts';
import { begin, followOne, revision, startArgoCD, syncBodies, syncGoal } from './following.ts';

describe('The requests of a sync and their effects', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await startArgoCD();
  });
  afterEach(() => argocd.stop());

  const make = (...documents: readonly string[]) => {
    const sha = argocd.commit('shop', files(...documents));
    argocd.createApplication('shop');
    return sha;
  };
  const select = (...entries: readonly string[]) =>
    entries.map((text) => {
      const parsed = parseSelectionEntry(text);
      assert.ok('entry' in parsed);
      return parsed.entry;
    });
  const body = () => {
    const [first, ...more] = syncBodies(argocd);
    assert.ok(first);
    assert.deepEqual(more, []);
    return first;
  };

  it('add sync options to those of the application, which remain in effect', async () => {
    make(configMap('a'));
    const goal = syncGoal({}, { syncOptions: ['ServerSideApply=true', 'CreateNamespace=true'] });
    await followOne(argocd, 'shop', goal);
    assert.deepEqual(body().syncOptions, {
      items: ['CreateNamespace=true', 'ServerSideApply=true'],
    });
  });

  it('contain no options if none are given', async () => {
    make(configMap('a'));
    await followOne(argocd, 'shop', syncGoal());
    assert.equal('syncOptions' in body(), false);
    assert.equal('retryStrategy' in body(), false);
    assert.equal('revision' in body(), false);
    assert.deepEqual(
      argocd.application('shop')?.status.operationState?.operation.sync.syncOptions,
      ['CreateNamespace=true'],
    );
  });

  it('write the marker and all info entries into the operation', async () => {
    make(configMap('a'));
    const goal = syncGoal({}, { info: [{ name: 'Ticket', value: 'T-1' }] });
    const info = [{ name: 'Run', value: 'shop #7' }];
    await followOne(argocd, 'shop', goal, { marker: 'marker-1', info });
    assert.deepEqual(argocd.application('shop')?.status.operationState?.operation.info, [
      { name: 'azure-pipelines/run', value: 'marker-1' },
      { name: 'Run', value: 'shop #7' },
      { name: 'Ticket', value: 'T-1' },
    ]);
  });

  it('expand wildcards to exact resources, and sync no others', async () => {
    make(configMap('a-one'), configMap('a-two'), configMap('b'), deployment('a-web'));
    const goal = syncGoal({}, { resources: select('ConfigMap:a-*', 'apps:Deployment:*') });
    const result = await followOne(argocd, 'shop', { ...goal, waitFor: 'operation' });
    assert.equal(result.outcome, 'succeeded', result.message);
    const sent = body().resources as readonly { readonly name: string }[];
    assert.deepEqual(sent.map(({ name }) => name).sort(), ['a-one', 'a-two', 'a-web']);
    const there = (name: string) =>
      argocd.object({ kind: 'ConfigMap', namespace: 'ns-shop', name }) !== undefined;
    assert.deepEqual(['a-one', 'a-two', 'b'].map(there), [true, true, false]);
  });

  it('count only the health of the selected resources', async () => {
    for (const [deadline, whole] of [
      [600, 'Progressing'],
      [3, 'Degraded'],
    ] as const) {
      const bad = deployment('bad', { ready: false, deadline });
      if (whole === 'Progressing') make(configMap('a'), deployment('good'), bad);
      else argocd.commit('shop', files(configMap('a'), deployment('good'), bad));
      await followOne(argocd, 'shop', syncGoal({ waitFor: 'operation' }));
      await argocd.until('shop', (app) => app?.status.health.status === whole);
      for (const entry of ['Deployment:good', 'ConfigMap:a']) {
        const goal = syncGoal({}, { resources: select(entry) });
        const result = await followOne(argocd, 'shop', goal);
        assert.equal(result.outcome, 'succeeded', result.message);
        assert.deepEqual(result.causes, []);
      }
    }
  });

  it('are not sent for a selection that matches nothing, which is refused', async () => {
    make(configMap('a'));
    const goal = syncGoal({}, { resources: select('ConfigMap:a', 'Secret:*') });
    const result = await followOne(argocd, 'shop', goal);
    assert.equal(result.outcome, 'failed');
    assert.match(result.message, /Secret:\*/);
    assert.deepEqual(syncBodies(argocd), []);
  });

  it('are not sent for a selection from an unknown revision, which is reported early', async () => {
    make(configMap('a'));
    const goal = syncGoal({ target: revision('v9') }, { resources: select('ConfigMap:a') });
    const before = argocd.now;
    const result = await followOne(argocd, 'shop', goal);
    assert.equal(result.outcome, 'failed', result.message);
    assert.match(result.message, /cannot generate the manifests/);
    assert.ok(argocd.now - before < 60_000);
  });

  it('are not sent for an unknown revision, which is reported early', async () => {
    make(configMap('a'));
    const result = await followOne(argocd, 'shop', syncGoal({ target: revision('v9') }));
    assert.equal(result.outcome, 'failed');
    assert.match(result.causes[0]?.message ?? '', /unable to resolve 'v9'/);
  });

  describe('if a revision cannot be resolved for unknown reasons', () => {
    const words =
      'error resolving repo revision: rpc error: code = Unknown desc = failed to list refs: lookup git.example.com: no such host';
    const refuse = (times: number) =>
      argocd.faults.add({
        method: 'POST',
        path: /\/sync/,
        times,
        fault: { kind: 'answer', status: 400, body: JSON.stringify({ code: 9, message: words }) },
      });

    it('are repeated, and deploy it', async () => {
      make(configMap('a'));
      refuse(3);
      const result = await followOne(argocd, 'shop', syncGoal({ target: revision('main') }));
      assert.equal(result.outcome, 'succeeded', result.message);
      assert.equal(syncBodies(argocd).length, 4);
    });

    it("end after two minutes with Argo CD's message", async () => {
      make(configMap('a'));
      refuse(Infinity);
      const before = argocd.now;
      const result = await followOne(argocd, 'shop', syncGoal({ target: revision('main') }));
      const took = argocd.now - before;
      assert.equal(result.outcome, 'failed', result.message);
      assert.match(result.causes[0]?.message ?? '', /no such host/);
      assert.match(result.causes[0]?.advice ?? '', /host name/);
      assert.ok(took >= 100_000 && took < 200_000, `${took} ms`);
    });
  });

  it('end after two minutes if a firewall admits only reads', async () => {
    make(configMap('a'));
    argocd.faults.add({
      method: 'POST',
      path: /\/sync/,
      times: Infinity,
      fault: { kind: 'answer', status: 403, body: '<html>403 Forbidden</html>' },
    });
    const before = argocd.now;
    const result = await followOne(argocd, 'shop', syncGoal());
    const took = argocd.now - before;
    assert.equal(result.outcome, 'failed', result.message);
    assert.match(result.causes[0]?.title ?? '', /Something other than Argo CD/);
    assert.match(result.causes[0]?.advice ?? '', /firewall/);
    assert.ok(took >= 100_000 && took < 200_000, `${took} ms`);
  });

  it('warn of the hooks that strategy apply did not run', async () => {
    make(configMap('a'), job('migrate', { hook: 'PreSync' }));
    const result = await followOne(argocd, 'shop', syncGoal({}, { strategy: 'apply' }));
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.match(result.concerns[0]?.title ?? '', /ran no hooks/);
    assert.match(result.concerns[0]?.message ?? '', /Job\/migrate/);
    assert.deepEqual(body().strategy, { apply: { force: false } });
  });

  it('change nothing in a dry run, and do not wait for health', async () => {
    make(deployment('web', { ready: false }));
    const result = await followOne(argocd, 'shop', syncGoal({}, { dryRun: true }));
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.equal(argocd.application('shop')?.status.history, undefined);
  });

  it('show a dry run in log, timeline and summary only as what would be done', async () => {
    const hooks = [job('migrate', { hook: 'PreSync' }), job('smoke', { hook: 'PostSync' })];
    make(...hooks, configMap('a'));
    const following = begin(argocd, ['shop'], syncGoal({}, { dryRun: true }));
    const results = await following.done;
    const lines: string[] = [];
    const line = (text: string) => lines.push(text);
    const log = new OperationLog(
      { line, issue: (_, text) => line(text), progress: () => undefined },
      ['shop'],
    );
    const timeline = new Timeline(
      ({ name = '', result = '' }) => line(`${name} ${result}`),
      (path) => path,
    );
    for (const progress of following.told) {
      log.tell(progress);
      timeline.tell(progress);
    }
    const told = [...lines, summaryOf(results)].join('\n');
    assert.match(told, /Job\/migrate .*Would run/);
    assert.match(told, /ConfigMap\/a .*Would apply/);
    assert.match(told, /The dry run succeeded; nothing was changed/);
    assert.doesNotMatch(told, /✔ Succeeded|Job\/\S+ .*Succeeded|Applied|[Hh]ooks run/);
    assert.deepEqual(
      lines.filter((text) => / (Succeeded|Failed|Skipped|Abandoned)$/.test(text)).at(-1),
      ' Succeeded',
    );
    assert.equal(
      argocd.object({ group: 'batch', kind: 'Job', namespace: 'ns-shop', name: 'migrate' }),
      undefined,
    );
  });

  it('show what Argo CD ignores in the manifests, with the same result', async () => {
    make(
      configMap('a'),
      job('migrate', { hook: 'presync' }),
      job('seed', { hook: 'PreSync,Sonc' }),
    );
    const following = begin(argocd, ['shop'], syncGoal());
    const [result] = await following.done;
    assert.deepEqual([result?.outcome, result?.concerns], ['succeeded', []]);
    const told = following.told.flatMap((one) =>
      one.kind === 'notice' && one.level === 'issue' ? [one.message] : [],
    );
    assert.equal(told.length, 2);
    assert.match(told[0] ?? '', /^Job\/migrate: Argo CD runs no hooks of type "presync"/);
    assert.match(told[1] ?? '', /^Job\/seed: hook type "Sonc" is unknown/);
    assert.equal(
      argocd.object({ group: 'batch', kind: 'Job', namespace: 'ns-shop', name: 'migrate' }),
      undefined,
    );
    assert.notEqual(
      argocd.object({ group: 'batch', kind: 'Job', namespace: 'ns-shop', name: 'seed' }),
      undefined,
    );
  });

  it('prune if told to', async () => {
    make(configMap('keep'), configMap('drop'));
    await followOne(argocd, 'shop', syncGoal());
    argocd.commit('shop', files(configMap('keep')));
    const result = await followOne(argocd, 'shop', syncGoal({}, { prune: true }));
    assert.deepEqual(result.concerns, []);
    assert.equal(
      argocd.object({ kind: 'ConfigMap', namespace: 'ns-shop', name: 'drop' }),
      undefined,
    );
  });

  describe('for an application with several sources', () => {
    const makeMulti = () => {
      const first = argocd.commit('base', files(configMap('a')));
      const second = argocd.commit('overlay', files(service('b')));
      argocd.commit('base', files(configMap('a', { value: 'y' })));
      const { source, ...spec } = defaultSpec('base');
      assert.ok(source);
      const sources = [source, { ...source, path: 'overlay' }];
      argocd.createApplication('shop', { spec: { ...spec, sources } });
      return { first, second };
    };

    it('name revisions by position, and leave the others unchanged', async () => {
      const { first } = makeMulti();
      const byPosition = [{ position: 1, revision: first }];
      const goal = syncGoal({ target: { kind: 'revisions', byPosition } });
      const result = await followOne(argocd, 'shop', goal);
      assert.equal(result.outcome, 'succeeded', result.message);
      assert.deepEqual(body().revisions, [first]);
      assert.deepEqual(body().sourcePositions, [1]);
      assert.equal(result.revisions[0], first);
      assert.equal(result.revisions.length, 2);
    });

    it('are not sent for a position out of range', async () => {
      const { first } = makeMulti();
      const byPosition = [{ position: 3, revision: first }];
      const goal = syncGoal({ target: { kind: 'revisions', byPosition } });
      const result = await followOne(argocd, 'shop', goal);
      assert.equal(result.outcome, 'failed');
      assert.match(result.message, /3/);
      assert.deepEqual(syncBodies(argocd), []);
    });
  });

  it('join an operation that is retrying, and report its end', async () => {
    make(job('migrate', { hook: 'PreSync', exit: 1 }), configMap('a'));
    const retryStrategy = { limit: 2, backoff: { duration: '3s', factor: 2, maxDuration: '1m' } };
    argocd.syncAs('alice', 'shop', { retryStrategy });
    await argocd.until('shop', (app) => app?.status.operationState?.retryCount === 1);
    const following = begin(argocd, ['shop'], syncGoal({ whenBusy: 'join' }));
    const [result] = await following.done;
    assert.equal(result?.outcome, 'failed');
    assert.match(result.message, /after 2 retries/);
    assert.equal(result.operation?.ours, false);
    assert.deepEqual(syncBodies(argocd), []);
  });
});
