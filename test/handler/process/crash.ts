import assert from 'node:assert/strict';
import { join } from 'node:path';
import { configMap, files, job as kubernetesJob } from '../../manifests.ts';
import type { ServerJob } from '../../simulators/azure-devops/server-job.ts';
import { inspectStore, leaksOf, openRecords, doubledLines, settled, storyOf } from './inspection.ts';
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
  /** Whether the process came to that moment. */
  readonly isReached: boolean;
  /** Everything that is not as it must be at the end. */
  readonly problems: readonly string[];
  /** The requests at which it could have been killed. */
  readonly points: readonly CrashPoint[];
  readonly story: readonly string[];
}

const preload = join(import.meta.dirname, 'kill-at-write.ts');
/** Azure DevOps itself fails a task whose request breaks; its next try is the same attempt to us. */
const retries = 6;

/**
 * Runs a sync from a first start of the handler to its end, with one kill at that moment, and looks
 * at everything that is left. `story` is what its log must tell.
 */
export async function crashAt(
  point: CrashPoint | undefined,
  story?: readonly string[],
): Promise<CrashReport> {
  const installation = await Installation.open({}, false);
  try {
    return await crash(installation, point, story);
  } finally {
    await installation.close();
  }
}

async function crash(
  installation: Installation,
  point: CrashPoint | undefined,
  expected: readonly string[] | undefined,
): Promise<CrashReport> {
  const { argocd, handler } = installation;
  const migrate = kubernetesJob('migrate', { hook: 'PreSync' });
  argocd.commit('shop', files(migrate, configMap('settings')));
  argocd.createApplication('shop');
  const points = arm(installation, point);

  const env = point?.at === 'write' ? { KILL_AT_WRITE: `${point.side} ${point.ordinal}` } : {};
  const { ended } = handler.begin({ preloads: [preload], env });
  const isUp = handler.listening().then(() => true);
  // It may be killed before it is up, and then nobody can ask yet.
  isUp.catch(() => undefined);
  let isReached = await Promise.race([isUp.then(() => false), ended.then(() => true)]);
  if (isReached) await handler.start();
  const run = installation.sync({ applications: 'shop' }, { retryCountOnTaskFailure: retries });
  const done = run.done.then(() => settled(installation));
  if (!isReached) {
    await Promise.race([done, ended]);
    // Its last write may be what it is killed at.
    isReached = handler.hasEnded || /^fatal write/m.test(handler.printed);
    if (isReached) {
      await ended;
      await handler.start();
    }
    await done;
  }
  const problems = await inspect(installation, run, expected);
  return { isReached, problems, points, story: storyOf(run.job.plan) };
}

/** Kills the handler at the request that the point names; lists all at which it could. */
function arm(installation: Installation, point: CrashPoint | undefined): readonly CrashPoint[] {
  const counts = new Map<string, number>();
  const points: CrashPoint[] = [];
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
    isOver = true;
    await installation.handler.kill();
    return 'drop';
  };
  return points;
}

/** Everything that must hold at the end, wherever the process died. */
async function inspect(
  installation: Installation,
  run: ServerJob,
  story: readonly string[] | undefined,
): Promise<readonly string[]> {
  const { azure, handler, syncs } = installation;
  const { job } = run;
  const { plan } = job;
  const { result } = await run.done;
  const pages = await Promise.all(
    ['/', '/metrics', '/readyz'].map(async (path) => (await installation.admin(path)).text),
  );
  const answers = run.execution.sent.map(({ answer }) => JSON.stringify(answer ?? {}));
  await handler.kill();
  const leaks = leaksOf(installation, [job.token, clientToken], [...pages, ...answers]);
  const { runs, problems } = await inspectStore(installation);
  const completions = azure.completions(job).map((one) => [one.result, one.accepted]);
  const own = plan.record(job.taskInstanceId);
  const worked = runs.filter(({ outcome }) => outcome !== 'refused').map(({ outcome }) => outcome);
  return [
    ...azure.faults,
    ...leaks,
    ...problems,
    ...openRecords(plan),
    ...doubledLines(plan).map((line) => `The log has twice: ${line}`),
    ...differs('the syncs', syncs, ['shop']),
    ...differs('the completions', completions, [['succeeded', true]]),
    ...differs('the result of the job', result, 'succeeded'),
    ...differs('the runs', worked, ['succeeded']),
    ...differs('the outcome variable', own?.variables?.['outcome']?.value, 'succeeded'),
    ...differs('the progress', own?.percentComplete, 100),
    ...differs('the log', storyOf(plan), story ?? storyOf(plan)),
    ...differs(
      'the attachments',
      plan.attachments.map(({ type }) => type),
      ['DistributedTask.Core.Summary', 'argocd.result'],
    ),
    ...differs(
      'the records',
      plan.records.flatMap(({ type, name, result: end }) =>
        type?.startsWith('ArgoCD.') === true ? [`${name} ${end}`] : [],
      ),
      ['shop', 'PreSync', 'Job/migrate', 'Sync'].map((name) => `${name} succeeded`),
    ),
  ];
}

function differs(what: string, actual: unknown, expected: unknown): readonly string[] {
  try {
    assert.deepEqual(actual, expected);
    return [];
  } catch {
    return [`Wrong: ${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
  }
}
