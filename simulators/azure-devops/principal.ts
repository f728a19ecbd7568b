/** What an identity may do with pipelines, in the words of the security dialogs. */
export const rights = [
  'View builds',
  'Queue builds',
  'Edit queue build configuration',
  'Stop builds',
  'View releases',
  'Create releases',
  'Manage deployments',
] as const;
export type Right = (typeof rights)[number];

/** Who calls: a person, a service principal, or the build service whose token a job has. */
export interface Principal {
  readonly id: string;
  readonly name: string;
  /** The one project that it sees; all of them unless told. */
  readonly projectId?: string;
  readonly rights: ReadonlySet<Right>;
}
