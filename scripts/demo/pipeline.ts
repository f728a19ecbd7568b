import { runTask, type TaskRun } from '../../test/simulators/agent/agent.ts';
import { ArgoCDSimulator, defaultSpec } from '../../test/simulators/argo-cd/simulator.ts';
import { line } from './line.ts';
import { outputLines, summaryLines, timelineLines } from './report.ts';
import { applicationName, type Scenario } from './scenarios.ts';
import type { Screen } from './screen.ts';
import { StepLog } from './step-log.ts';

/** A second of the simulated Argo CD takes half of one here, so that nobody has to wait for waves. */
const timeScale = 0.5;
/** Between two waves, simulated milliseconds; Argo CD's own default is two seconds. */
const waveDelay = 800;

const margin = '  ';
const gutter = '│ ';

/** Plays one run live: push, sync, and then what the run keeps of it. */
export async function playPipeline(scenario: Scenario, screen: Screen): Promise<TaskRun> {
  const argocd = await ArgoCDSimulator.start({
    timeScale,
    startTime: Date.now(),
    behaviour: { waveDelay },
  });
  try {
    const revision = prepare(argocd, scenario);
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
    showRecords(run, screen);
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

function prepare(argocd: ArgoCDSimulator, { manifests, meanwhile }: Scenario): string {
  const files = { 'all.yaml': manifests.map((each) => JSON.stringify(each)).join('\n---\n') };
  const revision = argocd.commit(applicationName, files);
  const spec = defaultSpec(applicationName);
  argocd.addNamespace(spec.destination.namespace ?? 'default');
  argocd.createApplication(applicationName, { spec: { ...spec, syncPolicy: {} } });
  meanwhile?.(argocd);
  return revision;
}

function showRecords(run: TaskRun, screen: Screen): void {
  const width = screen.width - margin.length;
  const parts = [
    ['Timeline', timelineLines(run, width)],
    ['Summary', summaryLines(run, width)],
    ['Outputs', outputLines(run, width)],
  ] as const;
  for (const [title, lines] of parts) {
    screen.text();
    screen.line(line(title, 'title'));
    for (const each of lines) screen.line(each, margin);
  }
}
