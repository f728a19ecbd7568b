import type { directDefinitions } from './direct-definitions.ts';
import { inputTexts, type InputText } from './input-texts.ts';

/** The groups of the form of `ArgoCDSyncDirect@1`, in their order. */
export const directGroups = [
  { name: 'what', label: 'What', isExpanded: true },
  { name: 'sync', label: 'Sync', isExpanded: false },
  { name: 'waiting', label: 'Waiting', isExpanded: false },
  { name: 'report', label: 'Report', isExpanded: false },
] as const;

/** The texts of an input of `ArgoCDSyncDirect@1` for people. */
export interface DirectInputText extends Pick<InputText, 'label' | 'options' | 'help'> {
  readonly group: (typeof directGroups)[number]['name'];
}

const { prune, dryRun, whenSuperseded, waitFor, acceptSuspended } = inputTexts;
const { includeChildren, stableSeconds, timeoutSeconds, onTimeout, onCancel } = inputTexts;

/** The texts of the inputs of `ArgoCDSyncDirect@1`. */
export const directTexts: Readonly<Record<keyof typeof directDefinitions, DirectInputText>> = {
  application: {
    group: 'what',
    label: 'Application',
    help: 'The name of one application, exactly as Argo CD shows it and without its namespace. For several applications, add the task several times.',
  },
  project: {
    group: 'what',
    label: 'Argo CD project',
    help: 'The AppProject of the application, exactly as Argo CD shows it.',
  },
  namespace: {
    group: 'what',
    label: 'Namespace of the application',
    help: 'Only for applications outside the namespace of Argo CD itself: the namespace of the application.',
  },
  revision: {
    group: 'what',
    label: 'Revision',
    help: 'The commit, tag or branch, chart version, or OCI tag or digest to sync to. Use the commit that your pipeline has just pushed. Empty means what the application tracks. Argo CD refuses any other revision while auto-sync is on, and ignores it for an application with several sources. Quotes and backslashes break the request.',
  },
  prune: { ...prune, group: 'sync' },
  dryRun: { ...dryRun, group: 'sync' },
  whenSuperseded: { ...whenSuperseded, group: 'waiting' },
  waitFor: { ...waitFor, group: 'waiting' },
  acceptSuspended: { ...acceptSuspended, group: 'waiting' },
  includeChildren: { ...includeChildren, group: 'waiting' },
  stableSeconds: { ...stableSeconds, group: 'waiting' },
  timeoutSeconds: {
    ...timeoutSeconds,
    group: 'waiting',
    help: 'How long the handler follows the sync, in seconds; at most two days. The timeout of the job, 60 minutes unless you set `timeoutInMinutes`, must be longer.',
  },
  onTimeout: { ...onTimeout, group: 'waiting' },
  onCancel: {
    ...onCancel,
    group: 'waiting',
    help: '**Terminate** stops only the operation that this step has started. Use it where a half-done sync is better than one that nobody watches. The handler checks every 30 seconds whether the build was canceled.',
  },
  waitForFollowUps: {
    group: 'waiting',
    label: inputTexts.waitForFollowUps.label,
    help: 'The task ends when the follow-ups of the sync have ended, which the handler configuration or annotations request, and fails when one of them fails or cannot be queued. If it is off, a follow-up that cannot be queued is a warning, and the results of the others are not shown here. The timeout covers both.',
  },
  hookLogLines: { ...inputTexts.hookLogLines, group: 'report' },
};
