import { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { configMap, files, job } from '../../test/manifests.ts';
import { monotonicTime } from './monotonic-time.ts';
import type { Answer, RunSpec, SeenRequest, ServerAddress } from './argo-cd-process.ts';

/** Argo CD pauses two seconds between waves; the figures are about what follows the last one. */
const waveDelay = 100;

const argocd = await ArgoCDSimulator.start({
  timeScale: 1,
  startTime: Date.now(),
  behavior: { waveDelay },
});
const finished = new Map<string, number>();
let most = 0;
argocd.watch(({ application }) => {
  const { name } = application.metadata;
  most = Math.max(most, argocd.openStreams);
  if (application.status.operationState?.phase !== 'Succeeded' || finished.has(name)) return;
  finished.set(name, monotonicTime());
});

process.on('message', (order: RunSpec) => {
  const answer = carryOut(order);
  process.send?.(answer);
});
process.on('disconnect', () => process.exit());
process.send?.({ url: argocd.url, token: argocd.token } satisfies ServerAddress);

function carryOut(order: RunSpec): Answer {
  switch (order.kind) {
    case 'prepare':
      return { kind: 'prepared', revisions: order.applications.map(prepare) };
    case 'breakStreams':
      argocd.faults.add({
        path: /^\/api\/v1\/stream\//,
        times: Infinity,
        fault: { kind: 'hang' },
      });
      return { kind: 'done' };
    case 'clear':
      return clear();
  }
}

/** An application whose sync ends about 1.2 s after `seconds`: apply, then a PostSync Job. */
function prepare({ name, seconds }: { readonly name: string; readonly seconds: number }): string {
  const manifests = [configMap('settings'), job('smoke-test', { hook: 'PostSync', seconds })];
  const revision = argocd.commit(name, files(...manifests));
  argocd.createApplication(name);
  return revision;
}

/** Reports what was seen since the last call, and forgets it together with the applications. */
function clear(): Answer {
  const requests = argocd.requests.splice(0).map(seen);
  const finishedAt = Object.fromEntries(finished);
  const mostStreams = most;
  for (const name of finished.keys()) argocd.deleteApplication(name, { cascade: true });
  finished.clear();
  most = 0;
  return { kind: 'cleared', report: { requests, finishedAt, mostStreams } };
}

function seen({ path, query }: { path: string; query: URLSearchParams }): SeenRequest {
  const isStream = path.startsWith('/api/v1/stream/');
  const named = /^\/api\/v1\/applications\/([^/]+)/.exec(path)?.[1];
  return { application: named ?? query.get('name') ?? '', isStream };
}
