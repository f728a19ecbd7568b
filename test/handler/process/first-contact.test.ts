import assert from 'node:assert/strict';
import { succeedingSync } from './crash-scenario.ts';
import { inspectStore, settled } from './inspection.ts';
import { Installation, until } from './installation.ts';

/** What a proxy returns instead of Argo CD: at a first contact, it indicates a wrong address. */
const proxyPage = {
  times: Infinity,
  fault: {
    kind: 'answer',
    status: 200,
    headers: { 'Content-Type': 'text/html' },
    body: '<html><body>Sign in</body></html>',
  },
} as const;

describe('The handler, restarted while Argo CD is down,', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.open({}, false);
    succeedingSync.prepare(installation);
  });
  afterEach(() => installation.close());

  const beginAway = async () => {
    const { argocd, handler } = installation;
    await handler.kill();
    const end = argocd.faults.add(proxyPage);
    argocd.closeStreams();
    await handler.start();
    const run = succeedingSync.begin(installation);
    await until(() => run.execution.sent[0]?.answer?.status === 202);
    return { run, end };
  };

  it('waits for one that has responded to an earlier process, and then syncs', async () => {
    await installation.handler.start();
    await until(async () =>
      /list_age_seconds{.*} \d/.test((await installation.admin('/metrics')).text),
    );
    // Not killed: what it has just learned may not be stored yet.
    await installation.handler.stop();
    const { run, end } = await beginAway();
    await until(() => /Cannot reach Argo CD; retrying/.test(installation.handler.printedNow));
    end();
    await run.done;
    await settled(installation);
    assert.deepEqual(succeedingSync.inspect(installation, run, undefined), []);
    await installation.handler.kill();
    assert.deepEqual((await inspectStore(installation)).problems, []);
  });

  it('says immediately that Argo CD was never reached if none has ever responded', async () => {
    const { run } = await beginAway();
    await until(() => installation.azure.completions(run.job).length > 0);
    const [completion] = installation.azure.completions(run.job);
    assert.equal(completion?.result, 'failed');
    const { issues } = run.job.plan.record(run.job.taskInstanceId) ?? {};
    assert.match(issues?.[0]?.message ?? '', /Argo CD/);
    run.cancel();
    await run.done;
  });
});
