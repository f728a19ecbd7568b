import { printName } from '../sync/model/application.ts';
import { outcomes, type ApplicationResult, type Outcome } from '../sync/model/outcome.ts';
import { printRevisions, shortRevision } from '../sync/model/revision.ts';
import { logLine } from '../text/foreign-text.ts';

/** The result of a task as Azure Pipelines spells it; the agent compares case-sensitively. */
export type TaskResult = 'Succeeded' | 'SucceededWithIssues' | 'Failed';

/** The end of the step, derived from the outcomes of the applications. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly result: TaskResult;
  /** One sentence. */
  readonly message: string;
}

/** The worst result, and among equals the first. It represents the step. */
export function worstOf(results: readonly ApplicationResult[]): ApplicationResult | undefined {
  return results.reduce<ApplicationResult | undefined>(
    (worst, each) => (worst && rank(worst.outcome) >= rank(each.outcome) ? worst : each),
    undefined,
  );
}

/** Sorts the worst results first; the sort is stable. */
export function worstFirst(results: readonly ApplicationResult[]): readonly ApplicationResult[] {
  return [...results].sort((a, b) => rank(b.outcome) - rank(a.outcome));
}

/** The words for an outcome in a sentence. */
export const outcomeWords: Readonly<Record<Outcome, string>> = {
  succeeded: 'succeeded',
  superseded: 'was superseded',
  canceled: 'was canceled',
  blocked: 'is blocked',
  timedOut: 'timed out',
  failed: 'failed',
};

/** The word for an outcome by itself. */
export function printOutcome(outcome: Outcome): string {
  return outcome === 'timedOut' ? 'timed out' : outcome;
}

/** The conclusion of the step. A step without any result fails, because it did nothing. */
export function conclude(results: readonly ApplicationResult[]): Conclusion {
  const worst = worstOf(results);
  if (worst === undefined) {
    return { outcome: 'failed', result: 'Failed', message: 'There was no application to work on.' };
  }
  const { outcome } = worst;
  const message = logLine(describe(results, worst));
  if (outcome !== 'succeeded') return { outcome, result: 'Failed', message };
  const concerned = results.some(({ concerns }) => concerns.length > 0);
  return { outcome, result: concerned ? 'SucceededWithIssues' : 'Succeeded', message };
}

function describe(results: readonly ApplicationResult[], worst: ApplicationResult): string {
  const own = `${printName(worst)} ${outcomeWords[worst.outcome]}: ${worst.message}`;
  if (results.length === 1) return own;
  const counts = countOutcomes(results);
  return worst.outcome === 'succeeded' ? counts : `${counts}. ${own}`;
}

/** `3 applications: 2 succeeded, 1 failed`, best first. */
export function countOutcomes(results: readonly ApplicationResult[]): string {
  const counts = outcomes
    .map((outcome) => [outcome, results.filter((each) => each.outcome === outcome).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${printOutcome(outcome)}`);
  const applications = results.length === 1 ? 'application' : 'applications';
  return `${results.length} ${applications}: ${counts.join(', ')}`;
}

/**
 * The revisions that the operation should have deployed if nothing was deployed. Never report these as
 * deployed.
 */
export function askedRevisions({ revisions, operation }: ApplicationResult): readonly string[] {
  return revisions.length > 0 ? [] : (operation?.revisions ?? []);
}

/** The deployed revisions, abbreviated. For a hydrated application, the dry commit comes first. */
export function printDeployed({ drySourceRevision: dry, revisions }: ApplicationResult): string {
  if (revisions.length === 0) return '';
  return `${dry === undefined ? '' : `${shortRevision(dry)} → `}${printRevisions(revisions)}`;
}

/** Whether the evidence adds anything to the message. */
export function tellsMore({ message, evidence }: ApplicationResult): boolean {
  return !message.toLowerCase().includes(evidence.toLowerCase());
}

function rank(outcome: Outcome): number {
  return outcomes.indexOf(outcome);
}
