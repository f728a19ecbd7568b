import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { configMap, files } from '../../manifests.ts';
import { Installation, until, type Effect } from './installation.ts';

const smoke = `
  - name: smoke
    when: { events: [succeeded] }
    do:
      queuePipeline:
        pipeline: shop/smoke-tests
        parameters: { revision: '{{revision}}' }`;
const rollback = `
  - name: rollback
    when: { events: [failed] }
    do: { queuePipeline: shop/rollback }`;

describe('The handler, following applications that others sync,', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.open({}, false);
    const { argocd, azure, folder } = installation;
    const { token } = azure.addIdentity('argocd handler', rights);
    writeFileSync(join(folder, 'pat'), token);
    const parameters = [{ name: 'event' }, { name: 'revision', default: '' }];
    const runNumber = 'argocd-${{ parameters.event }}';
    for (const name of ['smoke-tests', 'rollback', 'deploy']) {
      azure.addPipeline({ name, parameters, runNumber });
    }
    argocd.commit('shop', files(configMap('settings')));
  });
  afterEach(() => installation.close());

  const configText = (followUps: string, grants = '') =>
    installation.configText.replace('private: true }]', "private: true, pat: '${file:./pat}' }]") +
    (followUps === '' ? '' : `followUps:${followUps}\n`) +
    (grants === '' ? '' : `grants: [${grants}]\n`);
  const start = async (followUps = smoke, grants = '') => {
    installation.configure(configText(followUps, grants));
    await installation.handler.start();
    await known();
  };
  /** The names of queued pipelines. */
  const queued = () =>
    installation.azure.queuedBuilds.map(({ queued: { pipeline } }) => pipeline.name);
  const metric = async (name: RegExp) =>
    Number(
      new RegExp(`^argocd_handler_${name.source} (\\d+)$`, 'm').exec(
        (await installation.admin('/metrics')).text,
      )?.[1] ?? 0,
    );
  const actions = (state: string) => metric(new RegExp(`actions\\{state="${state}"\\}`));
  const isSettled = async () => (await actions('waiting')) + (await actions('sent')) === 0;
  /** All applications have been read. */
  const known = () =>
    until(async () => {
      const names = installation.argocd.application('shop') === undefined ? 0 : 1;
      return (await metric(/applications\{argocd="prod"\}/)) >= names;
    });
  /** Another actor syncs; resolves when that has ended. */
  const sync = async (request = {}) => {
    installation.argocd.syncAs('eve', 'shop', request);
    await installation.argocd.until(
      'shop',
      (shop) =>
        shop?.operation === undefined && shop?.status.operationState?.finishedAt !== undefined,
    );
  };

  it('queues a pipeline once for a success', async () => {
    installation.argocd.createApplication('shop');
    await start();
    await sync();
    await until(async () => (await actions('done')) === 1);
    assert.deepEqual(queued(), ['smoke-tests']);
    const [build] = installation.azure.queuedBuilds;
    assert.match(build?.buildNumber ?? '', /^argocd-\d{15}$/);
    assert.match(build?.queued.templateParameters['revision'] ?? '', /^[0-9a-f]{40}$/);
    assert.equal(await metric(/events_total\{kind="succeeded",late="false"\}/), 1);
    await installation.handler.kill();
    await installation.handler.start();
    await known();
    await until(isSettled);
    assert.deepEqual(queued(), ['smoke-tests'], 'and no second time after a restart');
    assert.deepEqual(installation.azure.faults, []);
  });

  it('follows one Argo CD by two names, each with rules of its own, and starts a rule of both once', async () => {
    const { argocd } = installation;
    argocd.createApplication('shop');
    const rule = (name: string, pipeline: string, instance = '') => `
  - name: ${name}
    when: { events: [succeeded] }
    for: { ${instance && `argocd: [${instance}]`} }
    do: { queuePipeline: shop/${pipeline} }`;
    const startAs = async (...names: readonly [string, string]) => {
      const [one, two] = names;
      const rules =
        rule('one', 'smoke-tests', one) + rule('two', 'rollback', two) + rule('both', 'deploy');
      const instances = names.map(
        (name) => `  - { name: ${name}, url: '${argocd.url}', token: '${argocd.token}' }\n`,
      );
      const text = configText(rules).replace(/^ {2}- \{ name: prod,.*\n/m, instances.join(''));
      installation.configure(text.replace('argocd: prod', `argocd: ${one}`));
      await installation.handler.start();
      await until(async () => {
        const counts = names.map((name) =>
          metric(new RegExp(`applications\\{argocd="${name}"\\}`)),
        );
        return (await Promise.all(counts)).every((count) => count >= 1);
      });
    };
    await startAs('prod', 'shown');
    await sync();
    await until(async () => (await actions('done')) === 3);
    assert.deepEqual([...queued()].sort(), ['deploy', 'rollback', 'smoke-tests']);
    await installation.handler.kill();
    await startAs('renamed', 'shown');
    await until(isSettled);
    assert.equal(queued().length, 3, 'and no more under another name');
    await sync();
    await until(async () => (await actions('done')) === 6);
    assert.deepEqual([...queued().slice(3)].sort(), ['deploy', 'rollback', 'smoke-tests']);
  });

  it('starts nothing for a dry run', async () => {
    installation.argocd.createApplication('shop');
    await start();
    await sync({ dryRun: true });
    await until(async () => (await metric(/events_total\{kind="succeeded",late="false"\}/)) === 1);
    assert.deepEqual([queued(), await isSettled()], [[], true]);
  });

  it('catches up on what happened while it was down', async () => {
    installation.argocd.createApplication('shop');
    await start();
    await installation.handler.kill();
    await sync();
    await start();
    await until(async () => (await actions('done')) === 1);
    assert.deepEqual(queued(), ['smoke-tests']);
  });

  it('reports nothing that ended before it was followed', async () => {
    installation.argocd.createApplication('shop');
    await start('');
    await sync();
    // Argo CD's clock is ahead of ours here: the rule is later by both.
    const ended = Date.parse(
      installation.argocd.application('shop')?.status.operationState?.finishedAt ?? '',
    );
    await until(() => Date.now() > ended + 1_000);
    await installation.handler.stop();
    await start();
    await until(isSettled);
    assert.deepEqual(queued(), []);
  });

  it('applies a rule that a reload adds', async () => {
    installation.argocd.createApplication('shop');
    await start(rollback);
    await sync();
    installation.configure(configText(rollback + smoke));
    await until(() => /configuration reloaded/.test(installation.handler.printedNow));
    assert.deepEqual(queued(), []);
    await sync();
    await until(async () => (await actions('done')) === 1);
    assert.deepEqual(queued(), ['smoke-tests']);
  });

  it('queues what annotations request within their grant, and nothing else', async () => {
    installation.argocd.createApplication('shop');
    installation.argocd.annotate('shop', {
      'azure-pipelines/on-success': 'shop/smoke-tests; shop/deploy',
    });
    const grant =
      '{ argocd: prod, appProjects: [default], organization: fabrikam, azureProjects: [shop], pipelines: [smoke-*] }';
    await start('', grant);
    await sync();
    await until(async () => (await actions('done')) === 1);
    await until(isSettled);
    assert.deepEqual(queued(), ['smoke-tests']);
    const { text: page } = await installation.admin('/');
    assert.match(page, /Application argocd\/shop of prod: Annotation <code>[^<]*deploy/);
  });

  const moments: readonly Pick<Effect, 'what' | 'stage'>[] = [
    { what: 'listDefinitions', stage: 'arrived' },
    { what: 'previewRun', stage: 'applied' },
    { what: 'queueRun', stage: 'applied' },
    { what: 'queueRun', stage: 'arrived' },
  ];
  for (const { what, stage } of moments) {
    it(`queues once although it is killed when ${what} has ${stage}`, async () => {
      installation.argocd.createApplication('shop');
      let kills = 0;
      installation.onEffect = async (effect) => {
        if (effect.what !== what || effect.stage !== stage || kills > 0) return undefined;
        kills += 1;
        await installation.handler.kill();
        return 'drop';
      };
      await start();
      await sync();
      await until(() => kills === 1 && installation.handler.hasEnded);
      await start();
      await until(async () => (await actions('done')) === 1);
      assert.deepEqual(queued(), ['smoke-tests']);
    });
  }
});
