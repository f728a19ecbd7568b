/** Where a value stands: keys of mappings and places in lists, from the outermost. */
export type Path = readonly (string | number)[];

/** What is wrong with the value at a path. */
export interface PathFault {
  readonly path: Path;
  readonly problem: string;
  readonly advice: string;
}
