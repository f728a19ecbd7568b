import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { numberOf } from '../../../../src/handler/store/sqlite/migrations.ts';
import { openSqliteFile } from '../../../../src/handler/store/sqlite/sqlite-file.ts';
import { StepWriter } from '../../../../src/handler/store/sqlite/step-writer.ts';
import { adding, sampleCheckpoint, storeFolder } from '../sample.ts';

describe('The step writer', () => {
  let folder: ReturnType<typeof storeFolder>;
  let database: DatabaseSync;
  let writer: StepWriter;

  beforeEach(() => {
    folder = storeFolder();
    database = openSqliteFile(folder.path);
    writer = new StepWriter(database);
    writer.write(adding('run-1'));
  });
  afterEach(() => {
    database.close();
    folder.remove();
  });

  const count = (table: string) => numberOf(database, `SELECT count(*) FROM ${table}`);
  const full = {
    checkpoints: [
      { path: 'shop', checkpoint: sampleCheckpoint(1), plan: undefined, result: undefined },
    ],
    enqueue: [{ at: 1, item: { kind: 'started' as const } }],
  };

  it('keeps only the record of a run that has ended', () => {
    writer.write(adding('run-2'));
    writer.write({ runId: 'run-1', ...full });
    writer.write({ runId: 'run-2', ...full });
    writer.write({
      runId: 'run-1',
      change: { state: 'ended', outcome: 'failed', endedAt: 1 },
      ...full,
    });
    assert.equal(count('runs'), 2);
    for (const table of ['tokens', 'checkpoints', 'items']) assert.equal(count(table), 1, table);
  });

  it('keeps nothing for a run that ended before the step, or was added as ended', () => {
    writer.write({ runId: 'run-1', change: { state: 'ended' } });
    writer.write({ runId: 'run-1', ...full });
    writer.write({ ...adding('run-2', { state: 'ended', outcome: 'duplicate' }), ...full });
    for (const table of ['tokens', 'checkpoints', 'items']) assert.equal(count(table), 0, table);
  });

  it('reopens a run that had ended', () => {
    writer.write({ runId: 'run-1', change: { state: 'ended' } });
    writer.write({
      runId: 'run-1',
      change: { state: 'reporting', endedAt: undefined },
      ...full,
    });
    for (const table of ['checkpoints', 'items']) assert.equal(count(table), 1, table);
  });

  it('says when a token was removed that the log still contains', () => {
    assert.equal(writer.write({ runId: 'run-1', ...full }), false);
    assert.equal(writer.write({ runId: 'run-1', change: { message: 'x' } }), false);
    assert.equal(writer.write({ runId: 'run-1', change: { state: 'ended' } }), true);
  });
});
