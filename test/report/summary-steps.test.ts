import assert from 'node:assert/strict';
import { stepsTable } from '../../src/report/summary-steps.ts';
import { at, migrate, result, smokeTest, step, web } from './example-results.ts';

describe('The table of steps', () => {
  it('shows phases in order, each with its steps and a bar', () => {
    assert.equal(
      stepsTable(result({ steps: [web, migrate, smokeTest] }), 100),
      `
| Phase, wave  | Resource                | State       | Time | When                       | Message    |
| ------------ | ----------------------- | ----------- | ---- | -------------------------- | ---------- |
| **PreSync**  |                         | ✔ Succeeded | 4 s  | \`███·····················\` |            |
| wave -1      | \`Job/migrate\` (hook)    | ✔ Succeeded | 4 s  | \`███·····················\` |            |
| **Sync**     |                         | ✔ Succeeded | 2 s  | \`·····█··················\` |            |
| wave 0       | \`Deployment/web\`        | ✔ Succeeded | 2 s  | \`·····█··················\` | configured |
| **PostSync** |                         | ✔ Succeeded | 20 s | \`········████████████████\` |            |
| wave 0       | \`Job/smoke-test\` (hook) | ✔ Succeeded | 20 s | \`········████████████████\` |            |
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
        ['**PreSync**', '', '✖ Failed'],
        ['**Sync**', '', 'Not reached'],
        ['**PreSync (attempt 2)**', '', '✔ Succeeded'],
      ],
    );
  });

  it('keeps failed steps, hooks and the slowest steps if there are too many', () => {
    const quick = Array.from({ length: 50 }, (_, i) => step({ name: `quick-${i}` }));
    const slow = step({ name: 'slow', finishedAt: at(60) });
    const failed = step({ name: 'broken', state: 'Failed' });
    const table = stepsTable(result({ steps: [...quick, slow, failed, migrate] }), 3);
    for (const name of ['slow', 'broken', 'migrate']) assert.ok(table.includes(`/${name}\``), name);
    assert.doesNotMatch(table, /quick/);
    assert.match(table, /\n\n50 more resources are in the result file\.$/);
  });

  const rowsOf = (table: string) =>
    table
      .split('\n')
      .slice(2)
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, wave, resource, state, , , message]) => [wave, resource, state, message]);
  const many = (count: number, kind: string, change: Parameters<typeof step>[0]) =>
    Array.from({ length: count }, (_, i) => {
      const name = `${kind.toLowerCase()}-${i}`;
      const message = `${kind.toLowerCase()}/${name} ${change?.message ?? 'created'}`;
      return step({ ...change, kind, name, hook: false, message });
    });

  it('folds steps of a wave with the same result, but never a hook or a failure', () => {
    const steps = [
      ...many(8, 'ConfigMap', { wave: 0 }),
      ...many(4, 'Service', { wave: 0 }),
      ...many(4, 'Secret', { wave: 0, message: 'configured' }),
      ...many(2, 'Role', { wave: 1, message: 'unchanged' }),
      ...many(2, 'Deployment', { wave: 1, state: 'Failed', message: 'is invalid' }),
    ];
    assert.deepEqual(rowsOf(stepsTable(result({ steps }), 100)), [
      ['**Sync**', '', '✖ Failed', ''],
      ['wave 0', '12 resources: 8 ConfigMap, 4 Service', '✔ Succeeded', 'created'],
      ...[0, 1, 2, 3].map((i) => ['wave 0', `\`Secret/secret-${i}\``, '✔ Succeeded', 'configured']),
      ...[0, 1].map((i) => ['wave 1', `\`Deployment/deployment-${i}\``, '✖ Failed', 'is invalid']),
      ['wave 1', '2 resources: 2 Role', '✔ Succeeded', 'unchanged'],
    ]);
  });

  it('shows fifty resources within two screens', () => {
    const steps = [0, 1, 2, 3, 4].flatMap((wave) => [
      ...many(4, 'Deployment', { wave, message: 'configured' }),
      ...many(6, 'ConfigMap', { wave, message: 'unchanged' }),
    ]);
    const { length } = rowsOf(stepsTable(result({ steps }), 100));
    assert.ok(length > 5 && length <= 30, `${length}`);
  });

  it('shows a time below a second literally, and not as markup', () => {
    const table = stepsTable(result({ steps: [step({ startedAt: at(1), finishedAt: at(1) })] }), 1);
    assert.match(table, /\| `<1 s` \|/);
  });

  it('is absent without steps', () => {
    assert.equal(stepsTable(result({ steps: [] }), 100), '');
  });
});
