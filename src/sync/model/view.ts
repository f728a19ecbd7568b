import type { Application } from './application.ts';
import type { Goal } from './goal.ts';
import type { Memory } from './memory.ts';

/** Everything that a decision depends on. */
export interface View<G extends Goal = Goal> {
  readonly application: Application;
  readonly memory: Memory;
  readonly goal: G;
  /** Local milliseconds. */
  readonly now: number;
  /** The deadline has passed: nothing more is waited for. */
  readonly isLast?: boolean;
}
