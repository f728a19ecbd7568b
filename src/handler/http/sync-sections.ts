import { definitionOf, gateInputNames, sharedInputNames } from '../../inputs/definitions.ts';

/** What a request says about itself, before any input: which Argo CD, and which Azure project. */
export const claimSections = ['argocd', 'azureProject'] as const;

/** What people are told about the run; nothing depends on it. */
export const runSections = ['pipeline', 'runNumber', 'runPage', 'requestedFor'] as const;

/**
 * The sections of a sync, in order. `ArgoCDSyncServer@1` sends exactly these
 * (tasks/ArgoCDSyncServer/V1/task.json): its inputs are those of `ArgoCDSync@1`.
 */
export const syncSections = [...claimSections, ...runSections, ...sharedInputNames] as const;

/** Those that version 1.0 of the task does not send, since the handler is upgraded before the extension. */
export const addedSyncSections: readonly string[] = sharedInputNames.filter(
  (name) => definitionOf(name).isAdded,
);

/** The sections of a gate, in order: `ArgoCDGate@1` sends exactly these. */
export const gateSections = [...claimSections, ...gateInputNames] as const;

/** The sections of an environment check, whose requests are written by hand, usually as JSON. */
export const checkSections = [
  ...claimSections,
  ...runSections,
  ...gateInputNames,
  'timeoutSeconds',
] as const;

/** The sections of a claim, in order: `ArgoCDEvent@1` sends exactly these. */
export const eventSections = ['event', 'azureProject', ...runSections] as const;

/** A section of the body of any route. */
export type SectionName =
  | (typeof syncSections)[number]
  | (typeof gateSections)[number]
  | (typeof checkSections)[number]
  | (typeof eventSections)[number];
