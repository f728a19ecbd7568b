/**
 * Which pipeline or release definition is meant, as it was written. Organization and project are
 * absent where the default is meant: the only organization that is configured, the run's own project.
 */
export interface PipelineAddress {
  /** The organization's, or on premises the collection's, name; never an address. */
  readonly organization: string | undefined;
  /** Name or id. */
  readonly project: string | undefined;
  /** Its id, its name, or folder and name as in `\smoke\shop`. */
  readonly pipeline: string | number;
}

/** The same with nothing left open. */
export interface CompleteAddress extends PipelineAddress {
  readonly organization: string;
  readonly project: string;
}
