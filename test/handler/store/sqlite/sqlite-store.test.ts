import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../../../src/async/clock.ts';
import { runKinds, runOutcomes, runStates } from '../../../../src/handler/run.ts';
import type { Run, RunChange, RunHead, RunSpec } from '../../../../src/handler/run.ts';
import { SqliteStore } from '../../../../src/handler/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../../../src/handler/store/store.ts';
import type { StoreStep, StoredToken } from '../../../../src/handler/store/store.ts';
import { mostRefused } from '../../../../src/handler/store/sqlite/step-writer.ts';
import { ModelStore } from '../model-store.ts';
import {
  adding,
  asStored,
  largeCheckpoint,
  sampleCheckpoint,
  samplePlan,
  sampleSpec,
  sampleResult,
  sampleRun,
  sampleToken,
  sampleWait,
  storeFolder,
} from '../sample.ts';

const ids = ['run-1', 'run-2', 'run-3', 'run-4'];
const keys = ['key-1', 'key-2'];
const eventKey = '123456789012345';
const digests = ['digest-1', 'digest-2'];
const times = fc.integer({ min: 0, max: 50 });
const tokens: fc.Arbitrary<StoredToken> = fc.record({
  sealed: fc.string(),
  digest: fc.constantFrom(...digests),
});

const changes: fc.Arbitrary<RunChange> = fc.record(
  {
    state: fc.constantFrom(...runStates),
    attempt: fc.integer({ min: 1, max: 9 }),
    isCanceled: fc.boolean(),
    names: fc.option(fc.array(fc.record({ name: fc.string() })), { nil: undefined }),
    outcome: fc.option(fc.constantFrom(...runOutcomes), { nil: undefined }),
    message: fc.string({ unit: 'binary' }),
    endedAt: fc.option(times, { nil: undefined }),
    tokenExpiresAt: times,
    spec: fc.constantFrom(...runKinds).map((kind): RunSpec => {
      return kind === 'claim' ? { ...sampleSpec, kind, eventKey } : { ...sampleSpec, kind };
    }),
  },
  { requiredKeys: [] },
);

const parts: fc.Arbitrary<Omit<StoreStep, 'runId' | 'add'>> = fc.record(
  {
    change: changes,
    checkpoints: fc.array(
      fc.record({
        path: fc.constantFrom('shop', 'shop/cart', 'ns/shop'),
        checkpoint: fc.option(times.map(sampleCheckpoint), { nil: undefined }),
        plan: fc.option(times.map(samplePlan), { nil: undefined }),
        result: fc.option(times.map(sampleResult), { nil: undefined }),
        wait: fc.option(times.map(sampleWait), { nil: undefined }),
      }),
      { maxLength: 3 },
    ),
    enqueue: fc.array(
      fc.record({
        at: times,
        item: fc.oneof(
          fc.constant({ kind: 'started' } as const),
          fc.record({ kind: fc.constant('lines' as const), lines: fc.array(fc.string()) }),
        ),
      }),
      { maxLength: 3 },
    ),
    dequeue: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const added = fc
  .record({ key: fc.constantFrom(...keys), acceptedAt: times, change: changes, token: tokens })
  .map(({ key, acceptedAt, change, token }) => ({ run: { ...change, key, acceptedAt }, token }));

const steps: fc.Arbitrary<StoreStep> = fc
  .record({ runId: fc.constantFrom(...ids), add: fc.option(added, { freq: 2 }), parts })
  .map(({ runId, add, parts: rest }) => ({
    runId,
    ...(add && { add: { run: sampleRun(runId, add.run), token: add.token } }),
    ...rest,
  }));

const deeds = fc.oneof(
  { weight: 6, arbitrary: fc.record({ steps: fc.array(steps, { minLength: 1, maxLength: 6 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      cancellation: fc.record({
        key: fc.constantFrom(...keys),
        digest: fc.constantFrom(...digests),
        at: times,
        expiresAt: times,
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ sweep: fc.record({ endedBefore: times, now: times }) }) },
  { weight: 1, arbitrary: fc.record({ reopen: fc.constant(true) }) },
);

function headOf(run: Run): RunHead {
  return Object.fromEntries(Object.entries(run).filter(([part]) => part !== 'results')) as never;
}

/** All open runs, two at a time. */
async function pages(store: SqliteStore): Promise<readonly RunHead[]> {
  const all: RunHead[] = [];
  for (;;) {
    const page = await store.openRuns(2, all.at(-1)?.id);
    all.push(...page);
    if (page.length < 2) return all;
  }
}

async function assertSame(store: SqliteStore, model: ModelStore): Promise<void> {
  const same = async <T>(stored: Promise<T>, expected: T) => {
    assert.deepEqual(asStored(await stored), asStored(expected));
  };
  await same(store.openRuns(), model.openRuns().map(headOf));
  await same(pages(store), model.openRuns().map(headOf));
  for (const id of ids) {
    await same(store.run(id), model.run(id));
    const open = model.openRuns().find((run) => run.id === id);
    await same(store.openRun(id), open && { ...open, results: [] });
    await same(store.token(id), model.token(id));
    await same(store.checkpoints(id), model.checkpoints(id));
    await same(store.items(id, 2), model.items(id, 2));
    await same(store.items(id, 100), model.items(id, 100));
    const after = model.items(id, 1)[0]?.seq ?? 0;
    await same(store.items(id, 2, after), model.items(id, 2, after));
  }
  for (const key of keys) {
    await same(store.runsOf(key), model.runsOf(key).map(headOf));
    await same(store.cancellations(key), model.cancellations(key));
    for (const digest of digests) {
      const open = model.openRunWith(key, digest);
      await same(store.openRunWith(key, digest), open && headOf(open));
    }
  }
  for (const query of [
    { limit: 3 },
    { limit: 9, state: 'following' },
    { limit: 9, outcome: 'failed' },
    { limit: 9, kind: 'check', before: 25 },
  ] as const) {
    await same(store.runs(query), model.runs(query).map(headOf));
  }
  const { bytes, ...figures } = await store.figures();
  assert.ok(bytes > 0);
  assert.deepEqual(figures, model.figures());
}

describe('The store', () => {
  let folder: ReturnType<typeof storeFolder>;
  let store: SqliteStore;

  beforeEach(() => {
    folder = storeFolder();
    store = SqliteStore.open(folder.path, systemClock);
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });
  const reopen = async () => {
    await store.close();
    store = SqliteStore.open(folder.path, systemClock);
  };

  it('returns what was stored, through any steps and restarts', async function () {
    this.timeout(60_000);
    const property = fc.asyncProperty(fc.array(deeds, { maxLength: 12 }), async (all) => {
      const model = new ModelStore();
      const own = storeFolder();
      let tried = SqliteStore.open(own.path, systemClock);
      try {
        for (const deed of all) {
          if ('steps' in deed) {
            const expected = deed.steps.map((step) => model.commit(step));
            const answers = await Promise.allSettled(deed.steps.map((step) => tried.commit(step)));
            assert.deepEqual(
              answers.map(({ status }) => status === 'fulfilled'),
              expected,
            );
          } else if ('cancellation' in deed) {
            model.addCancellation(deed.cancellation);
            await tried.addCancellation(deed.cancellation);
          } else if ('sweep' in deed) {
            const { endedBefore, now } = deed.sweep;
            const { runs, cancellations } = model.sweepable(endedBefore, now);
            model.sweep(endedBefore, now);
            const removed = await tried.sweep(endedBefore, now, 1_000);
            assert.equal(removed, runs.length + cancellations);
          } else {
            await tried.close();
            tried = SqliteStore.open(own.path, systemClock);
          }
          await assertSame(tried, model);
        }
      } finally {
        await tried.close();
        own.remove();
      }
    });
    await fc.assert(property, { numRuns: 60, interruptAfterTimeLimit: 40_000 });
  });

  it('returns a deeply equal run, except for undefined values within its parts', async () => {
    const run = sampleRun('run-1', { message: 'Zeile\n„2“ \u{1F680}\0 end', isCanceled: true });
    await store.commit({ runId: 'run-1', add: { run, token: sampleToken } });
    await reopen();
    const { spec, report } = run;
    assert.deepEqual(await store.run('run-1'), {
      ...run,
      spec: asStored(spec),
      report: asStored(report),
    });
  });

  it('never reuses the number of an item', async () => {
    await store.commit({ ...adding('run-1'), enqueue: [{ at: 1, item: { kind: 'started' } }] });
    const [first] = await store.items('run-1', 1);
    await store.commit({ runId: 'run-1', dequeue: [first?.seq ?? 0] });
    await reopen();
    await store.commit({ runId: 'run-1', enqueue: [{ at: 2, item: { kind: 'started' } }] });
    const [second] = await store.items('run-1', 1);
    assert.ok((second?.seq ?? 0) > (first?.seq ?? 0));
  });

  it("does not remove another run's items", async () => {
    await store.commit({ ...adding('run-1'), enqueue: [{ at: 1, item: { kind: 'started' } }] });
    await store.commit(adding('run-2'));
    const [item] = await store.items('run-1', 1);
    await store.commit({ runId: 'run-2', dequeue: [item?.seq ?? 0] });
    assert.equal((await store.items('run-1', 9)).length, 1);
  });

  it('writes the checkpoint of thousands of resources in a few pages', async () => {
    await store.commit(adding('run-1'));
    const before = (await store.figures()).bytes;
    const checkpoint = largeCheckpoint(5_000);
    const size = JSON.stringify(checkpoint).length;
    const kept = { path: 'shop', checkpoint, plan: undefined, result: undefined };
    await store.commit({ runId: 'run-1', checkpoints: [kept] });
    const written = (await store.figures()).bytes - before;
    assert.ok(written < size / 8, `${written} bytes for ${size} characters`);
    assert.deepEqual(
      await store.checkpoints('run-1'),
      [asStored(kept)].map((one) => ({
        ...{ plan: undefined, result: undefined },
        ...one,
      })),
    );
  });

  it('stores large values in the order of the calls, even while it is being closed', async () => {
    await store.commit(adding('run-1'));
    const keep = (resources: number) => {
      const checkpoint = largeCheckpoint(resources);
      const kept = { path: 'shop', checkpoint, plan: undefined, result: undefined };
      return store.commit({ runId: 'run-1', checkpoints: [kept] });
    };
    await keep(5_000);
    await keep(3);
    assert.equal((await store.checkpoints('run-1'))[0]?.checkpoint?.steps.length, 3);
    const keeping = keep(4_000);
    await Promise.all([keeping, store.close()]);
    store = SqliteStore.open(folder.path, systemClock);
    assert.equal((await store.checkpoints('run-1'))[0]?.checkpoint?.steps.length, 4_000);
  });

  it('stores everything requested before it was closed, and nothing after', async () => {
    const before = store.commit(adding('run-1'));
    await store.close();
    await before;
    await assert.rejects(store.commit(adding('run-2')), /is closed/);
    await assert.rejects(store.run('run-1'), { name: 'StoreError', message: /is closed/ });
    store = SqliteStore.open(folder.path, systemClock);
    assert.deepEqual(
      (await store.openRuns()).map(({ id }) => id),
      ['run-1'],
    );
  });

  it('resumes 10,000 open runs', async function () {
    this.timeout(60_000);
    const all = Array.from({ length: 10_000 }, (_, index) => adding(`run-${index}`));
    await Promise.all(all.map((step) => store.commit(step)));
    await reopen();
    assert.equal((await store.openRuns()).length, 10_000);
  });

  describe('with refused runs', () => {
    const refuse = (id: string, client: string, endedAt = 0) => {
      const spec = { ...sampleSpec, client };
      return store
        .commit(adding(id, { spec }))
        .then(() =>
          store.commit({ runId: id, change: { state: 'ended', outcome: 'refused', endedAt } }),
        );
    };
    const refused = async () =>
      (await store.runs({ outcome: 'refused', limit: 1_000 })).map(({ id }) => id);

    it('keeps the newest of each client', async () => {
      await refuse('of another', 'other');
      const ids = Array.from({ length: mostRefused + 3 }, (_, index) => `run-${index}`);
      for (const id of ids) await refuse(id, 'fabrikam');
      assert.deepEqual((await refused()).sort(), ['of another', ...ids.slice(3)].sort());
    });

    it('keeps them for a day, and others as long as configured', async () => {
      const [now, day] = [100 * 24 * 3_600_000, 24 * 3_600_000];
      await refuse('old', 'fabrikam', now - day - 1);
      await refuse('new', 'fabrikam', now - day);
      await store.commit(adding('ended', { state: 'ended', outcome: 'failed', endedAt: 1 }));
      assert.equal(await store.sweep(0, now, 10), 1);
      assert.deepEqual(await refused(), ['new']);
      assert.ok(await store.run('ended'));
    });
  });

  describe('sweeping', () => {
    const ended = (id: string, endedAt: number) =>
      store.commit(adding(id, { state: 'ended', outcome: 'failed', endedAt, acceptedAt: endedAt }));

    it('removes a few at a time, oldest first, and never an open one', async () => {
      await store.commit(adding('open', { acceptedAt: 0 }));
      for (const at of [3, 1, 2, 9]) await ended(`run-${at}`, at);
      await store.addCancellation({ key: 'key-1', digest: 'd', at: 0, expiresAt: 5 });
      assert.equal(await store.sweep(5, 5, 2), 2);
      assert.deepEqual(
        (await store.runs({ limit: 9 })).map(({ id }) => id),
        ['run-9', 'run-3', 'open'],
      );
      assert.equal(await store.sweep(5, 6, 2), 2);
      assert.deepEqual(await store.cancellations('key-1'), []);
      assert.equal(await store.sweep(5, 6, 2), 0);
      assert.deepEqual(
        (await store.runs({ limit: 9 })).map(({ id }) => id),
        ['run-9', 'open'],
      );
    });

    it('returns space to the disk, a little at a time', async () => {
      const message = 'x'.repeat(20_000);
      const big = Array.from({ length: 1_000 }, (_, index) =>
        adding(`run-${index}`, { state: 'ended', endedAt: 1, message }),
      );
      await Promise.all(big.map((step) => store.commit(step)));
      const { bytes: full } = await store.figures();
      assert.equal(await store.sweep(2, 0, 1_000), 1_000);
      const { bytes: later } = await store.figures();
      assert.ok(later < full && later > full / 2, `${full} then ${later}`);
      for (let time = 0; time < 8; time += 1) await store.sweep(2, 0, 1_000);
      const { bytes: least } = await store.figures();
      assert.ok(least < full / 10, `${full} then ${least}`);
    });
  });

  it('distinguishes an invalid step from a store that cannot write', async () => {
    await store.commit(adding('run-1'));
    const wrong: readonly (readonly [StoreStep, RegExp])[] = [
      [adding('run-1'), /UNIQUE constraint/],
      [{ ...adding('run-2'), runId: 'run-3' }, /adds another run: run-2/],
      [{ runId: 'run-9', change: { message: 'x' } }, /There is no run run-9/],
      [{ runId: 'run-1', change: { attempt: 1.5 } }, /cannot store REAL value/],
    ];
    for (const [step, message] of wrong) {
      await assert.rejects(store.commit(step), (error: Error) => {
        assert.ok(!(error instanceof StoreError));
        assert.match(error.message, message);
        return true;
      });
    }
    assert.equal(store.fault, undefined);
    assert.equal((await store.openRuns()).length, 1);
  });
});
