import assert from 'node:assert/strict';
import { configMap, files } from '../../manifests.ts';
import { Installation, until } from './installation.ts';
import { addPendingRuns } from './pending-runs.ts';

const count = 10_000;
/** Of the process; `npm run bench` has the goals. */
const mostMemory = 600 * 1_024 * 1_024;

describe(`The handler, with ${count} open runs in its store,`, () => {
  it('is ready before it has resumed them, does so within bounded memory, and has capacity for more', async () => {
    const installation = await Installation.open({ keepsRequests: false, validate: false }, false);
    const { argocd, handler } = installation;
    try {
      await addPendingRuns(installation, { count, applications: 20 });
      const asked = new Set<string>();
      installation.onEffect = ({ planId }) => {
        if (planId !== undefined) asked.add(planId);
        return undefined;
      };
      await handler.start();
      assert.ok(asked.size < count, 'all were taken up first');
      assert.equal((await installation.admin('/readyz')).status, 200);

      argocd.commit('new', files(configMap('settings')));
      argocd.createApplication('new');
      const { result, message } = await installation.sync({ applications: 'new' }).done;
      assert.equal(result, 'succeeded', message);

      const metrics = (await installation.admin('/metrics')).text;
      const open = [...metrics.matchAll(/_runs\{.*state="following".*\} (\d+)/g)];
      assert.equal(
        open.reduce((sum, [, runs]) => sum + Number(runs), 0),
        count,
      );
      const memory = Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
      assert.ok(memory < mostMemory, `${Math.round(memory / 1_024 / 1_024)} MiB`);
      // As many as it keeps in memory; the others get their turn when these only wait.
      await until(() => asked.size >= 1_000);
    } finally {
      await installation.close();
    }
  });
});
