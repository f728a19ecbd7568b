import { bundle, handlerBundle, hookBundle } from '../../bundle.ts';
import type { Demonstration } from '../demonstration.ts';
import { hookPart } from './hook-part.ts';
import { hookScenarios } from './scenarios.ts';

const usage = `Plays examples/gitops/migrate-test-rollback: a deployment with Argo CD hooks and follow-up
pipelines in Azure DevOps.

  npm run demo -- hooks
  npm run demo -- hooks --only NAME     one run only
  npm run demo -- hooks --html FILE     also write the page of a run: the one of --only, or
                                        tests-fail

It exits with 0 when every run ended as expected, 1 when one did not, and 2 for invalid arguments.`;

/** Events in Argo CD start pipelines in Azure DevOps. */
export const hooksDemo: Demonstration = {
  usage,
  opening: [
    'The unchanged files of examples/gitops/migrate-test-rollback: manifests in a simulated Argo CD,',
    'pipelines in a simulated Azure DevOps, the configuration in the built handler, and the built hook',
    'command in the Job of the PostSync hook. Each line starts with its source:',
    '',
    '  Argo CD       a hook or resource of the sync',
    '  Azure DevOps  a pipeline, or a step of one',
    '  │             a line of the log, on the page of the run',
  ],
  closing: [],
  parts: hookScenarios.map(hookPart),
  fileOption: 'html',
  drawn: 'tests-fail',
  build: async () => {
    await Promise.all([bundle(handlerBundle), bundle(hookBundle)]);
  },
};
