import { definitions, type Definition, type InputName } from './definitions.ts';

/**
 * The inputs of a sync that Azure DevOps requests from Argo CD itself and that are announced to the
 * handler.
 */
const announced = [
  'revision',
  'prune',
  'dryRun',
  'whenSuperseded',
  'waitFor',
  'acceptSuspended',
  'includeChildren',
  'stableSeconds',
  'timeoutSeconds',
  'onTimeout',
  'onCancel',
  'waitForFollowUps',
  'hookLogLines',
] as const satisfies readonly InputName[];

/** The name of an announced input. */
export type AnnouncedInputName = (typeof announced)[number];
/** All announced inputs, in the order of the form. */
export const announcedInputNames: readonly AnnouncedInputName[] = announced;

/** How long Azure DevOps waits for the end of `ArgoCDSyncDirect@1` (its `Events`); milliseconds. */
export const longestDirectWait = 2 * 24 * 3_600_000;

const required = { type: 'text', default: '', isRequired: true } as const;

/**
 * All inputs of `ArgoCDSyncDirect@1`, in the order of its form. Azure DevOps itself reads the first
 * three. The task only syncs, so no input depends on an action.
 */
export const directDefinitions: Readonly<
  Record<'application' | 'project' | 'namespace' | AnnouncedInputName, Definition>
> = {
  application: required,
  project: required,
  namespace: { type: 'text', default: '' },
  ...(Object.fromEntries(
    announced.map((name) => [name, { ...definitions[name], actions: undefined }]),
  ) as unknown as Readonly<Record<AnnouncedInputName, Definition>>),
};
