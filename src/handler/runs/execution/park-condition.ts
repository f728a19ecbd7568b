/** What a run waits for that is not kept in memory meanwhile. */
export interface ParkCondition {
  /** A change of one of these applications ends it. */
  readonly names: readonly string[];
  /** It ends when the organization answers again. */
  readonly isAway: boolean;
  /** It ends by itself; local milliseconds. */
  readonly until: number;
}
