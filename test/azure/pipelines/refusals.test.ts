import assert from 'node:assert/strict';
import { AzureError, azureFailures } from '../../../src/azure/http/azure-error.ts';
import type {
  PipelineFailure,
  PipelineReason,
} from '../../../src/azure/pipelines/pipeline-error.ts';
import { pipelineErrorOf } from '../../../src/azure/pipelines/refusals.ts';
import type { RefusedCall } from '../../../src/azure/pipelines/refusals.ts';

const subject: RefusedCall = {
  organization: 'https://dev.azure.com/fabrikam',
  project: 'shop',
  asked: 'queue pipeline 12',
  missing: 'unknownPipeline',
};

/**
 * What Azure DevOps said in the field or in its documentation, with its type key, and what that
 * means.
 */
const refusals: readonly [PipelineReason, string, string, RegExp][] = [
  [
    'needsEditQueueConfiguration',
    'AccessDeniedException',
    'TF215106: Access denied. J.Doe (fabrikam) needs Edit queue build configuration permissions for build pipeline 12:shop smoke in team project shop to perform the action. For more information, contact the Azure DevOps administrator.',
    /J\.Doe \(fabrikam\) may queue it, but may not set free text or variables\.$/,
  ],
  [
    'notAuthorized',
    'AccessDeniedException',
    'TF215106: Access denied. shop Build Service (fabrikam) needs Queue builds permissions for build pipeline 12:smoke in team project shop to perform the action.',
    /shop Build Service \(fabrikam\) needs Queue builds permissions\.$/,
  ],
  [
    'notAuthorized',
    'AccessDeniedException',
    'VS402904: Access denied: User Project Collection Build Service (fabrikam) does not have manage releases permission. Contact your release manager.',
    /Build Service \(fabrikam\) does not have manage releases permission\.$/,
  ],
  [
    'undeclaredParameter',
    'BuildRequestValidationFailedException',
    "Could not queue the build because there were validation errors or warnings. ⏎ /devops/build.yaml (Line: 38, Col: 17): Unexpected parameter 'testFolder'",
    /does not declare the parameter testFolder\.$/,
  ],
  [
    'undeclaredParameter',
    'PipelineValidationException',
    "/a.yml (Line: 1, Col: 1): Unexpected parameter 'one' ⏎ /a.yml (Line: 1, Col: 1): Unexpected parameter 'two' ⏎ /a.yml: Unexpected parameter 'one'",
    /does not declare the parameters one, two\.$/,
  ],
  [
    'missingParameter',
    'BuildRequestValidationFailedException',
    "Could not queue the build because there were validation errors or warnings. ⏎ A value for the 'requiredParamA' parameter must be provided.",
    /requires a value for the parameter requiredParamA\.$/,
  ],
  [
    'invalidParameter',
    'PipelineValidationException',
    "/a.yml: The 'event' parameter value 'x' is not a valid value.",
    /the value is not allowed for the parameter event\.$/,
  ],
  [
    'variableNotSettable',
    'PipelineValidationException',
    "You can't set the following variables (my_variable, other). If you want to be able to set these variables, then edit the pipeline and select Settable at queue time on the variables tab of the pipeline editor.",
    /the variables my_variable, other cannot be set/,
  ],
  [
    'missingBranch',
    'PipelineValidationException',
    "Unable to resolve the reference 'refs/heads/main' to a specific version. Verify the reference exists in the source repository.",
    /its repository has no refs\/heads\/main\.$/,
  ],
  [
    'missingBranch',
    'PipelineValidationException',
    '/a/deploy.yml: Could not get the latest source version for repository coe-templates hosted on Azure Repos using ref refs/heads/v1.2. GitHub reported the error, "No commit found"',
    /a repository of the pipeline has no refs\/heads\/v1\.2, or/,
  ],
  [
    'missingResource',
    'PipelineValidationException',
    '/a.yml: Unable to resolve latest version for pipeline platformLibraries',
    /the pipeline resource platformLibraries has no such run\.$/,
  ],
  [
    'missingResource',
    'ArtifactVersionUnavailableException',
    'Latest version information could not be loaded for artifact _infrastructure.',
    /an artifact of the release has no version/,
  ],
  ['disabledPipeline', 'DefinitionDisabledException', 'any words', /it is disabled/],
  ['unknownPipeline', 'DefinitionNotFoundException', 'any words', /the pipeline does not exist/],
  [
    'unknownPipeline',
    'ReleaseDefinitionNotFoundException',
    'any words',
    /the pipeline does not exist/,
  ],
  ['unknownRun', 'BuildNotFoundException', 'any words', /the run does not exist/],
  ['unknownRun', 'ReleaseNotFoundException', 'any words', /the run does not exist/],
  [
    'unknownProject',
    'ProjectDoesNotExistWithNameException',
    'TF200016: The following project does not exist: shop.',
    /the project shop does not exist, or/,
  ],
  [
    'invalidPipeline',
    'PipelineValidationException',
    "/a.yml (Line: 8, Col: 13): Expected '(' to follow a function",
    /the pipeline or its inputs are invalid \(\/a\.yml \(Line: 8, Col: 13\): Expected '\(' to follow a function\)\.$/,
  ],
];

/** What every other failure means. */
const failures: Readonly<
  Record<(typeof azureFailures)[number], readonly [PipelineFailure, PipelineReason]>
> = {
  'plan-gone': ['refused', 'rejected'],
  unauthenticated: ['refused', 'unauthenticated'],
  forbidden: ['refused', 'notAuthorized'],
  'not-found': ['refused', 'unknownPipeline'],
  refused: ['refused', 'rejected'],
  throttled: ['throttled', 'throttled'],
  unavailable: ['unavailable', 'unavailable'],
  unclear: ['unclear', 'unclear'],
  blocked: ['refused', 'unknownOrganization'],
};

describe('A refusal by Azure DevOps', () => {
  for (const [reason, typeKey, words, message] of refusals) {
    // The status says little: what is a 400 in one place is a 403 or a 404 in another.
    for (const failure of ['refused', 'forbidden', 'not-found'] as const) {
      it(`with ${failure}, "${words.slice(0, 60)}" (${typeKey}) is ${reason}`, () => {
        const error = pipelineErrorOf(
          new AzureError('POST run', words, { failure, typeKey }),
          subject,
        );
        assert.deepEqual([error.kind, error.reason], ['refused', reason]);
        assert.match(error.message, /^Could not queue pipeline 12 in shop: /);
        assert.match(error.message, message);
        assert.match(error.advice, /^[A-Z].+\.$/);
      });
    }
  }

  for (const failure of azureFailures) {
    it(`has a reason and advice for the failure ${failure}`, () => {
      const foreign = new AzureError('POST run', 'some words', { failure, retryAfter: 7 });
      const { kind, reason, message, advice, retryAfter } = pipelineErrorOf(foreign, subject);
      assert.deepEqual([kind, reason], failures[failure]);
      assert.match(advice, /^[A-Z].+\.$/);
      if (failure !== 'not-found') {
        assert.match(message, /\(some words\)\.$/);
        assert.equal(retryAfter, 7);
      }
    });
  }

  it('without a response is unclear, whatever the message', () => {
    const words = "Unexpected parameter 'x'";
    const unclear = new AzureError('POST run', words, { failure: 'unclear' });
    assert.equal(pipelineErrorOf(unclear, subject).kind, 'unclear');
  });

  it('is reported on one line of bounded length', () => {
    const names = Array.from({ length: 5000 }, (_, at) => `Unexpected parameter 'p${at}'`).join(
      '\n',
    );
    const huge = new AzureError('POST run', names, { failure: 'refused' });
    const { message } = pipelineErrorOf(huge, { ...subject, project: 'x\n##vso[task.complete]' });
    assert.match(message, /p0, p1, p2/);
    assert.ok(message.length < 1100);
    assert.ok(!message.includes('\n'));
  });
});
