import assert from 'node:assert/strict';
import { atOnce } from '../../../src/sync/model/at-once.ts';
import type { DatabaseSync } from 'node:sqlite';
import { longestBody } from '../../../src/handler/http/body-text.ts';
import { endOfResults } from '../../../src/handler/runs/execution/run-ending.ts';
import { keptCharacters } from '../../../src/handler/runs/execution/kept-results.ts';
import { tombstoneOf } from '../../../src/handler/runs/execution/tombstone.ts';
import { openSqliteFile } from '../../../src/handler/store/sqlite/sqlite-file.ts';
import { StepWriter } from '../../../src/handler/store/sqlite/step-writer.ts';
import { newMemory } from '../../../src/sync/model/memory.ts';
import { readApplication, trackSteps } from '../../in-one-go.ts';
import { result } from '../../report/example-results.ts';
import { adding, sampleSpec, storeFolder } from './sample.ts';

const mebibyte = 1_024 * 1_024;
const [address, name] = [2_000, 1_024];

/**
 * The maximum length of every text in the store, in characters, each with what bounds it. A column
 * that is missing here fails the test: say what bounds it.
 */
const bounds: Readonly<Record<string, number>> = {
  // Ids are GUIDs, our own or parsed as such (`http/header-block.ts`); a key also has an address.
  'runs.id': 36,
  'runs.key': address + 200,
  'runs.marker': 200,
  'tokens.digest': 64,
  'cancellations.key': address + 200,
  'cancellations.digest': 64,
  // Our own words.
  'runs.kind': 20,
  'runs.state': 20,
  'runs.outcome': 20,
  // The content of a body of 256 KiB, as JSON (`http/body-text.ts`).
  'runs.order_json': 4 * longestBody,
  // Argo CD's list for a selector: its response has at most 64 MiB (`argocd/rest/http.ts`).
  'runs.names_json': 64 * mebibyte,
  // Ten errors, ten warnings, and the location of the log (`runs/run-log.ts`).
  'runs.report_json': 64 * 1_024,
  'runs.message': 4_096,
  'runs.results_json': keptCharacters,
  // A token of at most 8,192 characters (`http/header-block.ts`), sealed.
  'tokens.sealed': 16_384,
  'checkpoints.path': 20 * name,
  // The ends of two operations and the steps: 20,000 resources, 1 MiB of messages in each read.
  'checkpoints.checkpoint_json': 64 * mebibyte,
  // Manifests arrive in one response of at most 64 MiB.
  'checkpoints.plan_json': 64 * mebibyte,
  'checkpoints.result_json': 64 * mebibyte,
  // A result, with up to 500 follow-ups.
  'checkpoints.wait_json': 64 * mebibyte,
  'items.item_json': 64 * mebibyte,
  'probe.room': 65_536,
  'contacts.address': 64,
  // Kubernetes ids; hooks that are reported one by one (`sync/events/derive-events.ts`).
  'event_memories.uid': 64,
  'event_memories.argocd': 100,
  'event_memories.memory_json': 512 * 1_024,
  // A uid, an operation, a hook, and a rule's name.
  'actions.key': 4 * name,
  'actions.uid': 64,
  'actions.rule': 253,
  'actions.state': 20,
  // An event and an action; the event's hooks and images are bounded with it.
  'actions.body_json': 64 * 1_024,
  'actions.request_json': 64 * 1_024,
  'actions.outcome_json': 8 * 1_024,
  'actions.message': 4_096,
  'actions.event_key': 15,
  // A run's name and URLs (`http/header-block.ts`).
  'actions.claim_json': 8 * 1_024,
  // Its subject, and a digest (`follow-ups/follow-policy.ts`).
  'cared.name': 80,
};

describe('Every text in the store', () => {
  let folder: ReturnType<typeof storeFolder>;
  let database: DatabaseSync;
  beforeEach(() => {
    folder = storeFolder();
    database = openSqliteFile(folder.path);
  });
  afterEach(() => {
    database.close();
    folder.remove();
  });

  const columns = (): readonly string[] =>
    database
      .prepare(
        `SELECT m.name || '.' || c.name AS place FROM sqlite_schema m, pragma_table_info(m.name) c
          WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.type IN ('TEXT', 'BLOB')`,
      )
      .all()
      .map(({ place }) => String(place));

  it('has a stated bound', () => {
    assert.deepEqual([...columns()].sort(), Object.keys(bounds).sort());
  });

  it('keeps to it, with an application that has the maximum of everything', function () {
    this.timeout(60_000);
    const long = 'x'.repeat(100_000);
    const resources = Array.from({ length: 5_000 }, (_, index) => ({
      ...{ kind: 'Job', name: `${index}-${'n'.repeat(200)}`, status: 'SyncFailed', message: long },
    }));
    const application = readApplication({
      metadata: { name: 'shop', namespace: 'argocd', uid: '1' },
      spec: { source: { repoURL: 'https://git.example.com', helm: { values: long } } },
      operation: { sync: { manifests: Array(100).fill(long) } },
      status: {
        operationState: {
          operation: { sync: { manifests: Array(100).fill(long) } },
          ...{ phase: 'Failed', message: long, startedAt: '2026-11-21T01:00:00Z' },
          syncResult: { revision: 'a', resources },
        },
        resources: resources.map((one) => ({ ...one, status: 'OutOfSync' })),
        conditions: Array(1_000).fill({ type: 'ComparisonError', message: long }),
        history: Array.from({ length: 2_000 }, (_, id) => ({
          id,
          source: { helm: { values: long } },
        })),
      },
    });
    const state = application.operationState ?? assert.fail();
    const steps = trackSteps([], state, undefined, 1);
    const memory = {
      ...newMemory(1, undefined),
      ...{ asked: application.operation, begun: state, returnTo: application.history[0] },
      ended: { state, seenAt: 1, reconciledAt: 1 },
    };
    const cause = { title: long, message: long, advice: '', resource: undefined, log: [long] };
    const followUp = {
      ...{ key: 'k'.repeat(4_096), rule: 'r', event: 'succeeded', state: 'queued' },
      ...{
        pipeline: 'p'.repeat(800),
        run: undefined,
        result: undefined,
        message: 'x'.repeat(2_000),
      },
    };
    const fat = result({ outcome: 'failed', message: long, causes: Array(50).fill(cause), steps });
    const { change, items } = atOnce(endOfResults(Array(20).fill(fat), sampleSpec, ''));
    const wait = { result: fat, followUps: Array(500).fill(followUp), since: 1 };
    const writer = new StepWriter(database);
    writer.write({
      ...adding('run-1'),
      change: { ...change, state: 'reporting' },
      checkpoints: [
        { path: 'shop', checkpoint: { memory, steps }, plan: undefined, result: fat, wait },
      ],
      enqueue: items.map((item) => ({ at: 1, item })),
    });
    for (const place of columns()) {
      const [table = '', column = ''] = place.split('.');
      const { size } = database
        .prepare(`SELECT coalesce(max(length(${column})), 0) AS size FROM ${table}`)
        .get() ?? { size: 0 };
      assert.ok(Number(size) <= (bounds[place] ?? 0), `${place} has ${String(size)} characters`);
    }
  });

  it('of a refused run keeps to 4 KB, whatever was requested', () => {
    const names = Array.from({ length: 1_000 }, () => ({ name: 'n'.repeat(253) }));
    const { request } = sampleSpec;
    const spec = { ...sampleSpec, request: { ...request, subject: { names } }, info: [] };
    assert.ok(JSON.stringify(tombstoneOf(spec)).length < 4_096);
  });
});
