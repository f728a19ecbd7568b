import { excerpt } from '../model/excerpt.ts';
import { judgeError } from '../model/known-error.ts';
import type { Memory } from '../model/memory.ts';
import { explainWindows } from '../windows/sync-window.ts';
import { refuse, wait } from '../model/verdict.ts';
import type { Verdict } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** What the controller writes while it holds a running operation (recording `window-closes-during`). */
export const blockedMessage = 'blocked by sync window';

const askEvery = 30_000;
/**
 * What is known about the windows says nothing about an operation that was held later than this.
 */
const heldFor = 15_000;
/** How long to wait for an answer about the windows. */
const grace = 15_000;
const neverOpensAdvice =
  'Change the sync windows of the AppProject, or allow manual syncs in them. Waiting does not help.';

/**
 * A sync window denied our request (`since`: when; `reason`: Argo CD's message). Undefined: the
 * windows allow it now, or cannot be read, so only a retry shows.
 */
export function decideDenied(view: View, since: number, reason: string): Verdict | undefined {
  const { memory, goal, now } = view;
  const { windows } = memory;
  const fault = faultSince(memory, since);
  const unreadable = decideUnreadable(reason) ?? decideUnreadable(fault);
  if (unreadable !== undefined) return unreadable;
  const refused = (
    why: string,
    advice = 'Run again when it is open, or set whenWindowClosed: wait.',
  ) => refuse('blocked', 'A sync window denies the sync', advice, why);
  if (windows === undefined || windows.at < since) {
    const due = since + grace;
    if (goal.whenWindowClosed === 'fail') {
      if (now >= due) return refused(reason);
    } else if (now >= since + askEvery) {
      return undefined;
    }
    const isAsked = fault === '';
    return wait(isAsked ? 'asking when the sync window opens' : cannotAsk(fault), {
      ask: 'windows',
      at: now < due ? due : since + askEvery,
    });
  }
  const { open, neverOpens = false, sentence } = explainWindows(windows.answer, now);
  if (open) return undefined;
  if (goal.whenWindowClosed === 'fail') {
    return refused(sentence, neverOpens ? neverOpensAdvice : undefined);
  }
  // The windows can no longer be read.
  if (now - windows.at >= askEvery + grace) return undefined;
  return waitForOpening(view, windows);
}

/**
 * The controller holds our running operation because a sync window closed (`message`: its words).
 * Undefined: the windows allow it now, and it will continue.
 */
export function decideHeld(view: View, message: string): Verdict | undefined {
  const { memory, goal, now } = view;
  const { windows } = memory;
  const fault = faultSince(memory, windows?.at ?? -Infinity);
  const unreadable = decideUnreadable(message) ?? decideUnreadable(fault);
  if (unreadable !== undefined) return unreadable;
  const refused = (why: string) =>
    refuse(
      'blocked',
      'A sync window closed during the operation and holds it',
      'The operation continues when the window opens. Terminate it in Argo CD if it must not, or set whenWindowClosed: wait.',
      why,
    );
  const asking = wait(
    fault === '' ? 'held by a sync window; asking when it opens' : `held: ${cannotAsk(fault)}`,
    { ask: 'windows' },
  );
  if (windows === undefined) {
    return fault !== '' && goal.whenWindowClosed === 'fail' ? refused(message) : asking;
  }
  const isFresh = now - windows.at < heldFor;
  const { open, sentence } = explainWindows(windows.answer, now);
  if (isFresh && open) return undefined;
  if (!isFresh && (open || goal.whenWindowClosed === 'fail')) return asking;
  return goal.whenWindowClosed === 'wait' ? waitForOpening(view, windows) : refused(sentence);
}

/**
 * Windows that cannot be parsed deny forever, regardless of the setting; if they cannot be read for
 * another permanent reason, it is unknown when they open.
 */
function decideUnreadable(words: string): Verdict | undefined {
  const { nature, advice } = judgeError(words);
  if (nature !== 'lasting') return undefined;
  const isWindow = /sync window|cannot parse (?:schedule|duration)/i.test(words);
  const title = isWindow
    ? 'A sync window is invalid, so no sync is allowed'
    : 'A sync window denies the sync, and the windows cannot be read';
  return refuse('blocked', title, advice, words);
}

/** Why the windows could not be read since then; empty where they could. */
function faultSince({ windowsFault: fault }: Memory, since: number): string {
  return fault === undefined || fault.at < since ? '' : fault.reason;
}

function cannotAsk(fault: string): string {
  return `a sync window denies the sync, and its opening time could not be read: ${excerpt(fault)}`;
}

/** Asks again from time to time, and when the window should have opened. */
function waitForOpening({ now }: View, { answer, at }: NonNullable<Memory['windows']>): Verdict {
  const { opensAt, sentence } = explainWindows(answer, now);
  const again = at + askEvery;
  const isDue = opensAt !== undefined && now >= opensAt && at < opensAt;
  if (now >= again || isDue) return wait(sentence, { ask: 'windows' });
  return wait(sentence, {
    at: opensAt === undefined ? again : Math.min(again, Math.max(opensAt, now + 1_000)),
  });
}
