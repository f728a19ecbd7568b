import type { Patience } from './patience.ts';
import type { ReportBudget } from './report-budget.ts';
import type { Tries } from './tries.ts';

/** What outlives a run's stays in memory. */
export interface RunContext {
  readonly tries: Pick<Tries, 'settle' | 'isWaiting' | 'after'>;
  readonly patience: Patience;
  readonly budget: ReportBudget;
  /** For the proofs of a run that is at work, beside what it reports. */
  readonly proofPatience: Patience;
  /** Is told when the run has proven itself. */
  readonly proven: () => void;
}
