import { bundle, handlerBundle } from '../../bundle.ts';
import type { Demonstration } from '../demonstration.ts';
import { gatePart } from './gate-part.ts';
import { syncScenarios } from './scenarios.ts';
import { syncPart } from './sync-part.ts';

const usage = `Runs the server tasks through a simulated Azure DevOps and the built handler, which follows a
simulated Argo CD.

  npm run demo -- agentless
  npm run demo -- agentless --only NAME     one run only
  npm run demo -- agentless --html FILE     also write the page of a run: the one of --only, or
                                            postsync-fails

It exits with 0 when every run ended as expected, 1 when one did not, and 2 for invalid arguments.`;

/** Jobs and gates without an agent. */
export const agentlessDemo: Demonstration = {
  usage,
  opening: [
    'ArgoCDSyncServer@1 and ArgoCDGate@1, run by Azure DevOps itself: it calls the handler, a',
    'separate process, which follows Argo CD and reports to the run. Azure DevOps and Argo CD are',
    'simulated; the handler is the built one. The sign before a line says what it is:',
    '',
    '  │ a line of the log, on the page of the run',
    '  ◂ a call of the handler to Azure DevOps',
  ],
  closing: [],
  parts: [...syncScenarios.map(syncPart), gatePart],
  fileOption: 'html',
  drawn: 'postsync-fails',
  build: () => bundle(handlerBundle),
};
