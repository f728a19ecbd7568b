import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configMap, files } from '../../manifests.ts';
import { succeedingSync } from './crash-scenario.ts';
import { inspectStore, settled } from './inspection.ts';
import { Installation, until } from './installation.ts';

const preload = join(import.meta.dirname, 'full-disk.ts');

describe('The handler, while its disk is full,', () => {
  let installation: Installation;
  let flag: string;
  beforeEach(async () => {
    installation = await Installation.open({}, false);
    flag = join(installation.folder, 'disk-is-full');
    await installation.handler.start({ preloads: [preload], env: { FULL_DISK: flag } });
  });
  afterEach(() => installation.close());

  /** A sync that is in progress when the disk is full. */
  const fillDuringSync = async () => {
    succeedingSync.prepare(installation);
    const open = succeedingSync.begin(installation);
    await installation.argocd.until(
      'shop',
      (shop) => shop?.status.operationState?.phase === 'Running',
    );
    writeFileSync(flag, '');
    return open;
  };

  it('refuses new runs with the reason, keeps existing ones, and continues when there is space', async () => {
    const { argocd, handler, azure } = installation;
    const open = await fillDuringSync();

    // A few may still find space, but cannot continue without more.
    const messages: string[] = [];
    const refusal = () => messages.find((message) => /503/.test(message));
    await until(() => {
      const asked = installation.sync({ applications: 'other' });
      void asked.done.then(({ message = '' }) => messages.push(message));
      return refusal() !== undefined;
    });
    assert.match(refusal() ?? '', /status 503: .*the disk is full.*Free some space/);
    // A write that still finds space makes it healthy again for a moment.
    const tells = async (path: string, what: RegExp) =>
      what.test((await installation.admin(path)).text);
    await until(() => tells('/readyz', /nothing can be stored: .*the disk is full/));
    await until(() => tells('/', /the disk is full/));
    assert.equal((await installation.admin('/livez')).status, 200);

    rmSync(flag);
    await until(async () => (await installation.admin('/readyz')).status === 200);
    await open.done;
    argocd.commit('more', files(configMap('settings')));
    argocd.createApplication('more');
    const next = await installation.sync({ applications: 'more' }).done;
    assert.equal(next.result, 'succeeded', next.message);
    await settled(installation);
    installation.syncs.splice(1);
    assert.deepEqual(succeedingSync.inspect(installation, open, undefined), []);
    assert.deepEqual(azure.faults, []);
    await handler.kill();
    assert.deepEqual((await inspectStore(installation)).problems, []);
  });

  it('loses nothing if it is killed then', async () => {
    const { handler, azure } = installation;
    const open = await fillDuringSync();
    await handler.printing(/step not stored; retrying/);
    await handler.kill();
    rmSync(flag);
    await handler.start();
    await open.done;
    await settled(installation);
    assert.deepEqual(succeedingSync.inspect(installation, open, undefined), []);
    assert.deepEqual(azure.faults, []);
  });
});
