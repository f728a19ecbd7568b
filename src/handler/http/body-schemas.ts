import * as z from 'zod/mini';
import { sharedInputNames, type SharedInputName } from '../../inputs/definitions.ts';
import { gateSummaries } from '../../inputs/gate-input-texts.ts';
import { inputTexts } from '../../inputs/input-texts.ts';
import { described } from '../../settings/text-setting.ts';
import {
  checkSections,
  eventSections,
  gateSections,
  syncSections,
  type SectionName,
} from './sync-sections.ts';

/** The meaning of each name in a request's body, in one sentence. */
export const sectionDescriptions = {
  argocd: 'Name of an Argo CD instance in the configuration of the handler.',
  event: 'The 15 digits with which the handler queued the run.',
  azureProject: 'Name of the Azure project: $(System.TeamProject).',
  pipeline:
    'Name of the pipeline, for people. If there are several lines, the first expanded one counts.',
  runNumber: 'Number or name of the run, for people.',
  runPage: 'URL of the run in Azure DevOps.',
  requestedFor: 'Who started the run, for people.',
  ...gateSummaries,
  ...summaries(),
} satisfies Readonly<Record<SectionName, string>>;

function summaries(): Readonly<Record<SharedInputName, string>> {
  const entries = sharedInputNames.map((name) => [name, inputTexts[name].summary] as const);
  return Object.fromEntries(entries) as Record<SharedInputName, string>;
}

/** All values become text in the end; numbers and booleans are accepted, too. */
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
/** The body of a claim, as JSON. */
export const eventBodySchema = bodySchema(eventSections, ['event', 'azureProject']);
