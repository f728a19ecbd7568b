import type { RetryBackoff } from '../retry-backoff.ts';
import type { ReportBudget } from '../outbox/report-budget.ts';
import type { Tries } from '../verification/tries.ts';

/** What outlives a run's stays in memory. */
export interface RunContext {
  readonly tries: Pick<Tries, 'settle' | 'isWaiting' | 'after'>;
  readonly retryBackoff: RetryBackoff;
  readonly budget: ReportBudget;
  /** For the proofs of a run that is at work, beside what it reports. */
  readonly proofBackoff: RetryBackoff;
  /** Is told when the run has proven itself. */
  readonly proven: () => void;
}
