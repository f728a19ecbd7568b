import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { openSqliteFile } from '../../../../src/handler/store/sqlite/sqlite-file.ts';
import { prepareStatements } from '../../../../src/handler/store/sqlite/statements.ts';
import { storeFolder } from '../sample.ts';

describe('The statements of the store', () => {
  const folder = storeFolder();
  let database: DatabaseSync;

  before(() => {
    database = openSqliteFile(folder.path);
  });
  after(() => {
    database.close();
    folder.remove();
  });

  it('read no run that they do not need: a month of ended runs slows none down', () => {
    const statements = Object.entries(prepareStatements(database));
    assert.ok(statements.length > 10);
    for (const [name, { sourceSQL }] of statements) {
      const plan = database
        .prepare(`EXPLAIN QUERY PLAN ${sourceSQL.replaceAll(/\?\d?/g, '1')}`)
        .all()
        .map(({ detail }) => String(detail));
      const tables = plan.filter((step) =>
        /^S(CAN|EARCH) (runs|cancellations|contacts)/.test(step),
      );
      const isIndexed = (step: string) =>
        /USING (COVERING )?INDEX|USING (INTEGER )?PRIMARY KEY/.test(step);
      assert.deepEqual(
        tables.filter((step) => !isIndexed(step)),
        [],
        name,
      );
      const sorts = plan.filter((step) => step.includes('TEMP B-TREE'));
      // The checkpoints of one run are few.
      assert.equal(sorts.length, name === 'checkpoints' ? 1 : 0, `${name}: ${plan.join('; ')}`);
    }
  });

  it('count the ended runs without reading them', () => {
    const sql = prepareStatements(database).counts.sourceSQL;
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    assert.deepEqual(
      plan.map(({ detail }) => detail),
      ['SCAN runs USING COVERING INDEX runs_by_state'],
    );
  });
});
