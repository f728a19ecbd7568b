import { definitionOf, gateInputNames, sharedInputNames } from '../../inputs/definitions.ts';

/** What a request says of itself, before any input: who asks, for which Argo CD, and where to look. */
export const claimSections = ['argocd', 'azureProject'] as const;

/** What people are told of the run that asks; nothing depends on it. */
export const runSections = ['pipeline', 'runNumber', 'runPage', 'requestedFor'] as const;

/**
 * The sections of a sync, in their order. `ArgoCDSyncServer@1` sends exactly these
 * (tasks/ArgoCDSyncServer/V1/task.json): the inputs are those of `ArgoCDSync@1`.
 */
export const syncSections = [...claimSections, ...runSections, ...sharedInputNames] as const;

/** Those that a task of version 1.0 does not send: a handler is upgraded before the extension. */
export const addedSyncSections: readonly string[] = sharedInputNames.filter(
  (name) => definitionOf(name).isAdded,
);

/** The sections of a gate, in their order: `ArgoCDGate@1` sends exactly these. */
export const gateSections = [...claimSections, ...gateInputNames] as const;

/** The sections of an environment check; its requests are written by hand, mostly as JSON. */
export const checkSections = [
  ...claimSections,
  ...runSections,
  ...gateInputNames,
  'timeoutSeconds',
] as const;

/** The sections of a claim, in their order: `ArgoCDEvent@1` sends exactly these. */
export const eventSections = ['event', 'azureProject', ...runSections] as const;

/** A section of the body of any route. */
export type SectionName =
  | (typeof syncSections)[number]
  | (typeof gateSections)[number]
  | (typeof checkSections)[number]
  | (typeof eventSections)[number];
