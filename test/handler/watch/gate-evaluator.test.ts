import assert from 'node:assert/strict';
import type { GateRequest } from '../../../src/handler/gates.ts';
import type { ArgoCD } from '../../../src/argocd/port.ts';
import { TagCache } from '../../../src/handler/watch/tag-cache.ts';
import { InformerGateEvaluator } from '../../../src/handler/watch/gate-evaluator.ts';
import type { LookResult } from '../../../src/handler/watch/application-informer.ts';
import type { ApplicationName } from '../../../src/sync/model/application.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { A, B } from '../../sync/sample-application.ts';
import { summary } from '../../sync/sample-summary.ts';

const question: GateRequest = {
  argocd: 'prod',
  applications: [{ name: 'shop' }],
  project: '',
  revision: '',
  requireSynced: true,
  requireHealthy: true,
  acceptSuspended: false,
  stableFor: 0,
  isAllowed: () => true,
};

describe('The gate evaluator', () => {
  const clock = new ManualClock();
  const known = (change: Parameters<typeof summary>[0] = {}): LookResult => ({
    kind: 'known',
    summary: summary(change),
    steadySince: clock.now() - 60_000,
  });
  const sights: Readonly<Record<string, LookResult>> = {
    shop: known(),
    web: known({ health: { status: 'Progressing', since: undefined } }),
    api: known({ health: { status: 'Degraded', since: undefined } }),
    old: { kind: 'unclear', reason: 'Argo CD was last read 45 s ago' },
  };
  const look = ({ name }: ApplicationName, isAllowed: (project: string) => boolean): LookResult =>
    isAllowed('default') ? (sights[name] ?? { kind: 'absent' }) : { kind: 'absent' };
  const evaluator = new InformerGateEvaluator(
    (name) => (name === 'prod' ? { look } : undefined),
    clock,
  );

  const judge = (change: Partial<GateRequest> = {}) => evaluator.judge({ ...question, ...change });
  const named = (...names: string[]) => ({ applications: names.map((name) => ({ name })) });

  it('asks Argo CD once whether the tag in the request is the tracked one', async () => {
    const calls: string[] = [];
    const commit: ArgoCD['commit'] = ({ name, project }, revision) => {
      calls.push(`${project}/${name} ${revision}`);
      return Promise.resolve({ date: undefined, tags: ['main'], isHydrated: false });
    };
    const tags = new TagCache(() => ({ commit }), clock);
    const asking = new InformerGateEvaluator(() => ({ look }), clock, tags);
    const tagged = { ...question, revision: 'refs/tags/main' };
    assert.equal(asking.judge(tagged).status, 'waiting');
    await asking.prepare(tagged);
    assert.equal(asking.judge(tagged).status, 'passed');
    assert.equal(asking.judge({ ...question, revision: 'refs/heads/main' }).status, 'failed');
    await asking.prepare(tagged);
    await asking.prepare({ ...question, revision: 'main' });
    await asking.prepare({ ...tagged, isAllowed: () => false });
    assert.deepEqual(calls, [`default/shop ${A}`]);
  });

  it('keeps waiting if Argo CD does not say', async () => {
    const commit = () => Promise.reject(new Error('away'));
    const tags = new TagCache(() => ({ commit }), clock);
    const asking = new InformerGateEvaluator(() => ({ look }), clock, tags);
    const tagged = { ...question, revision: 'refs/tags/main' };
    await asking.prepare(tagged);
    assert.equal(asking.judge(tagged).status, 'waiting');
  });

  it('answers for one application in a sentence', () => {
    const message = 'Synced at aaaaaaa, Healthy';
    assert.deepEqual(judge(), {
      status: 'passed',
      message: `shop: ${message}`,
      applications: [{ name: 'shop', status: 'passed', message }],
    });
  });

  it('answers with the worst of several, listed in the order of the request', () => {
    const cases = [
      [['shop', 'shop'], 'passed', 'All 2 applications passed'],
      [['shop', 'web'], 'waiting', '1 of 2 applications waiting; web: its health is Progressing'],
      [['shop', 'web', 'api', 'no'], 'failed', '2 of 4 applications failed; api: it is Degraded'],
    ] as const;
    for (const [names, status, start] of cases) {
      const answer = judge(named(...names));
      assert.equal(answer.status, status);
      assert.equal(answer.message.slice(0, start.length), start);
      assert.deepEqual(
        answer.applications.map(({ name }) => name),
        names,
      );
    }
  });

  it('never passes without an application, or for an unknown Argo CD', () => {
    assert.equal(judge(named()).status, 'failed');
    assert.deepEqual(judge({ argocd: 'test' }), {
      status: 'failed',
      message: 'shop: no Argo CD "test" is configured',
      applications: [
        { name: 'shop', status: 'failed', message: 'no Argo CD "test" is configured' },
      ],
    });
  });

  it('waits if it knows too little', () => {
    const { status, message } = judge(named('old'));
    assert.deepEqual([status, message], ['waiting', 'old: Argo CD was last read 45 s ago']);
  });

  it('checks the revision if one is required', () => {
    assert.equal(judge({ revision: A }).status, 'passed');
    assert.equal(judge({ revision: B }).status, 'waiting');
  });

  it('checks how long everything has been stable', () => {
    assert.equal(judge({ stableFor: 60_000 }).status, 'passed');
    assert.match(judge({ stableFor: 61_000 }).message, /for 60 s of 61 s/);
  });

  it('treats what is not allowed, or is in another AppProject, like what does not exist', () => {
    const asked: unknown[] = [];
    const isAllowed = (...given: unknown[]) => {
      asked.push(given);
      return false;
    };
    const words = ({ message }: { readonly message: string }) => message.replace(/^\w+: /, '');
    const missing = words(judge(named('no')));
    assert.match(missing, /application not found/);
    assert.equal(words(judge({ isAllowed })), missing);
    assert.deepEqual(asked, [[{ name: 'shop' }, 'default']]);
    assert.equal(words(judge({ project: 'team' })), missing);
    assert.equal(judge({ project: 'default' }).status, 'passed');
  });

  it('names an application as in the request', () => {
    const { applications } = judge({ applications: [{ name: 'shop', namespace: 'team' }] });
    assert.equal(applications[0]?.name, 'team/shop');
  });
});
