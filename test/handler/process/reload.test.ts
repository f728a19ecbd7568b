import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { succeedingSync } from './crash-scenario.ts';
import { settled } from './inspection.ts';
import { Installation, until } from './installation.ts';

describe('The handler, when its configuration changes,', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.open();
    succeedingSync.prepare(installation);
  });
  afterEach(() => installation.close());

  const messageOf = async (application: string) =>
    (await installation.sync({ applications: application }).done).message ?? '';
  const logged = (pattern: RegExp) => until(() => pattern.test(installation.handler.printedNow));
  const shopAlone = () =>
    installation.configText.replace("applications: ['*']", "applications: ['shop']");

  const ways: readonly (readonly [string, (text: string) => void])[] = [
    [
      'is written',
      (text) => {
        installation.configure(text);
      },
    ],
    [
      'is replaced',
      (text) => {
        writeFileSync(`${installation.config}.new`, text);
        renameSync(`${installation.config}.new`, installation.config);
      },
    ],
  ];
  for (const [what, change] of ways) {
    it(`uses the new one once the file ${what}, and loses no run`, async () => {
      const run = succeedingSync.begin(installation);
      await installation.argocd.until(
        'shop',
        ({ status } = {} as never) => status?.operationState?.phase === 'Running',
      );
      change(shopAlone());
      await logged(/configuration reloaded/);
      assert.match(await messageOf('other'), /status 403/);
      await run.done;
      await settled(installation);
      assert.deepEqual(succeedingSync.inspect(installation, run, undefined), []);
    });
  }

  it('keeps the previous one while the new one is invalid, and says where', async () => {
    writeFileSync(installation.config, `${shopAlone()}nonsense: true\n`);
    await logged(/configuration not reloaded; keeping the previous one/);
    assert.match(installation.handler.printedNow, /handler\.yaml:\d+: .*nonsense/);
    assert.ok(!/403/.test(await messageOf('other')));
    assert.match((await installation.admin('/metrics')).text, /reload.*refused.* 1/);
    writeFileSync(installation.config, shopAlone());
    await logged(/configuration reloaded/);
    assert.match(await messageOf('other'), /status 403/);
  });

  it('reads immediately at SIGHUP', async () => {
    installation.handler.signal('SIGHUP');
    await logged(/configuration unchanged/);
  });

  it('ends a run whose Argo CD is no longer configured, with the reason', async () => {
    const run = succeedingSync.begin(installation);
    await installation.argocd.until(
      'shop',
      (shop) => shop?.status.operationState?.phase === 'Running',
    );
    await installation.handler.kill();
    writeFileSync(installation.config, installation.configText.replaceAll('prod', 'test'));
    await installation.handler.start();
    await until(() => installation.azure.completions(run.job).length > 0);
    const [completion] = installation.azure.completions(run.job);
    assert.equal(completion?.result, 'failed');
    const { issues } = run.job.plan.record(run.job.taskInstanceId) ?? {};
    assert.match(issues?.[0]?.message ?? '', /no longer has an Argo CD instance "prod"/);
    run.cancel();
    await run.done;
  });
});
