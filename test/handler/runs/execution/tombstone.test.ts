import assert from 'node:assert/strict';
import type { FollowSpec } from '../../../../src/handler/run.ts';
import { tombstoneOf } from '../../../../src/handler/runs/execution/tombstone.ts';
import type { Goal } from '../../../../src/sync/model/goal.ts';
import { plainOptions, waiting } from '../../../goals.ts';
import { sampleSpec } from '../../store/sample.ts';

const long = 'x'.repeat(100_000);
const many = <T>(one: T): readonly T[] => new Array<T>(5_000).fill(one);
const size = (value: unknown) => (JSON.stringify(value) ?? '').length;
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

describe('What is kept of a spec that never started', () => {
  for (const goal of goals) {
    it(`has a bounded size, whatever a ${goal.action} contained`, () => {
      const spec: FollowSpec = {
        ...sampleSpec,
        azureProject: long,
        page: long,
        info: many({ name: 'a', value: long }),
        announced: { uid: 'uid-1', faults: many(long) },
        request: {
          ...sampleSpec.request,
          project: long,
          followUps: long,
          warnings: many('a warning'),
          goal,
        },
      };
      const subjects = [{ names: many({ name: 'shop'.repeat(60) }) }, { selector: long }];
      for (const subject of subjects) {
        const kept = tombstoneOf({ ...spec, request: { ...spec.request, subject } });
        assert.ok(kept.kind !== 'claim');
        assert.ok(JSON.stringify(kept).length < 4_096);
        assert.deepEqual(
          [kept.address, kept.client, kept.request.goal.action],
          [spec.address, spec.client, goal.action],
        );
        // Whatever is added to a request later, its texts are not kept either.
        assert.ok(Object.values(kept.request).every((value) => size(value) < 1_024));
      }
    });
  }
});
