import type { Memory } from './memory.ts';
import { explainWindows } from './sync-window.ts';
import { refuse, wait } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import type { View } from './view.ts';

/** What the controller writes while it holds a running operation (recording `window-closes-during`). */
export const blockedMessage = 'blocked by sync window';

const askEvery = 30_000;
/** What is known of the windows says nothing about an operation that was held later than this. */
const heldFor = 15_000;
/** How long an answer about the windows is worth waiting for. */
const patience = 15_000;

/**
 * A sync window denied our request (`since`: when it did, `reason`: Argo CD's words). Undefined: the
 * windows allow it by now.
 */
export function decideDenied(view: View, since: number, reason: string): Verdict | undefined {
  const { memory, goal, now } = view;
  const { windows } = memory;
  const refused = (why: string) =>
    refuse(
      'blocked',
      'A sync window denies the sync',
      'Run again when it is open, or choose whenWindowClosed: wait.',
      why,
    );
  if (windows === undefined || windows.at < since) {
    const due = since + patience;
    if (now >= due && goal.whenWindowClosed === 'fail') return refused(reason);
    return wait('asking when the sync window opens', {
      ask: 'windows',
      at: now < due ? due : undefined,
    });
  }
  const { open, sentence } = explainWindows(windows.answer, now);
  if (open) return undefined;
  return goal.whenWindowClosed === 'fail' ? refused(sentence) : waitForOpening(view, windows);
}

/**
 * The controller holds our running operation, since a sync window closed. Undefined: the windows
 * allow it by now, and it will go on.
 */
export function decideHeld(view: View): Verdict | undefined {
  const { memory, goal, now } = view;
  const { windows } = memory;
  if (windows === undefined) {
    return wait('held by a sync window; asking when it opens', { ask: 'windows' });
  }
  const isFresh = now - windows.at < heldFor;
  const { open, sentence } = explainWindows(windows.answer, now);
  if (isFresh && open) return undefined;
  if (!isFresh && (open || goal.whenWindowClosed === 'fail')) {
    return wait('held by a sync window; asking when it opens', { ask: 'windows' });
  }
  if (goal.whenWindowClosed === 'wait') return waitForOpening(view, windows);
  return refuse(
    'blocked',
    'A sync window closed while the operation runs, and holds it',
    'The operation goes on when the window opens. Terminate it in Argo CD if it must not, or choose whenWindowClosed: wait.',
    sentence,
  );
}

/** Asks again now and then, and when the window should have opened. */
function waitForOpening({ now }: View, { answer, at }: NonNullable<Memory['windows']>): Verdict {
  const { opensAt, sentence } = explainWindows(answer, now);
  const again = at + askEvery;
  const isDue = opensAt !== undefined && now >= opensAt && at < opensAt;
  if (now >= again || isDue) return wait(sentence, { ask: 'windows' });
  return wait(sentence, {
    at: opensAt === undefined ? again : Math.min(again, Math.max(opensAt, now + 1_000)),
  });
}
