import assert from 'node:assert/strict';
import { configMap, files, job as kubernetesJob } from '../../manifests.ts';
import { succeedingSync } from './crash-scenario.ts';
import { inspectStore, settled } from './inspection.ts';
import { Installation, until } from './installation.ts';
import { inLanes } from './lanes.ts';
import { beAway, manners, targets } from './outage.ts';

/** Installations at a time: mostly, they wait. */
const lanes = 5;
/** Real milliseconds: several tries of the handler fail within this time. */
const duration = 3_000;
const untold = /"report to Azure DevOps failed"/;

/** Plays a run with an outage, and returns what is wrong at its end. */
async function withOutage(
  when: 'before it is asked for' | 'while it is followed' | 'while its end is told',
  outage: (installation: Installation) => Promise<void>,
  /** The handler's log of it. */
  notice: RegExp,
): Promise<readonly string[]> {
  const installation = await Installation.open();
  const { argocd, azure, handler } = installation;
  try {
    const migrate = kubernetesJob('migrate', { hook: 'PreSync', seconds: 4 });
    argocd.commit('shop', files(migrate, configMap('settings')));
    argocd.createApplication('shop');
    let isBack = false;
    const away = () => outage(installation).then(() => (isBack = true));
    if (when === 'before it is asked for') void away();
    const run = installation.sync({ applications: 'shop' });
    await until(() => run.execution.sent[0]?.answer?.status === 202);
    if (when === 'before it is asked for') assert.ok(!isBack, 'the answer waited for somebody');
    else if (when === 'while it is followed') {
      await argocd.until('shop', (shop) => shop?.status.operationState?.phase === 'Running');
      await away();
    } else {
      await argocd.until('shop', (shop) => shop?.status.operationState?.phase === 'Succeeded');
      await away();
    }
    assert.equal((await installation.admin('/livez')).status, 200);
    assert.equal((await installation.admin('/readyz')).status, 200);
    await run.done;
    await settled(installation);
    await handler.kill();
    const { problems } = await inspectStore(installation);
    return [
      ...azure.faults,
      ...problems,
      ...succeedingSync.inspect(installation, run, undefined),
      ...(notice.test(handler.printed) ? [] : [`It logged nothing like ${notice}.`]),
      ...handler.log.filter(({ level }) => level >= 50).map(({ msg }) => `It logged: ${msg}`),
    ];
  } finally {
    await installation.close();
  }
}

describe('A run of the handler', () => {
  it('continues after any outage of any kind, reported once and completely', async () => {
    const cases = targets.flatMap((target) => manners.map((manner) => ({ target, manner })));
    const results = await inLanes(cases, lanes, async ({ target, manner }) => {
      const problems = await withOutage(
        'while it is followed',
        (installation) => beAway(installation, target, manner, duration),
        target === 'Argo CD' ? /./ : untold,
      );
      return problems.map((problem) => `${target} ${manner}: ${problem}`);
    });
    assert.deepEqual(results.flat(), []);
  });

  it('is accepted while both others are down, and its end is reported when they return', async () => {
    const [early, late] = await Promise.all([
      withOutage(
        'before it is asked for',
        (installation) => beAway(installation, 'both', 'refuses connections', duration),
        /"run verification failed"/,
      ),
      withOutage(
        'while its end is told',
        (installation) => beAway(installation, 'Azure DevOps', 'answers 503', duration),
        untold,
      ),
    ]);
    assert.deepEqual([...early, ...late], []);
  });

  it('continues while both others come and go', async () => {
    const flap = async (installation: Installation) => {
      for (let round = 0; round < 4; round += 1) {
        for (const manner of manners) await beAway(installation, 'both', manner, 250);
      }
    };
    const problems = await withOutage('while it is followed', flap, untold);
    assert.deepEqual(problems, []);
  });
});
