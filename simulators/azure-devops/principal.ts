/** Rights of an identity on pipelines, in the words of the security dialogs. */
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

/** A caller: a person, a service principal, or the build service that a job's token belongs to. */
export interface Principal {
  readonly id: string;
  readonly name: string;
  /** The one project that it can see; default: all. */
  readonly projectId?: string;
  readonly rights: ReadonlySet<Right>;
}
