import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Run } from '../../../src/handler/run.ts';
import { migrations } from '../../../src/handler/store/sqlite/migrations.ts';
import { columnsOf } from '../../../src/handler/store/sqlite/run-row.ts';
import { result } from '../../report/example-results.ts';
import { sampleSpec, sampleRun } from '../store/sample.ts';

/** Runs whose end was being reported when the process ended, each with results of so many bytes. */
const telling = { count: 50, bytes: 8_000_000 };
const ended = { bytes: 8_000 };

/**
 * Fills a store at `path` with runs as the previous version kept them: complete logs of hooks in
 * every result.
 */
export function fill(path: string, collection: string, count: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path);
  database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = OFF');
  for (const migration of migrations.slice(0, 2)) database.exec(migration);
  database.exec('PRAGMA user_version = 2; PRAGMA application_id = 0x41434448; BEGIN');
  const log = (bytes: number) => [
    { title: 'a', message: '', advice: '', resource: undefined, log: ['x'.repeat(bytes)] },
  ];
  for (let index = 0; index < count; index += 1) {
    const isTold = index >= telling.count;
    const { bytes } = isTold ? ended : telling;
    const run: Run = sampleRun(`run-${index}`, {
      spec: { ...sampleSpec, address: { ...sampleSpec.address, collection } },
      key: `key-${index}`,
      acceptedAt: Date.now() - index,
      ...{ state: isTold ? 'ended' : 'reporting', outcome: 'failed', endedAt: Date.now() },
      results: [result({ outcome: 'failed', causes: log(bytes) })],
    });
    const columns = columnsOf(run);
    const names = columns.map(([name]) => name).join();
    const sql = `INSERT INTO runs (${names}) VALUES (${columns.map(() => '?').join()})`;
    database.prepare(sql).run(...columns.map(([, value]) => value));
  }
  database.exec('COMMIT');
  database.close();
}
