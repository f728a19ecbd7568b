import type { Application } from './application.ts';
import type { Goal } from './goal.ts';
import type { Memory } from './memory.ts';

/** Everything that a decision is made from. */
export interface View<G extends Goal = Goal> {
  readonly application: Application;
  readonly memory: Memory;
  readonly goal: G;
  /** Local milliseconds. */
  readonly now: number;
  /** The deadline has come: what may still follow is not waited for. */
  readonly isLast?: boolean;
}
