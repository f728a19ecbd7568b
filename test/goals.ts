import type { SyncGoal } from '../src/sync/model/goal.ts';

/** How a step that sets nothing waits. */
export const waiting = {
  whenBusy: 'wait',
  whenWindowClosed: 'fail',
  whenSuperseded: 'fail',
  waitFor: 'health',
  ifMissing: 'fail',
  acceptSuspended: false,
  includeChildren: false,
  expectImages: [],
  stableFor: 0,
} as const;

/** The sync options of a step that sets nothing. */
export const plainOptions: SyncGoal['options'] = {
  prune: false,
  dryRun: false,
  force: false,
  strategy: 'hook',
  resources: [],
  syncOptions: [],
  retry: undefined,
  info: [],
};
