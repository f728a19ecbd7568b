import { runTask, type TaskRun } from '../../../simulators/agent/agent.ts';
import { line } from '../line.ts';
import { outputLines, summaryLines, timelineLines } from '../report.ts';
import type { Screen } from '../screen.ts';
import { addApplication, applicationName, push, startArgoCD } from '../shop.ts';
import { gutter, StepLog } from '../step-log.ts';
import { timelineRows } from './records.ts';
import type { Scenario } from './scenarios.ts';

/** Plays one run live: push, sync, and then what remains of the run. */
export async function playPipeline(scenario: Scenario, screen: Screen): Promise<TaskRun> {
  const argocd = await startArgoCD();
  try {
    const revision = push(argocd, scenario.manifests);
    addApplication(argocd);
    scenario.meanwhile?.(argocd);
    screen.text();
    screen.line(line(`Pushed to the configuration repository: ${revision}`, 'faint'));
    for (const text of stepYaml) screen.line(line(text, 'faint'));
    screen.text();
    const log = new StepLog(screen.width - gutter.length);
    const run = await runTask({
      task: 'ArgoCDSync',
      inputs: { applications: applicationName, project: 'default', revision },
      connection: { url: argocd.url, token: argocd.token },
      onLine: (raw) => {
        const shown = log.read(raw);
        if (shown) screen.line(shown, gutter);
      },
    });
    const width = screen.roomInside;
    screen.section('Timeline', timelineLines(timelineRows(run.records), width));
    screen.section('Summary', summaryLines(run.attachments, width));
    screen.section('Outputs', outputLines(run.outputs, width));
    return run;
  } finally {
    await argocd.stop();
  }
}

const stepYaml = [
  '- task: ArgoCDSync@1',
  `  inputs: { argocdConnection: demo, applications: ${applicationName}, project: default,`,
  '            revision: $(configCommit) }',
];
