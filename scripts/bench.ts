import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNode } from '../simulators/agent/node-runtime.ts';
import { usage } from './bench/usage.ts';
import { doAsked, exitCodes } from './do-asked.ts';
import { parseArguments } from './one-of-several.ts';
import { measureColdStart } from './bench/cold-start.ts';
import { measureAcknowledgements } from './bench/handler/acknowledgements.ts';
import { measureBursts } from './bench/handler/bursts.ts';
import { measureCompletions } from './bench/handler/completions.ts';
import { measureDelays } from './bench/handler/delays.ts';
import { measureFollowUps } from './bench/handler/follow-ups.ts';
import { measureFatRuns } from './bench/handler/fat-runs.ts';
import { measureHostileClient } from './bench/handler/hostile-client.ts';
import { measureManyPending } from './bench/handler/many-pending.ts';
import { tableOf, type Figure } from './bench/figure.ts';
import { measureStorm } from './bench/handler/storm.ts';
import { measureHandlerTurns } from './bench/handler/turns.ts';
import { measureHookStart } from './bench/hook-start.ts';
import { measureLatency } from './bench/latency.ts';
import { measureLongestTurns } from './bench/longest-turn.ts';
import { measureManyApplications } from './bench/many-applications.ts';
import { measurePlanning } from './bench/planning.ts';
import { measureSizes } from './bench/sizes.ts';
import { bundle, bundleTasks, handlerBundle, hookBundle } from './bundle.ts';

type Measurement = (temporaryFolder: string) => readonly Figure[] | Promise<readonly Figure[]>;

const groups: Readonly<Record<string, Measurement>> = {
  'cold-start': measureColdStart,
  'hook-start': measureHookStart,
  latency: measureLatency,
  'many-applications': measureManyApplications,
  planning: measurePlanning,
  sizes: measureSizes,
  'longest-turn': measureLongestTurns,
  'handler-acknowledgements': (folder) => measureAcknowledgements(folder),
  'handler-bursts': (folder) => measureBursts(folder),
  'handler-completions': (folder) => measureCompletions(folder),
  'handler-delays': (folder) => measureDelays(folder),
  'handler-fat-runs': measureFatRuns,
  'follow-ups': (folder) => measureFollowUps(folder),
  'follow-ups-storm': (folder) => measureStorm(folder),
  'handler-hostile-client': (folder) => measureHostileClient(folder),
  'handler-turns': (folder) => measureHandlerTurns(folder),
  'handler-pending': (folder) => measureManyPending(folder),
};

/** Selects all groups whose names start with this. */
const family = 'handler';

const several = { names: [...Object.keys(groups), family], noun: 'group', fileOption: 'json' };
const asked = parseArguments(process.argv.slice(2), several);
process.exitCode = await doAsked(asked, { name: 'bench', usage }, async ({ only, file }) => {
  await measure(only, file);
  return exitCodes.success;
});

async function measure(only?: string, jsonFile?: string): Promise<void> {
  await Promise.all([bundleTasks(), bundle(handlerBundle), bundle(hookBundle)]);
  const machine = describeMachine();
  const folder = mkdtempSync(join(tmpdir(), 'argocd-bench-'));
  const figures: Figure[] = [];
  try {
    for (const [name, measurement] of Object.entries(groups)) {
      if (only !== undefined && name !== only && !name.startsWith(`${only}-`)) continue;
      console.error(`measuring ${name} …`);
      figures.push(...(await measurement(folder)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${machine}\n`);
  for (const line of tableOf(figures)) console.log(line);
  if (jsonFile === undefined) return;
  const measuredAt = new Date().toISOString();
  writeFileSync(jsonFile, `${JSON.stringify({ machine, measuredAt, figures }, undefined, 2)}\n`);
}

/** What the figures depend on, including the load: other work on the same cores distorts them. */
function describeMachine(): string {
  const nodes = ([20, 24] as const)
    .map((major) => findNode(major))
    .filter((path) => path !== undefined)
    .map((path) => execFileSync(path, ['--version'], { encoding: 'utf8' }).trim());
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `${availableParallelism()} cores (${model}), ${platform()}, Node ${nodes.join(' and ')}, load ${load} at the start`;
}
