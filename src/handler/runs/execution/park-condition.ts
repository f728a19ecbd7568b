/** What a run waits for that is not kept in memory meanwhile. */
export interface ParkCondition {
  /** News of applications of these names end it. */
  readonly names: readonly string[];
  /** It ends when the organization answers again. */
  readonly isAway: boolean;
  /** It ends by itself; local milliseconds. */
  readonly until: number;
}
