import type { SyncRequest } from '../../src/argocd/port.ts';

/** A sync that leaves all options to the application and has no marker. */
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
