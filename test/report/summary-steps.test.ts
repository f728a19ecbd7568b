import assert from 'node:assert/strict';
import { stepsTable } from '../../src/report/summary-steps.ts';
import { at, migrate, result, smokeTest, step, web } from './example-results.ts';

describe('the table of steps', () => {
  it('shows phases in their order, each with its steps and a bar', () => {
    assert.equal(
      stepsTable(result({ steps: [web, migrate, smokeTest] }), 100),
      `
| Phase, wave  | Resource                | State     | Time | When                       | Message                        |
| ------------ | ----------------------- | --------- | ---- | -------------------------- | ------------------------------ |
| **PreSync**  |                         | Succeeded | 4 s  | \`███·····················\` |                                |
| wave -1      | \`Job/migrate\` (hook)    | Succeeded | 4 s  | \`███·····················\` |                                |
| **Sync**     |                         | Succeeded | 2 s  | \`·····█··················\` |                                |
| wave 0       | \`Deployment/web\`        | Succeeded | 2 s  | \`·····█··················\` | deployment.apps/web configured |
| **PostSync** |                         | Succeeded | 20 s | \`········████████████████\` |                                |
| wave 0       | \`Job/smoke-test\` (hook) | Succeeded | 20 s | \`········████████████████\` |                                |
`.trim(),
    );
  });

  it('names the attempts of a retry and what was not reached', () => {
    const failed = { ...migrate, state: 'Failed' } as const;
    const pending = step({ state: 'Pending', startedAt: undefined, finishedAt: undefined });
    const table = stepsTable(result({ steps: [failed, { ...migrate, attempt: 1 }, pending] }), 100);
    const phases = table.split('\n').filter((line) => line.includes('**'));
    assert.deepEqual(
      phases.map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, 4),
      ),
      [
        ['**PreSync**', '', 'Failed'],
        ['**Sync**', '', 'Not reached'],
        ['**PreSync (attempt 2)**', '', 'Succeeded'],
      ],
    );
  });

  it('keeps the failed, the hooks and the slowest of too many', () => {
    const quick = Array.from({ length: 50 }, (_, i) => step({ name: `quick-${i}` }));
    const slow = step({ name: 'slow', finishedAt: at(60) });
    const failed = step({ name: 'broken', state: 'Failed' });
    const table = stepsTable(result({ steps: [...quick, slow, failed, migrate] }), 3);
    for (const name of ['slow', 'broken', 'migrate']) assert.ok(table.includes(`/${name}\``), name);
    assert.doesNotMatch(table, /quick/);
    assert.match(table, /\n\n50 more resources are in the result file\.$/);
  });

  it('is nothing without steps', () => {
    assert.equal(stepsTable(result({ steps: [] }), 100), '');
  });
});
