import { carryOut } from './child-server.ts';
import { LightArgoCD, type NewApplications } from './light-argo-cd.ts';

const argocd = await LightArgoCD.start();

const orders = {
  about: () => ({ url: argocd.url }),
  add: (applications: NewApplications) => argocd.add(applications),
  /** Ends operations now. Returns when that was. */
  finish: (names: readonly string[]): number => argocd.finish(names),
  operate: (names: readonly string[]) => argocd.operate(names),
  running: () => argocd.running,
  /** When operations started and ended, by the names of their applications. */
  operations: () => argocd.operations,
};

export type ArgoCDOrders = typeof orders;

carryOut(orders);
