import { plainLine } from '../../text/foreign-text.ts';
import type { AzureError, AzureFailure } from '../http/azure-error.ts';
import { PipelineError } from './pipeline-error.ts';
import type { PipelineFailure, PipelineReason } from './pipeline-error.ts';

/** What was asked, for people. */
export interface RefusedCall {
  readonly organization: string;
  /** Name or id; empty for what concerns the organization. */
  readonly project: string;
  /** Such as `queue pipeline 12`: it follows "could not". */
  readonly asked: string;
  /** What a 404 means here. */
  readonly missing: Extract<
    PipelineReason,
    'unknownPipeline' | 'unknownRun' | 'unknownProject' | 'rejected'
  >;
}

interface Said {
  readonly what: string;
  readonly advice: string;
}

interface Refusal {
  readonly reason: PipelineReason;
  /** Azure's own word for the error. */
  readonly typeKey?: RegExp;
  /** In Azure's sentence; every occurrence counts, and its groups are names. */
  readonly words?: RegExp;
  readonly kind?: PipelineFailure;
  readonly say: (names: string, subject: RefusedCall) => Said;
}

/**
 * What Azure DevOps refuses, in which words, and what helps. The status tells little: by type key
 * first, then by words, which were published in the documents (security/inputs) or reported from the
 * field (azure-devops.md §5, §13.6; azure-cli#27653, azure-devops-node-api#392, vsteam#428,
 * coe-starter-kit#5004, terraform-provider-azuredevops#1040). The first that fits counts.
 */
const refusals: readonly Refusal[] = [
  {
    reason: 'needsEditQueueConfiguration',
    words: /Access denied\. (.+?) needs Edit queue build configuration permission/g,
    say: (who) => ({
      what: `${who} may queue it, but not set free text or variables`,
      advice:
        'Grant it "Edit queue build configuration" on that pipeline, or declare the parameter as number, boolean, or with a list of values, which "Queue builds" alone may set.',
    }),
  },
  {
    reason: 'notAuthorized',
    words: /Access denied\. (.+? needs .+?) permissions?\b/g,
    say: (whoNeedsWhat) => ({
      what: `${whoNeedsWhat} permissions`,
      advice: 'Grant it that permission on that pipeline (its menu, Security).',
    }),
  },
  {
    reason: 'notAuthorized',
    words: /User (.+? does not have .+? permission)/g,
    say: (whoLacksWhat) => ({
      what: whoLacksWhat,
      advice: 'Grant it that permission on that release pipeline (its menu, Security).',
    }),
  },
  {
    reason: 'undeclaredParameter',
    words: /Unexpected parameter '([^']*)'/g,
    say: (names) => ({
      what: `the pipeline does not declare ${counted('parameter', names)}`,
      advice:
        "Declare it under `parameters:` in the pipeline's YAML on that branch, or leave it out.",
    }),
  },
  {
    reason: 'missingParameter',
    words: /A value for the '([^']*)' parameter must be provided/g,
    say: (names) => ({
      what: `the pipeline wants a value for ${counted('parameter', names)}`,
      advice: "Give it one under `parameters:` of the rule, or a default in the pipeline's YAML.",
    }),
  },
  {
    reason: 'variableNotSettable',
    words: /can't set the following variables \(([^)]*)\)/g,
    say: (names) => ({
      what: `the pipeline does not let ${counted('variable', names)} be set when it is queued`,
      advice:
        'Mark it as "Settable at queue time" on the variables tab of the pipeline, or leave it out.',
    }),
  },
  {
    reason: 'invalidParameter',
    words: /'([^']*)' parameter[^.]*? is not (?:a|an|one)\b/g,
    say: (names) => ({
      what: `the value is not one that ${counted('parameter', names)} takes`,
      advice: "Compare it with the type and the values in the pipeline's YAML.",
    }),
  },
  {
    reason: 'missingBranch',
    words: /Unable to resolve the reference '([^']*)'/g,
    say: (names) => ({
      what: `its repository has no ${names}`,
      advice: 'Correct the branch, tag or commit of the rule, or push it first.',
    }),
  },
  {
    reason: 'missingBranch',
    words:
      /Could not get the latest source version for repository .+? using ref (\S+?)(?=[.,]?(?:\s|$))/g,
    say: (names) => ({
      what: `a repository of the pipeline has no ${names}, or it may not be read`,
      advice: 'Correct the branch or tag, or let the pipeline read the repository.',
    }),
  },
  {
    reason: 'missingResource',
    words: /Unable to resolve latest version for pipeline ([^\s.]+)/g,
    say: (names) => ({
      what: `there is no run for the pipeline resource ${names}`,
      advice: 'Name a run of it that exists, or let it run once.',
    }),
  },
  {
    reason: 'missingResource',
    typeKey: /^ArtifactVersionUnavailableException$/,
    say: () => ({
      what: 'an artifact of the release has no version',
      advice: 'Name its version in the rule, and let the identity read its source.',
    }),
  },
  {
    reason: 'disabledPipeline',
    typeKey: /^\w*DefinitionDisabledException$/,
    say: () => ({ what: 'it is disabled', advice: 'Enable it, or remove the rule.' }),
  },
  {
    reason: 'unknownProject',
    typeKey: /^ProjectDoesNotExist(?:WithName)?Exception$/,
    say: (_, { project }) => ({
      what: `the project ${project} does not exist, or our identity may not see it`,
      advice: 'Correct its name, or add the identity to the project (Readers is enough to see it).',
    }),
  },
  {
    reason: 'unknownPipeline',
    typeKey: /(?:Definition|Pipeline)(?:NotFound|DoesNotExist)Exception$/,
    say: () => missing.unknownPipeline,
  },
  {
    reason: 'unknownRun',
    typeKey: /^(?:Build|Release|Run)NotFoundException$/,
    say: () => missing.unknownRun,
  },
  {
    reason: 'invalidPipeline',
    typeKey: /^(?:PipelineValidation|BuildRequestValidationFailed|Yaml\w*)Exception$/,
    say: () => ({
      what: 'the pipeline, or what it is given, is not valid',
      advice: 'Run it by hand on that branch to see the same.',
    }),
  },
];

const missing = {
  unknownPipeline: {
    what: 'there is no such pipeline, or our identity may not see it',
    advice:
      'Correct its name or id, or grant the identity "View builds" (of a release: "View releases").',
  },
  unknownRun: {
    what: 'there is no such run (any more), or our identity may not see it',
    advice: 'It may have been deleted.',
  },
  unknownProject: {
    what: 'there is no such project, or our identity may not see it',
    advice: 'Correct its name, or add the identity to the project.',
  },
  rejected: {
    what: 'there is no such address on this server',
    advice: 'Azure DevOps Server 2022.1 is the oldest that has it.',
  },
} as const satisfies Readonly<Record<RefusedCall['missing'], Said>>;

interface Meaning extends Said {
  readonly kind: PipelineFailure;
  readonly reason: PipelineReason;
}

/** What every other failure means. */
const meanings: Readonly<Record<Exclude<AzureFailure, 'not-found'>, Meaning>> = {
  unauthenticated: {
    kind: 'refused',
    reason: 'unauthenticated',
    what: 'it does not take our token',
    advice:
      'Renew a PAT that is over; add a service principal or managed identity to the organization, with a license of its own.',
  },
  forbidden: {
    kind: 'refused',
    reason: 'notAuthorized',
    what: 'our identity may not do that',
    advice:
      'Grant it "Queue builds" on the pipeline (of a release: "Create releases"); a PAT also needs the scope Build (read and execute), or Release (read, write and execute).',
  },
  refused: {
    kind: 'refused',
    reason: 'rejected',
    what: 'it refused',
    advice: 'Its own words say why.',
  },
  throttled: {
    kind: 'throttled',
    reason: 'throttled',
    what: 'our identity has asked too much of late',
    advice: 'It is asked again when Azure DevOps allows it.',
  },
  unavailable: {
    kind: 'unavailable',
    reason: 'unavailable',
    what: 'it could not be asked',
    advice: 'It is asked again.',
  },
  unclear: {
    kind: 'unclear',
    reason: 'unclear',
    what: 'it did not answer, and may have done it',
    advice: 'It is looked for before it is asked again.',
  },
  blocked: {
    kind: 'refused',
    reason: 'unknownOrganization',
    what: 'it is not where we may send a token',
    advice: 'Name the organization under `azureDevOps.organizations`.',
  },
  'plan-gone': {
    kind: 'refused',
    reason: 'rejected',
    what: 'it refused',
    advice: 'Its own words say why.',
  },
};

/** These say nothing of the request: words in them are not looked at. */
const passing: readonly AzureFailure[] = ['throttled', 'unavailable', 'unclear', 'blocked'];
const mostNames = 200;
const mostWords = 400;

/** What a failed call of Azure DevOps means for pipelines, in a sentence that says what helps. */
export function pipelineErrorOf(error: AzureError, subject: RefusedCall): PipelineError {
  const { failure, reason: words, typeKey = '', retryAfter } = error;
  const found = passing.includes(failure) ? undefined : refusalOf(words, typeKey);
  if (found) {
    const { reason, kind = 'refused' } = found.refusal;
    const said = found.refusal.say(found.names, subject);
    // Azure's own words name place and line of what is wrong in a file.
    return errorOf({ ...said, kind, reason }, subject, reason === 'invalidPipeline' ? words : '');
  }
  if (failure === 'not-found') {
    const reason = subject.missing;
    return errorOf({ ...missing[reason], kind: 'refused', reason }, subject, '');
  }
  return errorOf(meanings[failure], subject, words, retryAfter);
}

/** An error that we found out ourselves. */
export function ownError(
  subject: Pick<RefusedCall, 'project' | 'asked' | 'organization'>,
  meaning: Meaning,
  retryAfter?: number,
): PipelineError {
  return errorOf(meaning, subject, '', retryAfter);
}

function errorOf(
  { kind, reason, what, advice }: Meaning,
  { project, asked }: Pick<RefusedCall, 'project' | 'asked'>,
  words: string,
  retryAfter?: number,
): PipelineError {
  const where = project === '' ? '' : ` in ${project}`;
  const quoted = words === '' ? '' : ` (${plainLine(words, mostWords)})`;
  const message = plainLine(`Could not ${asked}${where}: ${what}${quoted}.`, 1000);
  return new PipelineError(message, { kind, reason, advice, retryAfter });
}

function refusalOf(
  text: string,
  typeKey: string,
): { readonly refusal: Refusal; readonly names: string } | undefined {
  for (const refusal of refusals) {
    if (refusal.typeKey?.test(typeKey) === true) return { refusal, names: '' };
    if (refusal.words === undefined) continue;
    const names = [...text.matchAll(refusal.words)].flatMap(([, name = '']) =>
      name === '' ? [] : [name],
    );
    if (names.length > 0)
      return { refusal, names: plainLine([...new Set(names)].join(', '), mostNames) };
  }
  return undefined;
}

function counted(noun: string, names: string): string {
  return `the ${noun}${names.includes(',') ? 's' : ''} ${names}`;
}
