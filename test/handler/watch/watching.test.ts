import assert from 'node:assert/strict';
import { RestArgoCD } from '../../../src/argocd/rest/rest-argocd.ts';
import type { ChangeEvent } from '../../../src/follow/change-source.ts';
import { followAll } from '../../../src/follow/follow-all.ts';
import { InformerGateEvaluator } from '../../../src/handler/watch/gate-evaluator.ts';
import { ApplicationInformer } from '../../../src/handler/watch/application-informer.ts';
import { Secret } from '../../../src/secret.ts';
import type { Goal } from '../../../src/sync/model/goal.ts';
import type { ApplicationResult } from '../../../src/sync/model/outcome.ts';
import { connectionTo } from '../../argocd/rest/server.ts';
import { revision, startArgoCD, syncGoal, timeOf, waitGoal } from '../../follow/following.ts';
import { hydratedSpec } from '../../../simulators/argo-cd/simulator.ts';
import type { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';

const manifests = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
`;

describe('Runs and gates on one watch', function () {
  this.timeout(30_000);
  let simulator: ArgoCDSimulator;
  let argocd: RestArgoCD;
  let watch: ApplicationInformer;
  let cancelling: AbortController;
  let watching: Promise<void>;

  beforeEach(async () => {
    simulator = await startArgoCD();
    const credential = { kind: 'token', token: new Secret(simulator.token) } as const;
    const connection = connectionTo(simulator.url, { credential });
    argocd = new RestArgoCD(connection, undefined, { maxSockets: 16 });
    watch = new ApplicationInformer(argocd, 'argocd', timeOf(simulator), () => 0.5);
    cancelling = new AbortController();
  });
  afterEach(async () => {
    cancelling.abort();
    await watching;
    await argocd.close();
    await simulator.stop();
  });

  const start = () => {
    watching = watch.run(cancelling.signal);
  };

  async function follow(name: string, goal: Goal): Promise<ApplicationResult | undefined> {
    const [result] = await followAll(
      {
        ...{ subject: { names: [{ name }] }, project: 'default', goal, timeout: 600_000 },
        ...{ onTimeout: 'leave', onCancel: 'leave', hookLogLines: 0 },
      },
      { marker: crypto.randomUUID(), info: [] },
      {
        ...{ argocd, clock: timeOf(simulator), random: () => 0.5, changes: watch },
        ...{ signal: cancelling.signal, tell: () => undefined },
      },
    );
    return result;
  }

  const create = (count: number) =>
    Array.from({ length: count }, (_, index) => {
      const name = `shop-${index}`;
      simulator.commit(name, { 'all.yaml': manifests });
      simulator.createApplication(name);
      return name;
    });
  const asked = (path: RegExp) =>
    simulator.requests.filter((one) => path.test(`${one.path}?${one.query.toString()}`)).length;
  const judge = (name: string, wanted = '') =>
    new InformerGateEvaluator(() => watch, timeOf(simulator)).judge({
      ...{ argocd: 'prod', applications: [{ name }], project: '', revision: wanted },
      ...{ requireSynced: true, requireHealthy: true, acceptSuspended: false, stableFor: 0 },
      isAllowed: () => true,
    });
  const until = (test: () => boolean) => timeOf(simulator).until(test);

  it('sync thirty applications with one stream and few reads', async () => {
    const names = create(30);
    start();
    const results = await Promise.all(names.map((name) => follow(name, syncGoal())));
    assert.deepEqual(
      results.map((result) => result?.outcome),
      names.map(() => 'succeeded'),
    );
    assert.equal(asked(/stream/), 1);
    const looks = asked(/applications\/shop-\d+\?project=default$/);
    assert.ok(looks <= 3 * names.length, `${looks} looks`);
    await until(() => names.every((name) => judge(name).status === 'passed'));
  });

  it('continue without a stream, by the list', async () => {
    const path = /stream/;
    simulator.faults.add({ path, times: Infinity, fault: { kind: 'answer', status: 502 } });
    const [name = ''] = create(1);
    start();
    await until(() => watch.state.listedAt !== undefined);
    const result = await follow(name, syncGoal());
    assert.equal(result?.outcome, 'succeeded', result?.message);
    await until(() => judge(name).status === 'passed');
  });

  it('find what a stream loses', async () => {
    const path = /stream/;
    const loses = { kind: 'losingStream', loses: () => true } as const;
    simulator.faults.add({ path, times: Infinity, fault: loses });
    const [name = ''] = create(1);
    start();
    await until(() => watch.state.listedAt !== undefined);
    const sha = simulator.commit(name, { 'all.yaml': `${manifests}data: { a: b }\n` });
    const waiting = follow(name, waitGoal({ target: revision(sha) }));
    await until(() => watch.state.followed === 1);
    simulator.syncAs('eve', name);
    const result = await waiting;
    assert.equal(result?.outcome, 'succeeded', result?.message);
  });

  it('find a hydration that a stream loses, although nothing else shows it', async () => {
    const path = /stream/;
    const loses = { kind: 'losingStream', loses: () => true } as const;
    simulator.faults.add({ path, times: Infinity, fault: loses });
    const name = 'shop-0';
    simulator.commit(name, { 'all.yaml': manifests });
    simulator.createApplication(name, { spec: hydratedSpec(name) });
    start();
    const { outcome, message } = (await follow(name, syncGoal())) ?? {};
    assert.equal(outcome, 'succeeded', message);
    await until(() => judge(name).status === 'passed');
    // It changes nothing that is synced: only the dry commit differs.
    const dry = simulator.commit('elsewhere', { 'all.yaml': manifests });
    const told: ChangeEvent[] = [];
    const leave = watch.listen(name, (event) => told.push(event));
    simulator.annotate(name, { 'argocd.argoproj.io/refresh': 'normal' });
    await until(() => judge(name, dry).status === 'passed');
    leave();
    assert.ok(told.includes('changed'), 'a run that is parked was not told');
  });

  it('survive a restart of Argo CD', async () => {
    const names = create(5);
    start();
    await until(() => judge(names[0] ?? '').status === 'waiting');
    const following = names.map((name) => follow(name, syncGoal()));
    await until(() => asked(/sync\?/) > 0);
    await simulator.restart(10_000);
    const results = await Promise.all(following);
    assert.deepEqual(
      results.map((result) => result?.outcome),
      names.map(() => 'succeeded'),
    );
    assert.ok(watch.state.reconnects >= 1);
  });

  it('see that an application is deleted, or recreated', async () => {
    const [name = ''] = create(1);
    start();
    await until(() => watch.state.listedAt !== undefined && judge(name).status === 'waiting');
    simulator.deleteApplication(name);
    await until(() => judge(name).status === 'failed');
    assert.match(judge(name).message, /application not found/);
    simulator.createApplication(name);
    await until(() => judge(name).status === 'waiting');
  });
});
