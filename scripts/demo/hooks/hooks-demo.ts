import { bundle, handlerBundle, hookBundle } from '../../bundle.ts';
import type { Demonstration } from '../demonstration.ts';
import { hookPart } from './hook-part.ts';
import { hookScenarios } from './scenarios.ts';

const usage = `Plays examples/gitops/migrate-test-rollback: hooks of Argo CD and follow-up pipelines of Azure
DevOps in one deployment.

  npm run demo -- hooks
  npm run demo -- hooks --only NAME     one run only
  npm run demo -- hooks --html FILE     also write the page of a run: the one of --only, or
                                        tests-fail

It exits with 0 when every run ended as expected, 1 when one did not, and 2 for invalid arguments.`;

/** What happens in Argo CD starts what comes next in Azure DevOps. */
export const hooksDemo: Demonstration = {
  usage,
  opening: [
    'examples/gitops/migrate-test-rollback, file by file as it is there: its manifests in a simulated',
    'Argo CD, its pipelines in a simulated Azure DevOps, its configuration in the built handler, and',
    'the built command of hooks in the Job of the PostSync hook. Before a line stands where it is from:',
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
