import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { numberOf } from '../../../src/handler/store/sqlite/migrations.ts';
import { configMap, files, job } from '../../manifests.ts';
import { heapOfTheImage } from './image-heap.ts';
import { inspectStore, settled } from './inspection.ts';
import { linesOf } from './plan-lines.ts';
import { Installation, until } from './installation.ts';

/** What a run keeps of its hooks' logs, in characters. */
const mostLogCharacters = 256 * 1_024;
const logWidth = 1_000_000;
const log = Array.from({ length: 50 }, (_, index) => `line ${index + 1}`).join('|');
const fat = { hook: 'PreSync', seconds: 10, exit: 1, log, logWidth };
const hooks = [
  // Read while the hook runs, since its log is deleted on failure.
  job('migrate', { ...fat, policy: 'HookFailed' }),
  ...['seed', 'check', 'smoke'].map((name) => job(name, fat)),
];

describe('The handler, with hooks that print 50 lines of a megabyte each,', () => {
  it('stays within the heap of the image, ends the run correctly, and restarts with it', async () => {
    const installation = await Installation.open({ keepsRequests: false }, false);
    const { argocd, azure, handler } = installation;
    const start = () => handler.start({ env: { NODE_OPTIONS: heapOfTheImage() } });
    let logsRead = 0;
    installation.onEffect = ({ what, stage }) => {
      if (stage === 'applied' && what.endsWith('/logs')) logsRead += 1;
      return undefined;
    };
    try {
      argocd.commit('shop', files(...hooks, configMap('settings')));
      argocd.createApplication('shop');
      await start();
      const run = installation.sync({ applications: 'shop' });
      await argocd.until('shop', (shop) => shop?.status.operationState?.phase === 'Running');
      // Logs are being read at this moment.
      await until(() => logsRead > 0);
      await handler.kill();
      await start();
      await run.done;
      await settled(installation);
      assert.equal(handler.hasEnded, false, handler.printedNow);
      assert.deepEqual(
        azure.completions(run.job).map(({ result }) => result),
        ['failed'],
      );
      const told = linesOf(run.job.plan);
      assert.ok(told.some((line) => /PreSync hook Job\/\w+ failed/.test(line)));
      // A run waits for its logs for a bounded time, which a busy machine may need for other work.
      const last = /\| line 50\.{50}|Its log did not arrive in time/;
      assert.ok(
        told.some((line) => last.test(line)),
        told.join('\n').slice(0, 10_000),
      );
      const size = told.reduce((sum, line) => sum + line.length, 0);
      assert.ok(size < 4 * mostLogCharacters, `the log of the run has ${size} characters`);

      await handler.kill();
      await start();
      const [page = ''] =
        /\/runs\/[\w-]+/.exec((await installation.admin('/?show=ended')).text) ?? [];
      assert.match((await installation.admin(page)).text, /PreSync hook Job\/\w+ failed/);
      assert.equal(handler.hasEnded, false, handler.printedNow);
      await handler.kill();
      assert.deepEqual((await inspectStore(installation)).problems, []);
      const bytes = bytesOfResults(installation);
      assert.ok(bytes < 2 * mostLogCharacters, `the results of the run have ${bytes} bytes`);
    } finally {
      await installation.close();
    }
  });
});

/** Of the store, which no handler may have open. */
function bytesOfResults({ database }: Installation): number {
  const file = new DatabaseSync(database);
  try {
    return numberOf(file, 'SELECT max(length(results_json)) FROM runs');
  } finally {
    file.close();
  }
}
