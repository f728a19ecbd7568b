import assert from 'node:assert/strict';
import type { GateQuestion } from '../../../src/handler/http/gate-port.ts';
import type { ArgoCD } from '../../../src/argocd/port.ts';
import { TagBook } from '../../../src/handler/watch/tag-book.ts';
import { WatchingGateKeeper } from '../../../src/handler/watch/gate-keeper.ts';
import type { Sight } from '../../../src/handler/watch/instance-watch.ts';
import type { ApplicationName } from '../../../src/sync/application.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { A, B } from '../../sync/sample-application.ts';
import { glance } from '../../sync/sample-glance.ts';

const question: GateQuestion = {
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

describe('the gate keeper', () => {
  const clock = new ManualClock();
  const known = (change: Parameters<typeof glance>[0] = {}): Sight => ({
    kind: 'known',
    glance: glance(change),
    steadySince: clock.now() - 60_000,
  });
  const sights: Readonly<Record<string, Sight>> = {
    shop: known(),
    web: known({ health: { status: 'Progressing', since: undefined } }),
    api: known({ health: { status: 'Degraded', since: undefined } }),
    old: { kind: 'unclear', reason: 'Argo CD was read 45 s ago for the last time' },
  };
  const look = ({ name }: ApplicationName, isAllowed: (project: string) => boolean): Sight =>
    isAllowed('default') ? (sights[name] ?? { kind: 'absent' }) : { kind: 'absent' };
  const keeper = new WatchingGateKeeper((name) => (name === 'prod' ? { look } : undefined), clock);

  const judge = (change: Partial<GateQuestion> = {}) => keeper.judge({ ...question, ...change });
  const named = (...names: string[]) => ({ applications: names.map((name) => ({ name })) });

  it('asks Argo CD, once, whether the tag that a gate names is what is tracked', async () => {
    const calls: string[] = [];
    const commit: ArgoCD['commit'] = ({ name, project }, revision) => {
      calls.push(`${project}/${name} ${revision}`);
      return Promise.resolve({ date: undefined, tags: ['main'], isHydrated: false });
    };
    const tags = new TagBook(() => ({ commit }), clock);
    const asking = new WatchingGateKeeper(() => ({ look }), clock, tags);
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

  it('waits on where Argo CD does not tell', async () => {
    const commit = () => Promise.reject(new Error('away'));
    const tags = new TagBook(() => ({ commit }), clock);
    const asking = new WatchingGateKeeper(() => ({ look }), clock, tags);
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

  it('answers with the worst of several, and each in the order of the question', () => {
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

  it('never passes without an application, or for an Argo CD that it does not know', () => {
    assert.equal(judge(named()).status, 'failed');
    assert.deepEqual(judge({ argocd: 'test' }), {
      status: 'failed',
      message: 'shop: no Argo CD "test" is configured',
      applications: [
        { name: 'shop', status: 'failed', message: 'no Argo CD "test" is configured' },
      ],
    });
  });

  it('waits where it knows too little', () => {
    const { status, message } = judge(named('old'));
    assert.deepEqual(
      [status, message],
      ['waiting', 'old: Argo CD was read 45 s ago for the last time'],
    );
  });

  it('asks for the revision, where one is wanted', () => {
    assert.equal(judge({ revision: A }).status, 'passed');
    assert.equal(judge({ revision: B }).status, 'waiting');
  });

  it('asks for how long all has been calm', () => {
    assert.equal(judge({ stableFor: 60_000 }).status, 'passed');
    assert.match(judge({ stableFor: 61_000 }).message, /for 60 s of 61 s/);
  });

  it('reads what is not allowed, or in another AppProject, like what does not exist', () => {
    const asked: unknown[] = [];
    const isAllowed = (...given: unknown[]) => {
      asked.push(given);
      return false;
    };
    const words = ({ message }: { readonly message: string }) => message.replace(/^\w+: /, '');
    const missing = words(judge(named('no')));
    assert.match(missing, /no such application/);
    assert.equal(words(judge({ isAllowed })), missing);
    assert.deepEqual(asked, [[{ name: 'shop' }, 'default']]);
    assert.equal(words(judge({ project: 'team' })), missing);
    assert.equal(judge({ project: 'default' }).status, 'passed');
  });

  it('names an application as it was asked for', () => {
    const { applications } = judge({ applications: [{ name: 'shop', namespace: 'team' }] });
    assert.equal(applications[0]?.name, 'team/shop');
  });
});
