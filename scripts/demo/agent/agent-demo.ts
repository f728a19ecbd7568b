import type { TaskRun } from '../../../simulators/agent/agent.ts';
import { bundleTasks } from '../../bundle.ts';
import type { Demonstration } from '../demonstration.ts';
import { compareEnds, missingTexts, type Played } from '../verdict.ts';
import { drawRun } from './picture.ts';
import { playPipeline } from './pipeline.ts';
import { scenarios, type Scenario } from './scenarios.ts';

const usage = `Runs the built task through an agent simulator against a simulated Argo CD.

  npm run demo
  npm run demo -- --only NAME     one run only
  npm run demo -- --svg FILE      also draw a run: the one of --only, or postsync-fails
  npm run demo -- agentless       the same without an agent; see npm run demo -- agentless --help
  npm run demo -- hooks           hooks and follow-up pipelines; see npm run demo -- hooks --help

It exits with 0 when every run ended as expected, 1 when one did not, and 2 for invalid arguments.`;

/** The main job: the task in an agent job. */
export const agentDemo: Demonstration = {
  usage,
  opening: [
    'The built ArgoCDSync@1, run like an agent of Azure Pipelines runs it, against a simulated',
    'Argo CD whose clock runs twice as fast.',
  ],
  closing: ['npm run demo -- agentless shows the same without an agent: agentless jobs and gates.'],
  parts: scenarios.map((scenario) => ({
    ...scenario,
    play: async (screen) => judge(scenario, await playPipeline(scenario, screen)),
  })),
  fileOption: 'svg',
  drawn: 'postsync-fails',
  build: bundleTasks,
};

/** Compares a run with what was expected. */
export function judge(
  { name, expected }: Pick<Scenario, 'name' | 'expected'>,
  run: Pick<TaskRun, 'result' | 'outputs' | 'lines' | 'infrastructureFailure'>,
): Played {
  const { result, outputs, lines, infrastructureFailure } = run;
  const ends = compareEnds(expected, { result, outcome: outputs.outcome ?? '-' });
  return {
    ...{ name, ...ends },
    faults: [
      ...(infrastructureFailure === undefined ? [] : [infrastructureFailure]),
      ...ends.faults,
      ...missingTexts(lines, expected.says),
    ],
    draw: () => drawRun(run),
  };
}
