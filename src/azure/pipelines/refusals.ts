import { plainLine } from '../../text/foreign-text.ts';
import type { AzureError, AzureFailure } from '../http/azure-error.ts';
import { PipelineError } from './pipeline-error.ts';
import type { PipelineFailure, PipelineReason } from './pipeline-error.ts';

/** The call that failed, in words for people. */
export interface RefusedCall {
  readonly organization: string;
  /** Name or id; empty for calls about the organization. */
  readonly project: string;
  /** Such as `queue pipeline 12`; it follows "Could not". */
  readonly asked: string;
  /** What a 404 means for this call. */
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
  /** Matches Azure's type key of the error. */
  readonly typeKey?: RegExp;
  /** Matches Azure's message; every occurrence counts, and its groups are names. */
  readonly words?: RegExp;
  readonly kind?: PipelineFailure;
  readonly say: (names: string, subject: RefusedCall) => Said;
}

/**
 * Refusals of Azure DevOps, and what helps. The status says little, so type keys are matched first, then
 * messages, which are documented (security/inputs) or were reported by users (azure-devops.md §5, §13.6;
 * azure-cli#27653, azure-devops-node-api#392, vsteam#428, coe-starter-kit#5004,
 * terraform-provider-azuredevops#1040). The first match counts.
 */
const refusals: readonly Refusal[] = [
  {
    reason: 'needsEditQueueConfiguration',
    words: /Access denied\. (.+?) needs Edit queue build configuration permission/g,
    say: (who) => ({
      what: `${who} may queue it, but may not set free text or variables`,
      advice:
        'Grant it "Edit queue build configuration" on that pipeline, or declare the parameter as a number, a boolean, or with a list of values, which "Queue builds" alone allows.',
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
        "Declare it under `parameters:` in the pipeline's YAML on that branch, or remove it from the rule.",
    }),
  },
  {
    reason: 'missingParameter',
    words: /A value for the '([^']*)' parameter must be provided/g,
    say: (names) => ({
      what: `the pipeline requires a value for ${counted('parameter', names)}`,
      advice: "Set one under `parameters:` of the rule, or a default in the pipeline's YAML.",
    }),
  },
  {
    reason: 'variableNotSettable',
    words: /can't set the following variables \(([^)]*)\)/g,
    say: (names) => ({
      what: `${counted('variable', names)} cannot be set when the pipeline is queued`,
      advice:
        'Mark it as "Settable at queue time" on the variables tab of the pipeline, or remove it from the rule.',
    }),
  },
  {
    reason: 'invalidParameter',
    words: /'([^']*)' parameter[^.]*? is not (?:a|an|one)\b/g,
    say: (names) => ({
      what: `the value is not allowed for ${counted('parameter', names)}`,
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
      what: `a repository of the pipeline has no ${names}, or the pipeline may not read it`,
      advice: 'Correct the branch or tag, or allow the pipeline to read the repository.',
    }),
  },
  {
    reason: 'missingResource',
    words: /Unable to resolve latest version for pipeline ([^\s.]+)/g,
    say: (names) => ({
      what: `the pipeline resource ${names} has no such run`,
      advice: 'Use an existing run, or run that pipeline once.',
    }),
  },
  {
    reason: 'missingResource',
    typeKey: /^ArtifactVersionUnavailableException$/,
    say: () => ({
      what: 'an artifact of the release has no version',
      advice: 'Set its version in the rule, and allow the identity to read its source.',
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
      what: `the project ${project} does not exist, or the identity may not see it`,
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
      what: 'the pipeline or its inputs are invalid',
      advice: 'Run it manually on that branch to see the same error.',
    }),
  },
];

const missing = {
  unknownPipeline: {
    what: 'the pipeline does not exist, or the identity may not see it',
    advice:
      'Correct its name or id, or grant the identity "View builds" (of a release: "View releases").',
  },
  unknownRun: {
    what: 'the run does not exist, or the identity may not see it',
    advice: 'It may have been deleted.',
  },
  unknownProject: {
    what: 'the project does not exist, or the identity may not see it',
    advice: 'Correct its name, or add the identity to the project.',
  },
  rejected: {
    what: 'this server does not have that API',
    advice: 'It needs Azure DevOps Server 2022.1 or later.',
  },
} as const satisfies Readonly<Record<RefusedCall['missing'], Said>>;

interface Meaning extends Said {
  readonly kind: PipelineFailure;
  readonly reason: PipelineReason;
}

/** The meaning of all other failures. */
const meanings: Readonly<Record<Exclude<AzureFailure, 'not-found'>, Meaning>> = {
  unauthenticated: {
    kind: 'refused',
    reason: 'unauthenticated',
    what: 'it rejected the token',
    advice:
      'Renew an expired PAT, or add the service principal or managed identity to the organization, with its own license.',
  },
  forbidden: {
    kind: 'refused',
    reason: 'notAuthorized',
    what: 'the identity may not do that',
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
    what: 'the identity has sent too many requests',
    advice: 'It is retried when Azure DevOps allows it.',
  },
  unavailable: {
    kind: 'unavailable',
    reason: 'unavailable',
    what: 'it is not available',
    advice: 'Retrying.',
  },
  unclear: {
    kind: 'unclear',
    reason: 'unclear',
    what: 'it did not answer, but may have done it',
    advice: 'The handler looks for the result before it retries.',
  },
  blocked: {
    kind: 'refused',
    reason: 'unknownOrganization',
    what: 'tokens may not be sent to this address',
    advice: 'Add the organization to `azureDevOps.organizations`.',
  },
  'plan-gone': {
    kind: 'refused',
    reason: 'rejected',
    what: 'it refused',
    advice: 'Its own words say why.',
  },
};

/** These say nothing about the request, so their messages are not matched. */
const passing: readonly AzureFailure[] = ['throttled', 'unavailable', 'unclear', 'blocked'];
const mostNames = 200;
const mostWords = 400;

/** Explains a failed call to Azure DevOps about pipelines, in a sentence that says what helps. */
export function pipelineErrorOf(error: AzureError, subject: RefusedCall): PipelineError {
  const { failure, reason: words, typeKey = '', retryAfter } = error;
  const found = passing.includes(failure) ? undefined : refusalOf(words, typeKey);
  if (found) {
    const { reason, kind = 'refused' } = found.refusal;
    const said = found.refusal.say(found.names, subject);
    // Azure's own message names the file and line of the fault.
    return errorOf({ ...said, kind, reason }, subject, reason === 'invalidPipeline' ? words : '');
  }
  if (failure === 'not-found') {
    const reason = subject.missing;
    return errorOf({ ...missing[reason], kind: 'refused', reason }, subject, '');
  }
  return errorOf(meanings[failure], subject, words, retryAfter);
}

/** An error that we detected ourselves. */
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
