import assert from 'node:assert/strict';
import {
  listingSchema,
  readSummary,
  readListing,
} from '../../../src/argocd/rest/summary-schema.ts';
import { excerptEnds } from '../../../src/sync/model/excerpt.ts';
import type { Hydrator } from '../../../src/sync/model/hydrator.ts';
import { deploysRevisions, revisionsOf } from '../../../src/sync/model/operation.ts';
import { readApplication } from '../../in-one-go.ts';
import {
  allRecordings,
  isApplication,
  readRecording,
} from '../../../simulators/argo-cd/recording.ts';

function applicationsIn(name: string): readonly unknown[] {
  return readRecording(name)
    .flatMap(({ event, response }) => [event?.result.application, response?.body])
    .filter(isApplication);
}

/** With the end of each message, which contains the cause. */
function worded(hydrator: Hydrator): Hydrator {
  const { current } = hydrator;
  return {
    ...hydrator,
    current: current && { ...current, message: excerptEnds(current.message) },
  };
}

const bare = { metadata: { name: 'shop' }, spec: {} };

describe('The schema of a summary', () => {
  for (const name of allRecordings) {
    it(`summarizes ${name} like the whole application`, () => {
      const applications = applicationsIn(name);
      assert.ok(applications.length > 0);
      for (const json of applications) {
        const all = readApplication(json);
        const summary = readSummary(json);
        const { health, isPending, last, deployed, createdAt, ...same } = summary;
        const expected = Object.fromEntries(
          Object.keys(same).map((key) => [key, all[key as keyof typeof all]]),
        );
        // The other fields of a source are not worth keeping for ten thousand applications.
        const sources = all.sources.map(({ repoURL, path, chart, targetRevision }) => ({
          ...{ repoURL, path, chart, targetRevision },
        }));
        const left = { conditions: [], hydrator: undefined };
        assert.deepEqual({ ...same, ...left }, { ...expected, sources, ...left });
        const [kept, told] = [summary.hydrator, all.hydrator];
        assert.deepEqual(kept && worded(kept), told && worded(told));
        assert.equal(health.status, all.health.status);
        assert.equal(isPending, all.operation !== undefined);
        assert.deepEqual(deployed, all.history.at(-1)?.revisions ?? []);
        assert.ok(createdAt !== undefined && createdAt > 0);
        const state = all.operationState;
        assert.deepEqual(
          last && [last.phase, last.startedAt, last.finishedAt, last.revisions],
          state && [state.phase, state.startedAt, state.finishedAt, revisionsOf(state)],
        );
        assert.equal(last?.isFull, state && deploysRevisions(state.operation));
      }
    });
  }

  it('reads an application that Argo CD has not compared yet', () => {
    const { uid, health, last, sync, sources, project, reconciledAt } = readSummary(bare);
    assert.deepEqual(
      { uid, health, last, sync, sources: sources.length, project, reconciledAt },
      {
        uid: '',
        health: { status: 'Unknown', since: undefined },
        last: undefined,
        sync: { status: 'Unknown', revisions: [] },
        sources: 1,
        project: 'default',
        reconciledAt: undefined,
      },
    );
  });

  it('reads an unknown health as Unknown', () => {
    const json = { ...bare, status: { health: { status: 'Radiant' } } };
    assert.equal(readSummary(json).health.status, 'Unknown');
  });

  it('keeps only error conditions, and shortens long values', () => {
    const conditions = [
      { type: 'OrphanedResourceWarning', message: 'some' },
      { type: 'ComparisonError', message: 'é'.repeat(5_000) },
    ];
    const [kept, ...more] = readSummary({ ...bare, status: { conditions } }).conditions;
    assert.deepEqual(more, []);
    assert.equal(kept?.message, `${'é'.repeat(300)}…`);
  });

  it('says for each operation whether it deploys its revisions', () => {
    const syncs = [{}, { dryRun: true }, { resources: [{ kind: 'Job' }] }, { manifests: ['{}'] }];
    const full = syncs.map((sync) => {
      const operationState = {
        operation: { sync },
        phase: 'Failed',
        startedAt: '2026-11-21T01:00:00Z',
      };
      return readSummary({ ...bare, status: { operationState } }).last?.isFull;
    });
    assert.deepEqual(full, [true, false, false, false]);
  });

  it('refuses any other form', () => {
    const state = { operation: {}, phase: 'Paused', startedAt: '2026-11-21T01:00:00Z' };
    assert.throws(() => readSummary({ ...bare, status: { operationState: state } }), /phase/);
    assert.throws(() => readSummary({ spec: {} }), /metadata/);
    assert.throws(() => readSummary(undefined));
  });
});

describe('The schema of a list', () => {
  const read = (json: unknown) =>
    ((json as { readonly items: readonly unknown[] | null }).items ?? []).map((item) =>
      readListing(listingSchema.parse(item)),
    );

  it('reads a filtered list of Argo CD 3.5.1', () => {
    // As the real one wrote it: empty fields are present.
    const answer = `{"metadata":{"resourceVersion":"20388"},"items":[
      {"metadata":{"creationTimestamp":"2026-11-21T05:43:49Z","deletionTimestamp":null,"name":"shop","namespace":"argocd"},"spec":{"project":"default"},"status":{"health":{"status":"Healthy","lastTransitionTime":"2026-11-21T05:43:49Z"},"operationState":{"finishedAt":"2026-11-21T05:43:57Z","phase":"Failed","startedAt":"2026-11-21T05:43:51Z"},"sync":{"revision":"fe3ac79431f55cc28cf6d3fd2fdb1520db4f5062","status":"Synced"}}},
      {"metadata":{"creationTimestamp":"2026-11-21T06:41:38Z","deletionTimestamp":"2026-11-21T06:41:45Z","name":"web","namespace":"argocd"},"operation":{"sync":{"revision":"30f91c769fef8bf48f5cc86e555781494415ae05"}},"spec":{"project":"default"},"status":{"health":{},"operationState":{"finishedAt":null,"phase":"Running","startedAt":"2026-11-21T06:41:39Z"},"sync":{"revision":"","status":""}}}]}`;
    const common = { namespace: 'argocd', project: 'default' };
    assert.deepEqual(read(JSON.parse(answer)), [
      {
        ...{ name: 'shop', ...common, deleting: false, isPending: false },
        createdAt: Date.parse('2026-11-21T05:43:49Z'),
        last: {
          phase: 'Failed',
          startedAt: Date.parse('2026-11-21T05:43:51Z'),
          finishedAt: Date.parse('2026-11-21T05:43:57Z'),
        },
        sync: { status: 'Synced', revision: 'fe3ac79431f55cc28cf6d3fd2fdb1520db4f5062' },
        health: { status: 'Healthy', since: Date.parse('2026-11-21T05:43:49Z') },
      },
      {
        ...{ name: 'web', ...common, deleting: true, isPending: true },
        createdAt: Date.parse('2026-11-21T06:41:38Z'),
        last: {
          phase: 'Running',
          startedAt: Date.parse('2026-11-21T06:41:39Z'),
          finishedAt: undefined,
        },
        sync: { status: 'Unknown', revision: undefined },
        health: { status: 'Unknown', since: undefined },
      },
    ]);
  });

  it('reads a list from a version with fewer fields, and an empty one', () => {
    const [listing] = read({ items: [{ metadata: { name: 'shop' } }] });
    assert.deepEqual(
      [listing?.name, listing?.project, listing?.sync.revision, listing?.last],
      ['shop', undefined, undefined, undefined],
    );
    assert.deepEqual(read({ items: null }), []);
  });

  it('accepts an unknown phase or status', () => {
    const state = { phase: 'Paused', startedAt: null, finishedAt: null };
    const status = { operationState: state, sync: { status: 'Odd' } };
    const [listing] = read({ items: [{ metadata: { name: 'shop' }, status }] });
    assert.deepEqual([listing?.last?.phase, listing?.sync.status], ['Paused', 'Odd']);
  });
});
