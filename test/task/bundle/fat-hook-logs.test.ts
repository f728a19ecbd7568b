import assert from 'node:assert/strict';
import { configMap, job } from '../../manifests.ts';
import { resultOf, summaryOf } from './soundness.ts';
import { onEachNode } from './stage.ts';

const logWidth = 1_000_000;
const log = Array.from({ length: 50 }, (_, index) => `line ${index + 1}`).join('|');
const fat = { hook: 'PreSync', seconds: 10, exit: 1, log, logWidth };
const hooks = [
  // Read while the hook runs, since its log is deleted on failure.
  job('migrate', { ...fat, policy: 'HookFailed' }),
  job('check', fat),
];
/** Small enough that one such log, kept completely, would end the process. */
const env = { NODE_OPTIONS: '--max-old-space-size=96' };

describe('The bundle, with hooks that print 50 lines of a megabyte each,', function () {
  this.timeout(120_000);

  it(
    'fails the step, with shortened last lines of the logs',
    onEachNode(
      async ({ make, run }) => {
        make('shop', ...hooks, configMap('settings'));
        const ended = await run({}, { env });
        assert.equal(ended.result, 'Failed', ended.lines.join('\n'));
        assert.match(ended.outputs['message'] ?? '', /PreSync hook Job\/\w+ failed/);
        const told = ended.lines.join('\n');
        // A run waits for its logs for a bounded time, which a busy machine may need for other
        // work.
        assert.match(told, /\| line 50\.{50}|Its log did not arrive in time/);
        assert.ok(told.length < 1_000_000, `the log has ${told.length} characters`);
        assert.match(summaryOf(ended), /PreSync hook Job\/\w+ failed/);
        assert.equal(resultOf(ended).outcome, 'failed');
      },
      { timeScale: 0.2 },
    ),
  );
});
