import { join } from 'node:path';
import type { ServerJob } from '../../../simulators/azure-devops/server-job.ts';
import type { CrashScenario } from './crash-scenario.ts';
import { inspectStore, leaksOf, settled, storyOf } from './inspection.ts';
import { clientToken, Installation, type Effect } from './installation.ts';

/** A moment at which the process is killed. Ordinals count from 1. */
export type CrashPoint =
  | { readonly at: 'write'; readonly side: 'before' | 'after'; readonly ordinal: number }
  | { readonly at: 'request'; readonly effect: Effect; readonly ordinal: number };

export function printPoint(point: CrashPoint): string {
  if (point.at === 'write') return `${point.side} write ${point.ordinal}`;
  const { on, what, stage } = point.effect;
  return `${on}: ${what}, number ${point.ordinal}, ${stage}`;
}

export interface CrashReport {
  /** Whether the process reached that moment. */
  readonly isReached: boolean;
  /** Everything that is wrong at the end. */
  readonly problems: readonly string[];
  /** The requests of the part that the scenario is about. */
  readonly requests: readonly CrashPoint[];
  /** How often the store had written before that part started. */
  readonly writesBefore: number;
  readonly story: readonly string[];
}

const preload = join(import.meta.dirname, 'kill-at-write.ts');

/**
 * Plays a scenario from the first start of the handler to its end, with one kill at that moment,
 * and checks everything that is left. `story` is the log of an undisturbed run.
 */
export async function crashAt(
  scenario: CrashScenario,
  point?: CrashPoint,
  story?: readonly string[],
): Promise<CrashReport> {
  const installation = await Installation.open({}, false);
  try {
    return await crash(installation, scenario, point, story);
  } finally {
    await installation.close();
  }
}

async function crash(
  installation: Installation,
  scenario: CrashScenario,
  point: CrashPoint | undefined,
  story: readonly string[] | undefined,
): Promise<CrashReport> {
  const { handler } = installation;
  scenario.prepare(installation);
  const trap = arm(installation, point);
  const env = point?.at === 'write' ? { KILL_AT_WRITE: `${point.side} ${point.ordinal}` } : {};
  const { ended } = handler.begin({ preloads: [preload], env });
  const isUp = handler.listening().then(() => true);
  // It may be killed before it listens, and then nothing can be requested yet.
  isUp.catch(() => undefined);
  let isReached = await Promise.race([isUp.then(() => false), ended.then(() => true)]);
  if (isReached) await handler.start();
  const run = scenario.begin(installation);
  let before = { requests: 0, writes: 0 };
  const done = (async () => {
    await scenario.interfere(installation, run);
    before = { requests: trap.points.length, writes: writesOf(installation) };
    await run.done;
    await settled(installation);
  })();
  // If something else fails first, that is reported.
  done.catch(() => undefined);
  let leaks: readonly string[] = [];
  if (!isReached) {
    await Promise.race([done, ended]);
    // It may be killed at its last write.
    isReached = trap.disarm() || handler.hasEnded || /^fatal write/m.test(handler.printed);
    if (isReached) {
      await ended;
      leaks = leaksOf(installation, [run.job.token, clientToken]);
      await handler.start();
    }
  }
  await done;
  const problems = [...leaks, ...(await inspect(installation, scenario, run, story))];
  return {
    isReached,
    problems,
    requests: trap.points.slice(before.requests),
    writesBefore: before.writes,
    story: storyOf(run.job.plan),
  };
}

function writesOf({ handler }: Installation): number {
  return handler.printed.match(/^next write/gm)?.length ?? 0;
}

/** Kills the handler at the request that the point names; lists all possible points. */
function arm(installation: Installation, point: CrashPoint | undefined) {
  const counts = new Map<string, number>();
  const points: CrashPoint[] = [];
  let isSprung = false;
  let isOver = false;
  installation.onEffect = async (effect) => {
    if (isOver) return undefined;
    const { on, what, stage } = effect;
    const key = `${on} ${what} ${stage}`;
    const ordinal = (counts.get(key) ?? 0) + 1;
    counts.set(key, ordinal);
    const here: CrashPoint = { at: 'request', effect, ordinal };
    points.push(here);
    if (point === undefined || printPoint(point) !== printPoint(here)) return undefined;
    isSprung = true;
    isOver = true;
    await installation.handler.kill();
    return 'drop';
  };
  /** Stops killing; says whether it has killed. */
  const disarm = () => {
    isOver = true;
    return isSprung;
  };
  return { points, disarm };
}

/** Everything that must hold at the end, wherever the process was killed. */
async function inspect(
  installation: Installation,
  scenario: CrashScenario,
  run: ServerJob,
  story: readonly string[] | undefined,
): Promise<readonly string[]> {
  const { azure, handler } = installation;
  const { job, execution } = run;
  const pages = await Promise.all(
    ['/', '/metrics', '/readyz'].map(async (path) => (await installation.admin(path)).text),
  );
  const answers = execution.sent.map(({ answer }) => JSON.stringify(answer ?? {}));
  await handler.kill();
  const { problems } = await inspectStore(installation);
  return [
    ...azure.faults,
    ...leaksOf(installation, [job.token, clientToken], [...pages, ...answers]),
    ...problems,
    ...scenario.inspect(installation, run, story),
  ];
}
