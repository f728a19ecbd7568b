import * as z from 'zod/mini';
import { separators } from '../../inputs/application-list.ts';
import { described } from '../config/text-setting.ts';
import { checkSections, gateSections, syncSections, type SectionName } from './sync-sections.ts';

/** What each name of a request's body means, in one sentence. */
export const sectionDescriptions: Readonly<Record<SectionName, string>> = {
  argocd: 'Name of an Argo CD instance in the configuration of the handler.',
  azureProject: 'Name of the Azure project: $(System.TeamProject).',
  pipeline:
    'Name of the pipeline, for people. Of several lines the first that was filled in counts.',
  runNumber: 'Number or name of the run, for people.',
  runPage: 'Address of the run in Azure DevOps.',
  requestedFor: 'Who started the run, for people.',
  action: 'sync (default), wait, rollback or terminate.',
  applications: `Names, as name or namespace/name, separated by ${separators}.`,
  selector: 'A label selector instead of names.',
  project: 'The AppProject of the applications.',
  revision: 'The revision to sync to, or that must be live. Empty: what the application tracks.',
  revisions: 'For several sources: lines of position=revision.',
  rollbackTo: 'previous (default), a history id, or a revision.',
  prune: 'Delete resources that are no longer in Git.',
  dryRun: 'Check, and change nothing.',
  force: 'Delete and recreate what cannot be changed in place.',
  strategy: 'hook (default) or apply, which runs no hooks.',
  resources: 'Sync only these: lines of [group:]Kind:[namespace/]name.',
  syncOptions: 'Lines of Key=value, added to those of the application.',
  retryLimit: 'How often Argo CD repeats a failed sync.',
  retryBackoff: 'duration[,factor[,max]], such as 5s,2,3m.',
  info: 'Lines of name=value that Argo CD shows with the operation.',
  whenBusy: 'wait (default), join, terminate or fail.',
  whenWindowClosed: 'fail (default) or wait.',
  whenSuperseded: 'fail (default), succeedIfIncluded or follow.',
  ifMissing: 'fail (default) or wait.',
  waitFor: 'health (default), operation or none.',
  acceptSuspended: 'A paused rollout counts as healthy.',
  includeChildren: 'Child applications must get there too.',
  expectImages: 'Images that must run, one per line.',
  stableSeconds: 'How long it must hold.',
  timeoutSeconds:
    "One deadline for everything, 1800 if absent; at most as long as the job's token lasts.",
  onTimeout: 'leave (default) or terminate.',
  onCancel: 'leave (default) or terminate.',
  hookLogLines: 'How many of the last log lines of failed hooks are shown, 50 if absent.',
  requireSynced: 'The applications must be Synced, and are by default.',
  requireHealthy: 'The applications must be Healthy, and are by default.',
};

/** Everything is text at last; numbers and booleans are taken as well. */
const scalar = () => z.union([z.string(), z.boolean(), z.number()]);

function bodySchema(names: readonly SectionName[], required: readonly SectionName[]) {
  const fields = names.map((name) => {
    const field = described(scalar(), sectionDescriptions[name]);
    return [name, required.includes(name) ? field : z.optional(field)] as const;
  });
  return z.strictObject(Object.fromEntries(fields));
}

/** The body of a sync, as JSON. */
export const syncBodySchema = bodySchema(syncSections, ['argocd', 'azureProject']);
/** The body of a gate's sample, as JSON. */
export const gateBodySchema = bodySchema(gateSections, ['argocd', 'azureProject', 'applications']);
/** The body of a check, as JSON. */
export const checkBodySchema = bodySchema(checkSections, [
  'argocd',
  'azureProject',
  'applications',
]);
