import assert from 'node:assert/strict';
import type { Search } from '../../src/follow/application-search.ts';
import { findApplications } from '../../src/follow/application-search.ts';
import { Contact } from '../../src/follow/contact.ts';
import { failed, FakeArgoCD, portsOn } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

const named = (...names: string[]) =>
  names.map((name) => ({ name, namespace: 'argocd', project: 'default' }));
const minute = 60_000;

describe('The search for the applications of a selector', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn>;

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    ports = portsOn(argocd, clock);
  });
  afterEach(() => assert.equal(clock.sleeping, 0, 'a timer is left behind'));

  /** Ten minutes remain, until 00:26:40. */
  const begin = (change: Partial<Search>) => {
    const startedAt = clock.now();
    const wanted: Search = {
      selector: 'team=shop',
      project: '',
      ifMissing: 'fail',
      ...change,
    };
    const contact = new Contact(startedAt);
    return findApplications(
      wanted,
      { startedAt, deadline: startedAt + 10 * minute },
      { ...ports, contact },
    );
  };
  const told = () =>
    ports.told.map((progress) => (progress.kind === 'search' ? progress.message : progress.kind));
  const answer = (...names: string[]) => {
    argocd.onFind = () => Promise.resolve(named(...names));
  };

  it('says how many of how many exist, and how long it waits, whenever that changes', async () => {
    answer();
    const running = begin({ expectedCount: 2, project: 'default' });
    await clock.pass(minute);
    answer('one');
    await clock.pass(minute);
    answer('one', 'two', 'three');
    await clock.pass(minute);
    answer('one', 'two');
    assert.equal((await clock.finish(running)).length, 2);
    const match = 'match selector "team=shop" in project "default"';
    const until = 'waiting until 1970-01-01T00:26:40Z';
    assert.deepEqual(told(), [
      `Only 0 of 2 expected applications ${match}; ${until}`,
      `Only 1 of 2 expected applications ${match} (argocd/one); ${until}`,
      `3 applications ${match}, but expectedCount is 2 (argocd/one, argocd/two, argocd/three); ${until}`,
      `2 of 2 expected applications ${match} (argocd/one, argocd/two)`,
    ]);
  });

  it('says that it waits for the first one', async () => {
    answer();
    const running = begin({ ifMissing: 'wait' });
    await clock.pass(minute);
    answer('one');
    await clock.finish(running);
    assert.deepEqual(told(), [
      'No application that the token may read matches selector "team=shop"; waiting until 1970-01-01T00:26:40Z',
      'Applications that match selector "team=shop": 1 (argocd/one)',
    ]);
  });

  it('says nothing about what exists immediately', async () => {
    answer('one', 'two');
    await clock.finish(begin({ expectedCount: 2 }));
    await clock.finish(begin({}));
    assert.deepEqual(told(), []);
  });

  it('warns every minute that Argo CD is down, and reports that it is back', async () => {
    answer();
    const running = begin({ expectedCount: 1 });
    await clock.pass(1_000);
    argocd.onFind = () => Promise.reject(failed('unavailable', 'HTTP 502'));
    await clock.pass(1.5 * minute);
    answer();
    await clock.pass(minute);
    answer('one');
    await clock.finish(running);
    const levels = ports.told.map((progress) => progress.kind === 'search' && progress.level);
    assert.deepEqual(
      told().map((line, index) => `${levels[index]}: ${line.slice(0, 44)}`),
      [
        'info: Only 0 of 1 expected applications match sele',
        'warning: Cannot reach Argo CD; retrying. HTTP 502',
        'warning: Cannot reach Argo CD for 1 min; retrying. HT',
        'info: Argo CD responds again after 102 s',
        'info: Only 0 of 1 expected applications match sele',
        'info: 1 of 1 expected applications match selector ',
      ],
    );
  });

  it('names at most ten applications', async () => {
    answer(...Array.from({ length: 12 }, (_, index) => `app-${index}`));
    await assert.rejects(clock.finish(begin({ expectedCount: 13 })), /app-9 and 2 more\)$/);
  });
});
