import { listAnnotation, type Manifest } from './manifest.ts';
import type { SyncPhase } from '../model/operation.ts';

const syncOptionsAnnotation = 'argocd.argoproj.io/sync-options';

/** The parts of a task that the waves of prunes depend on. */
export interface Waved {
  readonly phase: SyncPhase;
  readonly prune: unknown;
  /** The prune waits for everything else; read from the live object or the sync's options. */
  readonly pruneLast: boolean;
  wave: number;
}

/**
 * Gives prunes the waves in which they run: the reverse of creation, by swapping the waves in which
 * there are prunes, the lowest with the highest and so on; `PruneLast` ones one wave after the last
 * of phase Sync (getSyncTasks in sync_context.go).
 */
export function assignPruneWaves(tasks: readonly Waved[]): void {
  const prunes = tasks.filter(({ prune }) => prune !== undefined);
  const waves = [...new Set(prunes.map(({ wave }) => wave))].sort((a, b) => a - b);
  const swapped = new Map(waves.map((wave, index) => [wave, waves.at(-1 - index) ?? wave]));
  for (const prune of prunes) prune.wave = swapped.get(prune.wave) ?? prune.wave;

  const last = tasks
    .filter(({ phase }) => phase === 'Sync')
    .reduce((highest, { wave }) => Math.max(highest, wave), 0);
  for (const prune of prunes) if (prune.pruneLast) prune.wave = last + 1;
}

/** Whether the live object asks to be pruned after everything else. */
export function prunesLast(live: Manifest): boolean {
  return listAnnotation(live, syncOptionsAnnotation).includes('PruneLast=true');
}

/**
 * What happens to an object that is no longer wanted. Its own `Prune` option takes precedence over
 * the sync's; Argo CD waits for a confirmation even when nothing is pruned (runTasks in
 * sync_context.go).
 */
export function pruningOf(
  live: Manifest,
  sync: { readonly prune: boolean; readonly pruneOption: string | undefined },
): 'delete' | 'confirm' | 'skip' {
  const own = listAnnotation(live, syncOptionsAnnotation).find((one) => one.startsWith('Prune='));
  const option = own?.slice('Prune='.length) ?? sync.pruneOption;
  if (option === 'confirm') return 'confirm';
  return sync.prune && option !== 'false' ? 'delete' : 'skip';
}
