import { runPage } from '../../../simulators/azure-devops/page.ts';
import type { ServerJob } from '../../../simulators/azure-devops/server-job.ts';
import type { Part } from '../demonstration.ts';
import { linesOf } from '../line.ts';
import type { Screen } from '../screen.ts';
import { addApplication, applicationName, push } from '../shop.ts';
import { textGrid } from '../text-grid.ts';
import { compareEnds, missingTexts, type Played } from '../verdict.ts';
import { answerLine, requestLines } from './exchange-lines.ts';
import { killAndRestart } from './interruption.ts';
import { LiveRun } from './live-run.ts';
import { outputsOf, showPage } from './page.ts';
import type { SyncScenario } from './scenarios.ts';
import { Site } from './site.ts';
import { firstExchange } from './waiting.ts';

/** Longer than any of these runs takes, so that one that hangs is noticed. */
const timeoutInMinutes = 1;

/** An agentless job with ArgoCDSyncServer@1. */
export function syncPart(scenario: SyncScenario): Part {
  return {
    ...scenario,
    play: async (screen) => {
      const site = await Site.open();
      try {
        return await playSync(scenario, site, screen);
      } finally {
        await site.close();
      }
    },
  };
}

async function playSync(scenario: SyncScenario, site: Site, screen: Screen): Promise<Played> {
  const { azure, argocd } = site;
  const { name, isExplained = false, killedAt, expected } = scenario;
  const revision = push(argocd, scenario.manifests);
  addApplication(argocd);
  if (isExplained) {
    screen.section('The whole configuration of the handler', linesOf(site.config.trimEnd()));
    screen.section('The pipeline', linesOf(stepYaml));
  }
  const inputs = { argocd: 'prod', applications: applicationName, project: 'default', revision };
  const run = azure.runServerTask({ ...site.use('ArgoCDSyncServer', inputs), timeoutInMinutes });
  const live = new LiveRun(run.job.plan, screen);
  // However fast the handler is, its response and its start are shown before its actions.
  const begun = showExchange(run, isExplained ? Object.keys(inputs) : undefined, screen);
  let interruption: Promise<void> | undefined;
  azure.onRequest = async (request, stage) => {
    if (stage === 'arrived') return;
    await begun;
    await interruption;
    live.show(request);
    const isHere = live.lines.some((text) => killedAt?.test(text));
    if (isHere) await (interruption ??= killAndRestart(site, screen));
  };
  const { result } = await run.done;
  const view = azure.view(run);
  showPage(view, screen);
  const counts = [
    ['Syncs requested from Argo CD', argocd.requests.filter(isSync).length],
    ['Completions of the task', azure.completions(run.job).length],
  ] as const;
  const cells = counts.map(([what, count]) => [what, String(count)]);
  screen.section('Counted', linesOf(textGrid(cells, screen.roomInside).join('\n')));
  const ends = compareEnds(expected, { result, outcome: outputsOf(view).outcome ?? '-' });
  return {
    ...{ name, ...ends },
    faults: [
      ...ends.faults,
      ...(killedAt !== undefined && interruption === undefined
        ? ['the handler was not killed']
        : []),
      ...counts.filter(([, count]) => count !== 1).map(([what, count]) => `${what}: ${count}`),
      ...missingTexts(live.lines, expected.says),
      ...azure.faults,
    ],
    draw: () => runPage(view),
  };
}

const stepYaml = `- job: sync
  pool: server
  steps:
    - task: ArgoCDSyncServer@1
      inputs: { handlerConnection: handler, argocd: prod, applications: ${applicationName},
                project: default, revision: $(configCommit) }`;

/** Shows the request, with only the sections of `names` if there are any, and the response. */
async function showExchange(
  { execution, done }: ServerJob,
  names: readonly string[] | undefined,
  screen: Screen,
): Promise<void> {
  const sent = await firstExchange(execution, done);
  if (sent?.answer === undefined) return;
  const { request, answer } = sent;
  const { method, url } = request;
  const asked = names === undefined ? linesOf(`${method} ${url}`) : requestLines(request, names);
  screen.section('Azure Pipelines calls the handler', asked);
  screen.section('The handler has stored it, and responds', [answerLine(answer)]);
  screen.section('The run, as it grows', []);
}

function isSync({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === 'POST' && path.endsWith('/sync');
}
