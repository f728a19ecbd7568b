import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resultJsonInTurns } from '../../src/report/result-file.ts';
import { resultJson } from '../in-one-go.ts';
import { commit, failedMigration, result, step } from './example-results.ts';
import { readResult, resultSchema } from './result-schema.ts';

const context = { action: 'sync', server: 'https://argocd.example.com' } as const;

const read = (results: Parameters<typeof resultJson>[0]) =>
  readResult(resultJson(results, context));

describe('The result file', () => {
  it('matches its schema with everything known', () => {
    const { outcome, applications } = read([
      result({
        namespace: 'team',
        concerns: [{ title: 'a', message: 'b' }],
        children: [
          {
            name: 'c',
            ready: true,
            syncStatus: 'Synced',
            health: { status: 'Healthy', message: '' },
            why: '',
          },
        ],
      }),
      failedMigration,
    ]);
    assert.equal(outcome, 'failed');
    assert.deepEqual(
      applications.map(({ name, namespace, revisions, startedAt }) => [
        name,
        namespace,
        revisions,
        startedAt,
      ]),
      [
        ['shop', 'team', [commit], '2026-11-21T10:00:00.000Z'],
        ['shop', null, [commit], '2026-11-21T10:00:00.000Z'],
      ],
    );
  });

  it('matches its schema with nothing known', () => {
    const unknown = result({
      outcome: 'timedOut',
      operation: undefined,
      steps: [step({ wave: undefined, startedAt: undefined, finishedAt: undefined })],
      revisions: [],
      syncStatus: undefined,
      health: undefined,
      images: [],
    });
    assert.equal(read([unknown]).outcome, 'timedOut');
    assert.equal(read([]).outcome, 'failed');
  });

  it('is written like a single value, however many applications it contains', () => {
    for (const count of [0, 1, 2, 30]) {
      const text = resultJson(
        Array.from({ length: count }, (_, index) => {
          const message = 'a "b"\n  []\n}\u2028$&';
          return { ...failedMigration, name: `shop-${index}`, message, revisions: [message] };
        }),
        { ...context, server: 'https://argocd.example.com/$&[]' },
      );
      assert.equal(text, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    }
  });

  it('counts its steps, few at a time', () => {
    const steps = Array.from({ length: 5_000 }, (_, place) => step({ name: `web-${place}` }));
    const portions = [...resultJsonInTurns([result({ steps })], context)];
    assert.ok(
      portions.every((made) => made <= 1_500),
      `${Math.max(...portions)} at a time`,
    );
    assert.ok(portions.reduce((sum, made) => sum + made) >= 75_000);
  });

  it('is bounded, whatever Argo CD says', () => {
    const huge = 'a\u0000b\n'.repeat(300_000);
    const steps = Array.from({ length: 50 }, () => step({ message: huge }));
    const causes = Array.from({ length: 50 }, () => ({
      title: huge,
      message: huge,
      advice: huge,
      resource: undefined,
      log: Array<string>(2_000).fill('x'.repeat(5_000)),
    }));

    const text = resultJson([result({ message: huge, steps, causes })], context);
    assert.ok(text.length > 100_000 && text.length < 13_000_000, String(text.length));
    assert.doesNotMatch(text, /\\u0000/);
  });

  it('says how many steps it omits', () => {
    const steps = Array.from({ length: 5_007 }, (_, i) => step({ name: `s${i}` }));
    assert.equal(read([result({ steps })]).applications[0]?.['stepsLeftOut'], 7);
  });

  it('is described in its document, field by field', () => {
    const text = readFileSync(new URL('../../docs/result-schema.md', import.meta.url), 'utf8');
    const fields = Object.values(resultSchema.definitions).flatMap(({ properties = {} }) =>
      Object.keys(properties),
    );
    assert.ok(fields.length > 40);
    const known = new Set(text.match(/`[A-Za-z]+`/g));
    const described = ['healthStatus', 'ready', 'why', 'syncStatus', 'name'];
    for (const field of fields) {
      assert.ok(known.has(`\`${field}\``) || described.includes(field), field);
    }
  });
});
