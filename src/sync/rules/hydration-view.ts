import { branchName } from '../model/dry-revision.ts';
import type { SyncGoal, WaitGoal } from '../model/goal.ts';
import type { HydrationMemory } from '../model/hydration-memory.ts';
import { outputBranch } from '../model/hydrator.ts';
import type { Hydrator } from '../model/hydrator.ts';
import { printRevisions } from '../model/revision.ts';
import { wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** A view of an application that is hydrated. */
export type HydrationView = View<SyncGoal | WaitGoal> & { readonly hydrator: Hydrator };

/** How long after a look at the dry source was requested another one is: requests can get lost. */
export const askAgain = 5_000;
/** How long a push or promotion may go unnoticed. */
const lookEvery = 10_000;

/** Nothing is proven yet: says what the hydrator is doing. */
export function waitForHydration(view: HydrationView, known: HydrationMemory): Verdict {
  const { hydrator } = view;
  const { current, last, compared, dry } = hydrator;
  const branch = branchName(dry.targetRevision);
  const to = outputBranch(hydrator);
  if (current?.phase === 'Hydrating') {
    const what =
      compared === undefined || compared === last?.dry ? branch : printRevisions([compared]);
    return wait(`hydrating ${what} to ${to}`, { at: nextAsk(view, lookEvery) });
  }
  if (isForced(view, known) || isPushSeen(hydrator)) {
    const doing = isPushSeen(hydrator)
      ? `waiting for the hydrator to render ${printRevisions([compared ?? ''])} to ${to}`
      : `waiting for the hydrator to render ${branch} again, to confirm its tip`;
    return wait(doing, {
      // Either a look found nothing for its paths, or the annotation got lost.
      ask: mayAsk(view, lookEvery) ? 'hard refresh' : undefined,
      at: nextAsk(view, lookEvery),
    });
  }
  if (isLooked(view, known)) {
    const doing = `the hydrator found nothing new on ${branch}: requesting another render to confirm that`;
    return wait(doing, { ask: 'hard refresh', at: view.now + askAgain });
  }
  const doing =
    current === undefined
      ? `not hydrated yet: waiting for the hydrator (is it enabled?) to render ${branch} to ${to}`
      : `waiting for the hydrator to check ${branch}`;
  const due = needsLook(view, known) || mayAsk(view, askAgain);
  return wait(doing, { ask: due ? 'refresh' : undefined, at: nextAsk(view, askAgain) });
}

/** A look has found a commit that is not hydrated yet. */
function isPushSeen({ current, compared, last }: Hydrator): boolean {
  return current?.phase === 'Hydrated' && compared !== undefined && compared !== last?.dry;
}

/** Whether a hydration was forced since the look that proofs are compared with. */
function isForced({ memory }: HydrationView, { base }: HydrationMemory): boolean {
  const { hardAt } = memory.refresh;
  return base !== undefined && hardAt !== undefined && hardAt >= base.at;
}

/** Whether a look requested after the base seems to have ended. */
function isLooked({ hydrator, memory }: HydrationView, { base }: HydrationMemory): boolean {
  const { answeredAt } = memory.refresh;
  const isAnswered = base !== undefined && answeredAt !== undefined && answeredAt >= base.at;
  return isAnswered && hydrator.current?.phase === 'Hydrated' && !hydrator.isAsked;
}

/** Whether no refresh was requested since the look that proofs are compared with. */
function needsLook({ memory }: HydrationView, { base }: HydrationMemory): boolean {
  const { askedAt } = memory.refresh;
  return askedAt === undefined || (base !== undefined && askedAt < base.at);
}

/** Waits for something that somebody must do in Git, and checks for it from time to time. */
export function waitForLook(view: HydrationView, doing: string): Verdict {
  const ask = mayAsk(view, lookEvery) ? 'refresh' : undefined;
  return wait(doing, { ask, at: nextAsk(view, lookEvery) });
}

/** Whether the last refresh was requested at least `every` milliseconds ago, or never. */
export function mayAsk({ memory, now }: HydrationView, every: number): boolean {
  const { askedAt } = memory.refresh;
  return askedAt === undefined || now - askedAt >= every;
}

/**
 * When to look again: `every` milliseconds after the refresh that is requested now (`mayAsk`), or
 * else after the last one. Local milliseconds.
 */
export function nextAsk(view: HydrationView, every: number): number {
  const { askedAt } = view.memory.refresh;
  return (askedAt === undefined || mayAsk(view, every) ? view.now : askedAt) + every;
}
