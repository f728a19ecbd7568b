import type { SyncPhase } from '../model/operation.ts';

/** The phases that hooks run in, with those of an application's deletion (argo-cd.md §3.5). */
export const hookPhases = [
  'PreSync',
  'Sync',
  'PostSync',
  'SyncFail',
  'PreDelete',
  'PostDelete',
] as const satisfies readonly (SyncPhase | 'PreDelete' | 'PostDelete')[];
export type HookPhase = (typeof hookPhases)[number];
