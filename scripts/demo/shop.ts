import { ArgoCDSimulator, defaultSpec } from '../../simulators/argo-cd/simulator.ts';
import { configMap, deployment, hook, service, type Manifest } from './manifests.ts';

/** The application that every run deploys. */
export const applicationName = 'shop';

export const migrate = hook('migrate', {
  phase: 'PreSync',
  seconds: 1,
  log: ['migrating shop from 41 to 42', 'done'],
});
export const workloads = [configMap('settings', -1), service('web', 0, 80), deployment('web', 1)];
export const smokeTest = hook('smoke-test', {
  phase: 'PostSync',
  seconds: 1,
  log: ['GET / 200', 'GET /cart 200'],
});
export const failingSmokeTest = hook('smoke-test', {
  phase: 'PostSync',
  seconds: 1,
  exitCode: 1,
  log: ['GET / 200', 'GET /cart 500', 'cart: no route to host payments:8080'],
});
export const alarm = hook('alarm', { phase: 'SyncFail', seconds: 0.2, log: ['told the team'] });

/** A second of the simulated Argo CD takes half a second, so that nobody has to wait for waves. */
const timeScale = 0.5;
/** Between two waves, in simulated milliseconds; Argo CD's default is two seconds. */
const waveDelay = 800;

/** A simulated Argo CD without applications, on a free port by default. */
export function startArgoCD(port = 0): Promise<ArgoCDSimulator> {
  return ArgoCDSimulator.start({
    ...{ timeScale, startTime: Date.now(), behavior: { waveDelay }, port },
  });
}

/** Pushes the manifests of an application to the configuration repository. Returns the commit. */
export function push(
  argocd: ArgoCDSimulator,
  manifests: readonly Manifest[],
  application = applicationName,
): string {
  const files = { 'all.yaml': manifests.map((each) => JSON.stringify(each)).join('\n---\n') };
  return argocd.commit(application, files);
}

/** Creates an application without automated sync. */
export function addApplication(argocd: ArgoCDSimulator, application = applicationName): void {
  const spec = defaultSpec(application);
  argocd.addNamespace(spec.destination.namespace ?? 'default');
  argocd.createApplication(application, { spec: { ...spec, syncPolicy: {} } });
}
