import assert from 'node:assert/strict';
import { keyOf, type RunSpec } from '../../../src/handler/run.ts';
import { mostUnprovenCancels } from '../../../src/handler/access/pending-quota.ts';
import { mostRefused } from '../../../src/handler/store/sqlite/step-writer.ts';
import { Secret } from '../../../src/secret.ts';
import { Workshop } from './workshop.ts';

describe('Unproven requests', () => {
  let shop: Workshop;

  beforeEach(async () => {
    shop = await Workshop.open();
  });
  afterEach(() => shop.close());

  const forged = (index: number) => new Secret(`forged-${index}`);
  /** As large as a body may be. */
  const large = (): RunSpec => {
    const info = Array.from({ length: 460 }, () => ({ name: 'a', value: 'x'.repeat(490) }));
    return shop.spec(shop.azure.addJob(), { info });
  };
  const away = () =>
    shop.azure.inject({
      operation: 'getPlan',
      fault: { kind: 'answer', status: 503 },
      times: Infinity,
    });

  it('leave one line each if they are refused, and at most 1 MB per client', async function () {
    this.timeout(120_000);
    const job = shop.azure.addJob();
    const token = new Secret(job.token);
    for (let sent = 0; sent < 600; sent += 50) {
      for (let index = sent; index < sent + 50; index += 1) {
        // The plan has no such task: the first response is conclusive.
        const taskInstanceId = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
        const address = { ...shop.addressOf(job), taskInstanceId };
        await shop.runs.accept({ ...large(), address }, token);
      }
      while ((await shop.store.openRuns()).length > 0) await shop.time.clock.sleep(1_000);
    }
    const left = await shop.store.runs({ limit: 1_000 });
    assert.equal(left.length, mostRefused);
    assert.ok(left.every(({ outcome }) => outcome === 'refused'));
    assert.ok(left.every((run) => JSON.stringify(run).length < 4_096));
    assert.equal(shop.runs.unprovenOf('fabrikam'), 0);
    const { bytes } = await shop.store.figures();
    assert.ok(bytes < 32 * 1_024 * 1_024, `${bytes} bytes`);
  });

  it('are counted in characters of their client until they are proven or refused', async () => {
    const back = away();
    const spec = large();
    const { runId } = await shop.runs.accept(spec, forged(1));
    const job = shop.azure.addJob();
    const own = await shop.runs.accept(shop.spec(job), new Secret(job.token));
    assert.ok(shop.runs.unprovenOf('fabrikam') > 236_000);
    assert.equal(shop.runs.unprovenOf('other'), 0);
    await shop.kill();
    await shop.start();
    assert.ok(shop.runs.unprovenOf('fabrikam') > 236_000);
    back();
    await Promise.all([shop.ended(runId), shop.ended(own.runId)]);
    assert.equal(shop.runs.unprovenOf('fabrikam'), 0);
  });

  describe('to cancel', () => {
    const address = () => shop.addressOf(shop.azure.addJob());

    it('are removed if they are refused', async () => {
      const job = shop.azure.addJob();
      const at = shop.addressOf(job);
      assert.equal(await shop.runs.cancel(at, forged(1), 'fabrikam'), true);

      assert.equal((await shop.store.cancellations(keyOf(at))).length, 1);
      while ((await shop.store.cancellations(keyOf(at))).length > 0) {
        await shop.time.clock.sleep(1_000);
      }
    });

    it('apply once for any token if they are proven', async () => {
      const job = shop.azure.addJob();
      const at = shop.addressOf(job);
      await shop.runs.cancel(at, new Secret(job.token), 'fabrikam');

      const digests = async () =>
        (await shop.store.cancellations(keyOf(at))).map(({ digest }) => digest);
      while ((await digests()).join() !== '*') await shop.time.clock.sleep(1_000);
      const { runId } = await shop.runs.accept(shop.spec(job), new Secret(job.token));
      assert.equal((await shop.ended(runId)).outcome, 'canceled');
    });

    it('are not stored for a client that has too many, except for a run that they meet', async function () {
      this.timeout(60_000);
      away();
      const job = shop.azure.addJob();
      const { runId } = await shop.runs.accept(shop.spec(job), new Secret(job.token));
      const where = address();
      const cancels = Array.from({ length: mostUnprovenCancels + 50 }, (_, index) =>
        shop.runs.cancel(where, forged(index), 'fabrikam'),
      );
      const kept = (await Promise.all(cancels)).filter(Boolean);
      assert.equal(kept.length, mostUnprovenCancels);
      assert.equal(await shop.runs.cancel(where, forged(-1), 'fabrikam'), false);
      assert.equal(await shop.runs.cancel(where, forged(-1), 'other'), true);
      const own = shop.runs.cancel(shop.addressOf(job), new Secret(job.token), 'fabrikam');
      assert.equal(await own, true);
      assert.equal((await shop.store.run(runId))?.isCanceled, true);
    });
  });
});
