import type { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import { runPage } from '../../../simulators/azure-devops/page.ts';
import type { ServerRequest } from '../../../simulators/azure-devops/server-request.ts';
import type { Part } from '../demonstration.ts';
import { line, type Line, type Tone } from '../line.ts';
import { configMap } from '../manifests.ts';
import type { Screen } from '../screen.ts';
import { addApplication, applicationName, push, workloads } from '../shop.ts';
import { gutter } from '../step-log.ts';
import { missingTexts, type Played } from '../verdict.ts';
import { showPage } from './page.ts';
import { Site } from './site.ts';
import { untilOver } from './waiting.ts';

/** Real milliseconds per millisecond of Azure DevOps: the five minutes between samples take half a second. */
const timeScale = 0.5 / 300;
/** Minutes. */
const schedule = { stabilizationTime: 0, samplingInterval: 5, timeout: 300 };
const minute = 60_000;
/**
 * How long a comparison in Argo CD takes, in simulated milliseconds: long enough to be seen after the
 * operation, since Argo CD's times are whole seconds.
 */
const comparison = 1_000;

/** What was deployed before the commit that the gate waits for. */
const before = [configMap('settings', -1)];
/** The sample after which somebody deploys that commit. */
const deployedAfter = 1;
const expected = 'waiting, passed, succeeded';

/** A classic release with the gate ArgoCDGate@1. */
export const gatePart: Part = {
  name: 'gate',
  shows: 'A gate of a classic release is sampled every five minutes (half a second here).',
  lookFor: 'why it waits, and that it passes only when the new commit is live and healthy.',
  play: async (screen) => {
    const site = await Site.open(timeScale);
    try {
      return await playGate(site, screen);
    } finally {
      await site.close();
    }
  },
};

async function playGate(site: Site, screen: Screen): Promise<Played> {
  const { azure, argocd } = site;
  await deployBefore(argocd);
  const revision = push(argocd, workloads);
  const inputs = { argocd: 'prod', applications: applicationName, project: 'default', revision };
  const run = azure.runGates({
    ...schedule,
    gates: [{ name: 'Argo CD', ...site.use('ArgoCDGate', inputs) }],
  });
  const [execution] = run.executions;
  const startedAt = azure.now;
  const statuses: string[] = [];
  const messages: string[] = [];
  for (let seen = 0; ; seen += 1) {
    await untilOver(run.done, () => run.samples.length > seen);
    const [sample, exchange] = [run.samples[seen], execution?.sent[seen]];
    if (sample === undefined || exchange === undefined) break;
    if (seen === 0) showQuestion(exchange.request, screen);
    const { status, message } = readAnswer(exchange.answer?.text ?? '{}');
    const after = `${Math.round((sample.at - startedAt) / minute)} min`;
    screen.line(sampleLine(after, status, message), gutter);
    if (statuses.at(-1) !== status) statuses.push(status);
    messages.push(message);
    if (seen === deployedAfter) {
      argocd.syncAs('anna', applicationName, { revision });
      screen.line(line('Somebody deploys it: anna starts a sync in Argo CD.', 'faint'));
    }
  }
  const result = await run.done;
  const view = azure.view(run);
  showPage(view, screen);
  const real = [...statuses, result].join(', ');
  return {
    name: gatePart.name,
    expected,
    real,
    faults: [
      ...(real === expected ? [] : [`it was ${real}`]),
      ...missingTexts(messages, [revision.slice(0, 7), 'Healthy']),
      ...azure.faults,
    ],
    draw: () => runPage(view),
  };
}

/** Argo CD before the release: the earlier commit is deployed and compared. */
async function deployBefore(argocd: ArgoCDSimulator): Promise<void> {
  argocd.behavior.refresh = comparison;
  push(argocd, before);
  addApplication(argocd);
  await argocd.until(applicationName, (found) => found?.status.reconciledAt !== undefined);
  argocd.syncAs('anna', applicationName);
  await argocd.until(applicationName, (found) => {
    const { operationState, reconciledAt = '' } = found?.status ?? {};
    return operationState?.finishedAt !== undefined && reconciledAt > operationState.finishedAt;
  });
}

function showQuestion({ method, url, expression }: ServerRequest, screen: Screen): void {
  screen.section('Azure Pipelines calls the handler, which answers immediately', [
    line(`${method} ${url}`),
    line(`The gate passes when ${expression}`),
  ]);
  screen.section('The samples of the gate', []);
}

function readAnswer(text: string): { readonly status: string; readonly message: string } {
  const { status = '-', message = '' } = JSON.parse(text) as Partial<
    Readonly<Record<'status' | 'message', string>>
  >;
  return { status, message };
}

function sampleLine(after: string, status: string, message: string): Line {
  const tones: Readonly<Record<string, Tone>> = { passed: 'good', failed: 'bad' };
  return [
    { text: after.padStart(7), tone: 'faint' },
    { text: `  ${status.padEnd(9)}`, tone: tones[status] ?? 'warn' },
    { text: message, tone: 'plain' },
  ];
}
