import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Connection } from '../../src/argocd/rest/connection.ts';
import { RestArgoCD } from '../../src/argocd/rest/rest-argocd.ts';
import { systemClock } from '../../src/async/clock.ts';
import { followAll } from '../../src/follow/follow-all.ts';
import { ApplicationInformer } from '../../src/handler/watch/application-informer.ts';
import { Secret } from '../../src/secret.ts';
import type { SyncGoal } from '../../src/sync/model/goal.ts';
import type { Figure } from './figure.ts';
import { large } from './handler/application.ts';
import { applicationNames } from './handler/applications.ts';
import type { ArgoCDOrders } from './handler/argo-cd-server.ts';
import { ChildServer } from './handler/child-server.ts';
import { until } from './handler/waiting.ts';

const count = 10_000;
const goalOfTurn = 50;
/** How long an operation takes, in milliseconds, so that it is seen both running and ended. */
const runsFor = 2_000;

const sync: SyncGoal = {
  action: 'sync',
  target: { kind: 'tracked' },
  ...{ whenBusy: 'wait', whenWindowClosed: 'fail', whenSuperseded: 'fail', ifMissing: 'fail' },
  ...{ waitFor: 'health', acceptSuspended: false, stableFor: 0, includeChildren: false },
  expectImages: [],
  options: {
    ...{ prune: false, dryRun: false, force: false, strategy: 'hook', resources: [] },
    ...{ syncOptions: [], info: [], retry: undefined },
  },
};

/**
 * The longest turn of the event loop while a large application is followed through a sync, and while all
 * applications of a large Argo CD are learned. From the sources, in this process, with code that V8 has not
 * compiled before.
 */
export async function measureLongestTurns(): Promise<readonly Figure[]> {
  const server = new URL('./handler/argo-cd-server.ts', import.meta.url).pathname;
  const argocd = await ChildServer.start<ArgoCDOrders>(server);
  try {
    const { url } = await argocd.ask('about', undefined);
    const name = `${large}shop`;
    await argocd.ask('add', { names: [name], isSynced: false, runsFor });
    const following = await longestTurn(() => follow(connect(url), name));
    await argocd.ask('add', { names: applicationNames(count), isSynced: true });
    const watching = await longestTurn(() => watch(connect(url)));
    const what = 'longest turn of the event loop';
    const unit = 'ms';
    return [
      { what: `${what}, sync of 5000 resources`, value: following, unit, goal: goalOfTurn },
      { what: `${what}, list of ${count} applications`, value: watching, unit, goal: goalOfTurn },
    ];
  } finally {
    argocd.stop();
  }
}

function connect(url: string): RestArgoCD {
  const connection: Connection = {
    ...{ url, ca: undefined, skipTlsVerify: false, headers: [], proxy: undefined },
    credential: { kind: 'token', token: new Secret('argocd-token-of-the-bench') },
  };
  return new RestArgoCD(connection);
}

async function longestTurn(act: () => Promise<void>): Promise<number> {
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  await act();
  monitor.disable();
  return monitor.max / 1e6;
}

async function follow(argocd: RestArgoCD, name: string): Promise<void> {
  const { signal } = new AbortController();
  const [result] = await followAll(
    {
      ...{ subject: { names: [{ name }] }, project: 'default', goal: sync, timeout: 60_000 },
      ...{ onTimeout: 'leave', onCancel: 'leave', hookLogLines: 0 },
    },
    { marker: 'bench', info: [] },
    { argocd, clock: systemClock, random: Math.random, signal, tell: () => undefined },
  );
  await argocd.close();
  if (result?.outcome === 'succeeded') return;
  throw new Error(`The sync of ${name} did not succeed: ${result?.message}`);
}

async function watch(argocd: RestArgoCD): Promise<void> {
  const ending = new AbortController();
  const instance = new ApplicationInformer(argocd, 'argocd', systemClock, Math.random);
  const running = instance.run(ending.signal);
  const isKnown = () =>
    Promise.resolve(instance.state.applications > count && instance.state.listedAt !== undefined);
  await until('all applications are known', isKnown);
  ending.abort();
  await running;
  await argocd.close();
}
