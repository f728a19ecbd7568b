import type { Run, RunOutcome, RunState } from '../../run.ts';
import { tag, type Markup, type Tone } from './layout.ts';

const states: Readonly<Record<Exclude<RunState, 'ended'>, readonly [string, Tone]>> = {
  accepted: ['accepted', 'idle'],
  following: ['following', 'busy'],
  reporting: ['reporting', 'busy'],
};

const outcomes: Readonly<Record<RunOutcome, readonly [string, Tone]>> = {
  succeeded: ['succeeded', 'good'],
  superseded: ['superseded', 'warn'],
  canceled: ['canceled', 'warn'],
  blocked: ['blocked', 'warn'],
  timedOut: ['timed out', 'bad'],
  failed: ['failed', 'bad'],
  refused: ['refused', 'bad'],
  duplicate: ['duplicate', 'warn'],
  unreported: ['not reported', 'bad'],
};

/** Where a run stands, or how it ended. */
export function runTag({ state, outcome }: Pick<Run, 'state' | 'outcome'>): Markup {
  if (outcome !== undefined) return tag(...outcomes[outcome]);
  return state === 'ended' ? tag('ended', 'idle') : tag(...states[state]);
}
