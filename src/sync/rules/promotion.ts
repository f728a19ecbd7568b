import { noHydration } from '../model/hydration-memory.ts';
import type { SeenCommit } from '../model/hydration-memory.ts';
import { waitForLook } from './hydration-view.ts';
import type { HydrationView } from './hydration-view.ts';
import type { Rendering } from '../model/hydrator.ts';
import { isCommit, shortRevision } from '../model/revision.ts';
import { wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';

type Promotion =
  | { readonly kind: 'promoted'; readonly revision: string; readonly note: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict };

/**
 * With `hydrateTo`, the hydrated commit waits on a staging branch until somebody moves it to the
 * synced branch. That may be the same commit, or a merge; only the time of a merge tells what it
 * contains: it was made after the hydration.
 */
export function decidePromotion(view: HydrationView, { dry, hydrated }: Rendering): Promotion {
  const { application, hydrator, memory } = view;
  const { sync } = application;
  const [current] = sync.revisions;
  const from = hydrator.stagingBranch ?? '';
  const awaiting = `${shortRevision(dry)} is hydrated as ${shortRevision(hydrated)} on ${from}: waiting for somebody to promote it to ${hydrator.syncBranch}`;
  if (current === undefined || !isCommit(current) || sync.status === 'Unknown') {
    return { kind: 'verdict', verdict: waitForLook(view, awaiting) };
  }
  if (current === hydrated) return { kind: 'promoted', revision: current, note: '' };
  const { commits } = memory.hydration ?? noHydration;
  const find = (name: string): SeenCommit | undefined => commits.find((one) => one.name === name);
  const open = [hydrated, current].filter((name) => find(name) === undefined);
  if (open.length > 0) {
    return { kind: 'verdict', verdict: wait(awaiting, { ask: { commits: open } }) };
  }
  const [made, promoted] = [find(hydrated)?.commit?.date, find(current)?.commit?.date];
  if (made === undefined || promoted === undefined || promoted < made) {
    return { kind: 'verdict', verdict: waitForLook(view, awaiting) };
  }
  const note = `promoted by ${shortRevision(current)}, which reached ${hydrator.syncBranch} after the hydration`;
  return { kind: 'promoted', revision: current, note };
}
