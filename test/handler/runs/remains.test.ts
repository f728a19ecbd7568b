import assert from 'node:assert/strict';
import type { Order } from '../../../src/handler/run.ts';
import { remainsOf } from '../../../src/handler/runs/remains.ts';
import type { Goal } from '../../../src/sync/goal.ts';
import { plainOptions, waiting } from '../../goals.ts';
import { sampleOrder } from '../store/sample.ts';

const long = 'x'.repeat(100_000);
const many = <T>(one: T): readonly T[] => new Array<T>(5_000).fill(one);
const revision = { kind: 'revision', revision: long } as const;
const key = { group: long, kind: long, namespace: long, name: long };

const goals: readonly Goal[] = [
  {
    action: 'sync',
    target: revision,
    options: {
      ...plainOptions,
      resources: many({ ...key, exclude: false }) as never,
      syncOptions: many('Validate=false'),
      retry: { limit: 5, backoff: { duration: long } },
      info: many({ name: 'a', value: long }),
    },
    ...waiting,
  },
  { action: 'wait', target: revision, ...waiting, expectImages: many(long) },
  { action: 'rollback', to: revision, prune: false, dryRun: false, ...waiting },
  { action: 'terminate', ...waiting },
];

describe('what is kept of an order that came to nothing', () => {
  for (const goal of goals) {
    it(`has a bounded size, whatever a ${goal.action} held`, () => {
      const order: Order = {
        ...sampleOrder,
        azureProject: long,
        page: long,
        info: many({ name: 'a', value: long }),
        request: {
          ...sampleOrder.request,
          project: long,
          warnings: many('a warning'),
          goal,
        },
      };
      const subjects = [{ names: many({ name: 'shop'.repeat(60) }) }, { selector: long }];
      for (const subject of subjects) {
        const kept = remainsOf({ ...order, request: { ...order.request, subject } });
        assert.ok(JSON.stringify(kept).length < 4_096);
        assert.deepEqual(
          [kept.address, kept.client, kept.request.goal.action],
          [order.address, order.client, goal.action],
        );
      }
    });
  }
});
