import { plainLine } from '../../../text/foreign-text.ts';
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

/** The pipeline and the run's number, as far as the request named them. */
export function printPipelineRun({ spec }: Pick<Run, 'spec'>): string {
  const row = (name: string) => spec.info.find((each) => each.name === name)?.value ?? '';
  // The number, which may contain spaces, comes before the page.
  const number = row('Run').replace(/(?:^|\s)https?:\/\/\S*$/, '');
  const words = [row('Pipeline'), number];
  return plainLine(words.filter(Boolean).join(' '), 200) || (spec.page === '' ? '' : 'open');
}

/** How a run, or an application in it, ended. */
export function outcomeTag(outcome: RunOutcome): Markup {
  return tag(...outcomes[outcome]);
}

/** The state of a run, or how it ended. */
export function runTag({ state, outcome }: Pick<Run, 'state' | 'outcome'>): Markup {
  if (outcome !== undefined) return outcomeTag(outcome);
  return state === 'ended' ? tag('ended', 'idle') : tag(...states[state]);
}
