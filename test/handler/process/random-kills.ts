import { inspectStore, leaksOf, settled, tokenOf } from './inspection.ts';
import { clientToken, Installation } from './installation.ts';
import { mixedRuns, type MixedRun } from './mixed-runs.ts';
import { randomSource } from './random-source.ts';

export interface KillsOptions {
  readonly seed: number;
  readonly kills: number;
  /** Milliseconds after which no further kill is started. */
  readonly limit?: number;
  readonly onKill?: (kills: number, runs: number) => void;
}

export interface KillsReport {
  readonly kills: number;
  /** How many runs of each kind there were. */
  readonly runs: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** Concurrent runs. */
const mostOpen = 6;
/** The longest time, in milliseconds, that a process of the handler lives, including its start. */
const longestLife = 1_200;
/** Of so many processes, one lives that long after it is ready: on a slow machine, no other gets anywhere. */
const readyEvery = 4;

/**
 * Kills a handler repeatedly at random moments, including its start, while runs of all kinds are in
 * progress; then lets them end, and checks everything that is left.
 */
export async function killAtRandom(options: KillsOptions): Promise<KillsReport> {
  const installation = await Installation.open({}, false);
  try {
    return await kill(installation, options);
  } finally {
    await installation.close();
  }
}

async function kill(
  installation: Installation,
  { seed, kills, limit = Infinity, onKill }: KillsOptions,
): Promise<KillsReport> {
  const random = randomSource(seed);
  const { handler } = installation;
  const kinds = Object.entries(mixedRuns);
  const runs: MixedRun[] = [];
  let open = 0;
  let isOver = false;
  const begin = () => {
    const [kind, start] = kinds[Math.floor(random() * kinds.length)] ?? [];
    if (kind === undefined || start === undefined || isOver) return;
    const run = { kind, ...start(installation, `shop-${runs.length + 1}`, random) };
    runs.push(run);
    open += 1;
    void run.done.then(() => {
      open -= 1;
      while (open < mostOpen && !isOver) begin();
    });
  };
  for (let count = 0; count < mostOpen; count += 1) begin();

  const began = performance.now();
  let killed = 0;
  while (killed < kills && performance.now() - began < limit) {
    const { ended } = handler.begin();
    const life = random() * longestLife;
    const begins = killed % readyEvery === 0 ? handler.listening() : Promise.resolve();
    const moment = begins.then(() => new Promise((resolve) => setTimeout(resolve, life)));
    const exit = await Promise.race([moment, ended]);
    if (exit !== undefined) throw new Error(`The handler ended by itself: ${handler.printedNow}`);
    await handler.kill();
    killed += 1;
    onKill?.(killed, runs.length);
  }
  isOver = true;
  await handler.start();
  await Promise.all(runs.map(({ done }) => done));
  await settled(installation);
  return {
    kills: killed,
    runs: Object.fromEntries(
      kinds.map(([kind]) => [kind, runs.filter((run) => run.kind === kind).length]),
    ),
    problems: await inspect(installation, runs),
  };
}

async function inspect(
  installation: Installation,
  runs: readonly MixedRun[],
): Promise<readonly string[]> {
  const { azure, handler, syncs } = installation;
  const pages = [(await installation.admin('/')).text, (await installation.admin('/metrics')).text];
  await handler.kill();
  const markers = syncs.map(({ marker }) => marker);
  const tokens = new Set(azure.requests.map(tokenOf));
  return [
    ...azure.faults,
    ...(await inspectStore(installation)).problems,
    ...leaksOf(installation, [...tokens, clientToken], pages),
    ...markers
      .filter((marker, index) => markers.indexOf(marker) !== index)
      .map((marker) => `Argo CD was asked twice for the sync of ${marker}.`),
    ...handler.log.filter(({ level }) => level >= 60).map(({ msg }) => `It logged: ${msg}`),
    ...runs.flatMap((run, index) =>
      run.inspect().map((problem) => `${run.kind} of shop-${index + 1}: ${problem}`),
    ),
  ];
}
