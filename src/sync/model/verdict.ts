import type { HistoryEntry } from './application.ts';
import type { RevisionTarget } from './goal.ts';
import type { Cause, Outcome } from './outcome.ts';
import type { Identity } from './ownership.ts';

/** A change that is to be made in Argo CD now. */
export type Act =
  /** `name` is what the request names: for an auto-sync application that is nothing. */
  | { readonly kind: 'sync'; readonly name: RevisionTarget }
  | { readonly kind: 'rollback'; readonly entry: HistoryEntry }
  | { readonly kind: 'terminate'; readonly identity: Identity }
  /** Nothing is sent: from now on, this operation is followed. */
  | { readonly kind: 'adopt'; readonly identity: Identity };

/**
 * What to request from Argo CD while waiting. A hard refresh makes the hydrator run again, no
 * matter what is known.
 */
export type Lookup =
  'look' | 'refresh' | 'hard refresh' | 'windows' | { readonly commits: readonly string[] };

/** How a run for one application ends. */
export interface Ending {
  readonly outcome: Outcome;
  /** One sentence: what happened. */
  readonly message: string;
  /** How we know. */
  readonly evidence: string;
  readonly causes: readonly Cause[];
  /** What was deployed, one per source; absent where nothing shows a deployment. */
  readonly revisions?: readonly string[];
  /** Our operation does something that was not requested: it is terminated. */
  readonly endsOperation?: boolean;
}

/** What to do after a look at the application. */
export type Verdict =
  | { readonly kind: 'act'; readonly act: Act; readonly doing: string }
  | {
      readonly kind: 'wait';
      /** What is being waited for, for a person. */
      readonly doing: string;
      readonly ask: Lookup | undefined;
      /** When to look again even if nothing changes; local milliseconds. */
      readonly at: number | undefined;
      /** The steps of the operation show it, so it needs no line of its own. */
      readonly inSteps: boolean;
    }
  | { readonly kind: 'done'; readonly ending: Ending };

/** Waits, and says what for. `at`: when to look again at the latest, in local milliseconds. */
export function wait(
  doing: string,
  options: {
    readonly ask?: Lookup | undefined;
    readonly at?: number | undefined;
    readonly inSteps?: boolean;
  } = {},
): Verdict {
  const { ask, at, inSteps = false } = options;
  return { kind: 'wait', doing, ask, at, inSteps };
}

/** Requests a change in Argo CD. `doing` tells a person why. */
export function act(what: Act, doing: string): Verdict {
  return { kind: 'act', act: what, doing };
}

/** Ends with an outcome and one sentence that says why. */
export function done(
  outcome: Outcome,
  message: string,
  more: Partial<Omit<Ending, 'outcome' | 'message'>> = {},
): Verdict {
  const { evidence = '', causes = [], ...rest } = more;
  return { kind: 'done', ending: { outcome, message, evidence, causes, ...rest } };
}

/** The same verdict; an ending also says what is live. */
export function withDeployed(verdict: Verdict, revisions: readonly string[]): Verdict {
  if (verdict.kind !== 'done') return verdict;
  return { kind: 'done', ending: { revisions, ...verdict.ending } };
}

/** An ending whose only cause is its own message, with advice. */
export function refusal(outcome: Outcome, title: string, advice: string, reason = ''): Ending {
  const cause: Cause = { title, message: reason, advice, resource: undefined, log: [] };
  return { outcome, message: title, evidence: '', causes: [cause] };
}

/** Ends with one cause of our own: what is wrong, and what to do. `reason` is foreign text. */
export function refuse(outcome: Outcome, title: string, advice: string, reason = ''): Verdict {
  return { kind: 'done', ending: refusal(outcome, title, advice, reason) };
}

/** Another operation replaced ours: what to set where that is expected. */
export function supersede(message: string): Verdict {
  return refuse(
    'superseded',
    message,
    'If several runs deploy the same application, serialize them with an exclusive lock. If a later commit contains yours, set whenSuperseded: follow; if history can show that yours was live, set it to succeedIfIncluded.',
  );
}
