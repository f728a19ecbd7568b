import { printName } from '../sync/model/application.ts';
import { outcomes, type ApplicationResult, type Outcome } from '../sync/model/outcome.ts';
import { printRevisions, shortRevision } from '../sync/model/revision.ts';
import { logLine } from '../text/foreign-text.ts';

/** How a task ends, in the words of Azure Pipelines; the agent compares them exactly. */
export type TaskResult = 'Succeeded' | 'SucceededWithIssues' | 'Failed';

/** How the step ends, from how each application did. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly result: TaskResult;
  /** One sentence. */
  readonly message: string;
}

/** The result that stands for all: the worst, and among equals the first. */
export function worstOf(results: readonly ApplicationResult[]): ApplicationResult | undefined {
  return results.reduce<ApplicationResult | undefined>(
    (worst, each) => (worst && rank(worst.outcome) >= rank(each.outcome) ? worst : each),
    undefined,
  );
}

/** The worst come first; equals stay in their order. */
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

/** What the step says of itself at its end. Without any result nothing was done: that fails. */
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

/** What the operation was to deploy, where nothing was deployed: never told as what was. */
export function askedRevisions({ revisions, operation }: ApplicationResult): readonly string[] {
  return revisions.length > 0 ? [] : (operation?.revisions ?? []);
}

/** What was deployed, in short; of a hydrated application with the dry commit before it. */
export function printDeployed({ drySourceRevision: dry, revisions }: ApplicationResult): string {
  if (revisions.length === 0) return '';
  return `${dry === undefined ? '' : `${shortRevision(dry)} → `}${printRevisions(revisions)}`;
}

/** Whether the evidence says anything that the message does not. */
export function tellsMore({ message, evidence }: ApplicationResult): boolean {
  return !message.toLowerCase().includes(evidence.toLowerCase());
}

function rank(outcome: Outcome): number {
  return outcomes.indexOf(outcome);
}
