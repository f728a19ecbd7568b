import type { SyncRequest } from '../../src/argocd/port.ts';

/** A sync that leaves everything to the application, and bears no mark. */
export const plainRequest: SyncRequest = {
  revision: undefined,
  revisions: [],
  prune: false,
  dryRun: false,
  force: false,
  strategy: 'hook',
  resources: [],
  syncOptions: undefined,
  retry: undefined,
  infos: [],
};
