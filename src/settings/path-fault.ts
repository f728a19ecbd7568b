/** The location of a value: keys of mappings and indexes of lists, outermost first. */
export type Path = readonly (string | number)[];

/** What is wrong with the value at a path. */
export interface PathFault {
  readonly path: Path;
  readonly problem: string;
  readonly advice: string;
}
