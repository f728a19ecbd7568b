import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../../../src/async/clock.ts';
import { eventKeyOf } from '../../../src/follow-ups/action-key.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { root } from '../../../scripts/bundle.ts';
import { queueing, storedAction } from '../follow-ups/sample-action.ts';
import { Installation } from './installation.ts';

const memory = {
  ...{ argocd: 'prod', uid: 'uid-1', historyId: 0 },
  ...{ isDegraded: false, degradations: 0 },
};

/**
 * An installation whose store has a follow-up of the project `shop`, in a state that nothing
 * processes.
 */
async function withEvent(): Promise<{ installation: Installation; event: string }> {
  const installation = await Installation.open({}, false);
  const { azure, database } = installation;
  mkdirSync(dirname(database), { recursive: true });
  const organization = azure.collectionUrl.replace(/\/$/, '').split('/').at(-1) ?? '';
  const action = storedAction(
    // Older ones would be removed at the start.
    { state: 'done', createdAt: Date.now() },
    { action: { ...queueing, organization, project: azure.projectName } },
  );
  const store = SqliteStore.open(database, systemClock);
  await store.events.recordEvents({
    memory: { ...memory, operation: undefined },
    actions: [action],
  });
  await store.close();
  return { installation, event: eventKeyOf(action.key) };
}

describe('The built handler, called by ArgoCDEvent@1,', () => {
  const claim = ({ azure, connection }: Installation, event: string, token?: string) =>
    azure.runServerTask({
      task: join(root, 'tasks/ArgoCDEvent/V1'),
      inputs: { event },
      connections: {
        handlerConnection:
          token === undefined ? connection : { ...connection, parameters: { apitoken: token } },
      },
    });

  it('hands the event out to one run, fails the second, and refuses an invalid claim', async () => {
    const { installation, event } = await withEvent();
    try {
      await installation.handler.start();
      const first = claim(installation, event);
      assert.equal((await first.done).result, 'succeeded');
      const record = first.job.plan.records.find(({ id }) => id === first.job.taskInstanceId);
      assert.equal(record?.variables?.['application']?.value, 'shop');
      assert.equal(record?.variables?.['outcome']?.value, 'succeeded');

      const second = claim(installation, event);
      assert.equal((await second.done).result, 'failed');
      const issues = second.job.plan.records.flatMap(({ issues: each }) => each ?? []);
      assert.match(JSON.stringify(issues), /Another run has already received this event/);
      assert.ok(JSON.stringify(issues).includes(`buildId=${first.job.build.id}`));

      for (const [what, text, token] of [
        ['a missing event', '999999999999999', undefined],
        ['the default of a manual run', '0', undefined],
        ['a variable without a value', '$(event)', undefined],
        ['a path outside of the route', '../../v1/whoami', undefined],
        ['an unknown client', event, 'no token of ours'],
      ] as const) {
        assert.equal((await claim(installation, text, token).done).result, 'failed', what);
      }
      const { text } = await installation.admin('/metrics');
      assert.match(text, /argocd_handler_claims_total\{result="claimed"\} 1/);
      assert.match(text, /argocd_handler_claims_total\{result="taken"\} 1/);
      assert.match(text, /argocd_handler_claims_total\{result="unknown"\} 1/);
      assert.deepEqual(installation.azure.faults, []);
    } finally {
      await installation.close();
    }
  });

  it('can be killed at any point, and the next process gives the run the same answer', async () => {
    for (const where of ['updateRecords', 'postEvent TaskCompleted']) {
      const { installation, event } = await withEvent();
      try {
        await installation.handler.start();
        let isKilled = false;
        installation.onEffect = async ({ what, stage }) => {
          if (isKilled || what !== where || stage !== 'arrived') return undefined;
          isKilled = true;
          await installation.handler.kill();
          void installation.handler.start();
          return 'drop';
        };
        const run = claim(installation, event);
        assert.equal((await run.done).result, 'succeeded', where);
        assert.ok(isKilled, where);
        const record = run.job.plan.records.find(({ id }) => id === run.job.taskInstanceId);
        assert.equal(record?.variables?.['application']?.value, 'shop', where);
        assert.equal((await claim(installation, event).done).result, 'failed', where);
      } finally {
        await installation.close();
      }
    }
  });
});
