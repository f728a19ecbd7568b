import { runPage } from '../../../simulators/azure-devops/page.ts';
import type { ServerJob } from '../../../simulators/azure-devops/server-job.ts';
import { ExampleSite } from '../../../test/handler/process/examples/example-site.ts';
import { linesOf as logOf } from '../../../test/handler/process/plan-lines.ts';
import { outputsOf, showPage } from '../agentless/page.ts';
import type { Part } from '../demonstration.ts';
import { line, linesOf, type Line, type Tone } from '../line.ts';
import type { Screen } from '../screen.ts';
import { gutter, StepLog } from '../step-log.ts';
import { textGrid } from '../text-grid.ts';
import { compareEnds, missingTexts, type Played } from '../verdict.ts';
import type { HookScenario } from './scenarios.ts';

/** Real milliseconds for each simulated one. */
const timeScale = 0.5;
/** Simulated milliseconds; Argo CD's own default is two seconds. */
const waveDelay = 800;

/** A deployment of the example, with everything that it starts. */
export function hookPart(scenario: HookScenario): Part {
  return {
    ...scenario,
    play: async (screen) => {
      let tests: HookScenario['tests'] = 'succeeded';
      let isShown = false;
      const site = await ExampleSite.open(
        'migrate-test-rollback',
        ['smoke-tests.yml', 'rollback.yml'],
        {
          ...{ timeScale, waveDelay },
          script: () => tests,
          onEvent: (text) => {
            if (isShown) screen.line(eventLine(text));
          },
        },
      );
      try {
        await site.handler.start();
        site.files.apply(site.argocd);
        if (scenario.isSecond) {
          screen.text();
          screen.line(
            line(
              'An earlier deployment, which passed its tests: the rollback returns to it.',
              'faint',
            ),
          );
          await deploy(site, 41);
        }
        ({ tests } = scenario);
        isShown = true;
        screen.section('As it happens', []);
        return await playHooks(scenario, site, screen);
      } finally {
        isShown = false;
        await site.close();
      }
    },
  };
}

async function playHooks(
  { name, expected }: HookScenario,
  site: ExampleSite,
  screen: Screen,
): Promise<Played> {
  const [jobsBefore, runsBefore] = [site.serverJobs.length, site.azure.queuedBuilds.length];
  await deploy(site, 42);
  for (const each of expected.followUps) await site.ended(each.split(' ')[0] ?? '');
  const [job] = site.serverJobs.slice(jobsBefore);
  if (job === undefined) throw new Error('The pipeline has not started.');
  const lines = logOf(job.job.plan);
  showLog(lines, screen);
  const view = site.azure.view(job);
  showPage(view, screen);
  const runs = site.azure.queuedBuilds.slice(runsBefore);
  const cells = runs.map(({ queued, buildNumber, result }) => [
    ...[queued.pipeline.name, buildNumber, result ?? 'runs'],
    queued.tags.join(', '),
  ]);
  const rows = [['Pipeline', 'Run', 'Result', 'Tags'], ...cells];
  const grid = textGrid(rows, screen.roomInside).join('\n');
  screen.section('The follow-up pipelines, as Azure DevOps lists them', linesOf(grid));
  screen.section('What their jobs report', causeLines(site.serverJobs.slice(jobsBefore + 1)));
  const ends = compareEnds(expected, {
    result: view.result,
    outcome: outputsOf(view).outcome ?? '-',
  });
  const real = runs.map(({ queued, result }) => `${queued.pipeline.name} ${result ?? 'runs'}`);
  const isSame = real.join() === expected.followUps.join();
  return {
    ...{ name, ...ends },
    faults: [
      ...ends.faults,
      ...(isSame ? [] : [`the follow-ups are: ${real.join(', ')}`]),
      ...missingTexts(lines, expected.says),
      ...site.azure.faults,
    ],
    draw: () => runPage(view),
  };
}

/** Pushes images with this tag, which starts the pipeline. */
function deploy(site: ExampleSite, tag: number) {
  const edit = (text: string) => text.replaceAll(':42', `:${tag}`);
  return site.trigger('azure-pipelines.yml', site.push(site.argocd, 'shop', edit));
}

function showLog(lines: readonly string[], screen: Screen): void {
  screen.section('The deployment log', []);
  const log = new StepLog(screen.width - gutter.length);
  for (const raw of lines) {
    const shown = log.read(raw);
    if (shown) screen.line(shown, gutter);
  }
}

/** What each job of the follow-up pipelines reports; `ArgoCDEvent@1` reports the cause. */
function causeLines(jobs: readonly ServerJob[]): readonly Line[] {
  return jobs.flatMap(({ job: { plan, build, taskInstanceId } }) => {
    const said = plan.record(taskInstanceId)?.currentOperation;
    return said ? [line(`${build.definitionName}: ${said}`)] : [];
  });
}

const tones: Readonly<Record<string, Tone>> = {
  Succeeded: 'good',
  Synced: 'good',
  succeeded: 'good',
  Failed: 'bad',
  failed: 'bad',
};

/** A line of the event log, preceded by its system. */
function eventLine(text: string): Line {
  const isPipeline = text.startsWith('pipeline ');
  const [, before = text, last = ''] = /^(.*?)(\S+)$/.exec(text) ?? [];
  return [
    { text: isPipeline ? '  Azure DevOps  ' : '  Argo CD       ', tone: 'faint' },
    { text: before.replace(/^(pipeline|shop:) /, ''), tone: 'plain' },
    { text: last, tone: tones[last] ?? 'plain' },
  ];
}
