import assert from 'node:assert/strict';
import { $ZodError } from 'zod/v4/core';
import { readApplicationInTurns } from '../../../src/argocd/rest/application-schema.ts';
import { readable } from '../../../src/argocd/rest/reading.ts';
import { messageBounds } from '../../../src/argocd/rest/text-budget.ts';
import type { Application } from '../../../src/sync/model/application.ts';
import { markerOf } from '../../../src/sync/model/operation.ts';
import { readApplication } from '../../in-one-go.ts';
import {
  allRecordings,
  isApplication,
  readRecording,
} from '../../../simulators/argo-cd/recording.ts';
import { noAbort } from './server.ts';

interface Recorded {
  readonly name: string;
  readonly raw: RawApplication;
  readonly application: Application;
}

/** The fields of a recorded application that tests compare with. */
interface RawApplication {
  readonly metadata: { readonly uid: string };
  readonly operation?: object;
  readonly status?: {
    readonly resources?: readonly object[];
    readonly history?: readonly object[];
    readonly operationState?: {
      readonly phase: string;
      readonly startedAt: string;
      readonly syncResult?: { readonly resources?: readonly object[] };
    };
  };
}

const recorded: readonly Recorded[] = allRecordings.flatMap((name) =>
  readRecording(name)
    .flatMap(({ event, response }) => [event?.result.application, response?.body])
    .filter(isApplication)
    .map((raw) => ({ name, raw: raw as RawApplication, application: readApplication(raw) })),
);

/** An application as Argo CD creates it, with the fields that a test needs. */
function minimal(more: object = {}): object {
  return { metadata: { name: 'shop', namespace: 'argocd' }, spec: {}, ...more };
}

function withState(state: object): object {
  const operationState = { operation: {}, phase: 'Running', startedAt: '2026-11-21T01:00:00Z' };
  return minimal({ status: { operationState: { ...operationState, ...state } } });
}

describe('The schema of an Application', () => {
  it('reads every recorded application without losing a resource, result or entry', () => {
    for (const { raw, application } of recorded) {
      const { status } = raw;
      assert.equal(application.uid, raw.metadata.uid);
      assert.equal(application.resources.length, status?.resources?.length ?? 0);
      assert.equal(application.history.length, status?.history?.length ?? 0);
      const state = status?.operationState;
      assert.equal(application.operationState?.phase, state?.phase);
      assert.equal(
        application.operationState?.results.length,
        state && (state.syncResult?.resources?.length ?? 0),
      );
      assert.equal(
        application.operationState?.startedAt,
        state && new Date(state.startedAt).getTime(),
      );
      assert.equal(application.operation === undefined, raw.operation === undefined);
    }
    assert.equal(recorded.length, 1263);
  });

  it('gives each operation its own fingerprint, the same requested or running', () => {
    let compared = 0;
    for (const { application } of recorded) {
      const { operation, operationState } = application;
      if (operation === undefined || operationState === undefined) continue;
      assert.equal(operation.fingerprint, operationState.operation.fingerprint);
      compared += 1;
    }
    const prints = new Set(
      recorded.flatMap(({ application }) => application.operation?.fingerprint ?? []),
    );
    assert.deepEqual([compared, prints.size], [339, 82]);
  });

  it('gives an operation the same fingerprint in responses and in the stream', () => {
    const prints = new Map<string, Set<string>>();
    for (const { application } of recorded) {
      for (const operation of [application.operation, application.operationState?.operation]) {
        const marker = markerOf(operation);
        if (operation === undefined || marker === undefined) continue;
        prints.set(marker, (prints.get(marker) ?? new Set()).add(operation.fingerprint));
      }
    }
    assert.ok(prints.size > 20);
    for (const [marker, found] of prints) assert.equal(found.size, 1, marker);
  });

  it('includes unknown fields in the fingerprint', () => {
    const print = (sync: object) =>
      readApplication(minimal({ operation: { sync } })).operation?.fingerprint;
    assert.notEqual(print({ novelty: 1 }), print({ novelty: 2 }));
    const retrying = (limit: number) =>
      readApplication(minimal({ operation: { sync: {}, retry: { limit } } })).operation
        ?.fingerprint;
    assert.notEqual(retrying(1), retrying(2));
    assert.notEqual(
      print({ syncStrategy: { hook: { force: true } } }),
      print({ syncStrategy: {} }),
    );
    assert.equal(print({ revision: 'a', resources: null }), print({ revision: 'a' }));
  });

  it('reads a new application, which has no status', () => {
    assert.deepEqual(readApplication(minimal()), {
      name: 'shop',
      namespace: 'argocd',
      uid: '',
      resourceVersion: '',
      project: 'default',
      labels: {},
      annotations: {},
      deleting: false,
      skipReconcile: false,
      sources: [{ repoURL: '', path: '', chart: '', targetRevision: '', settings: '' }],
      multiSource: false,
      hydrator: undefined,
      destinationNamespace: '',
      autoSync: false,
      syncOptions: [],
      retry: { limit: 0, duration: '', factor: undefined, maxDuration: '', refresh: false },
      operation: undefined,
      operationState: undefined,
      sync: { status: 'Unknown', revisions: [] },
      health: { status: 'Unknown', message: '' },
      resources: [],
      conditions: [],
      history: [],
      deployedSources: undefined,
      reconciledAt: undefined,
      images: [],
    } satisfies Application);
  });

  it('treats null and the empty string as absent everywhere', () => {
    const nulls = {
      metadata: { name: 'shop', namespace: 'argocd', annotations: null, deletionTimestamp: null },
      spec: { project: '', source: null, sources: null, destination: null, syncPolicy: null },
      operation: null,
      status: {
        operationState: null,
        sync: { status: '', revision: '', revisions: null },
        health: { status: '', message: null },
        resources: null,
        conditions: null,
        history: null,
        reconciledAt: null,
        summary: { images: null },
      },
    };
    assert.deepEqual(readApplication(nulls), readApplication(minimal()));
    const emptier = { ...nulls, status: { sync: null, health: null, summary: null } };
    assert.deepEqual(readApplication(emptier), readApplication(minimal()));
    assert.deepEqual(readApplication({ ...nulls, status: null }), readApplication(minimal()));
    const state = { syncResult: { revision: null, revisions: null, resources: null } };
    assert.deepEqual(readApplication(withState(state)).operationState?.results, []);
  });

  it('ignores unknown fields', () => {
    const more = {
      ...minimal({
        novelty: 1,
        status: { novelty: [1], resources: [{ kind: 'Job', novelty: 1 }] },
      }),
    };
    const [resource] = readApplication(more).resources;
    assert.deepEqual(resource, {
      group: '',
      kind: 'Job',
      namespace: '',
      name: '',
      status: undefined,
      health: undefined,
      hook: false,
      requiresPruning: false,
    });
  });

  describe('bounds what it keeps of', () => {
    const long = 'x'.repeat(100_000);
    const cut = `${'x'.repeat(messageBounds.width)}… (cut at ${messageBounds.width} characters)`;
    const operation = { info: [{ name: 'a', value: long }] };
    const stateOf = (more: object) => ({
      operationState: { operation, phase: 'Failed', startedAt: '2026-11-21T01:52:30Z', ...more },
    });
    const fields: readonly (readonly [string, object, (of: Application) => unknown, string])[] = [
      ['the operation', stateOf({ message: long }), (of) => of.operationState?.message, cut],
      [
        'a result',
        stateOf({ syncResult: { revision: '', resources: [{ kind: 'Job', message: long }] } }),
        (of) => of.operationState?.results[0]?.message,
        cut,
      ],
      [
        'an info entry',
        stateOf({}),
        (of) => of.operationState?.operation.info[0]?.value,
        `${'x'.repeat(1_024)}… (cut at 1024 characters)`,
      ],
      [
        'a condition',
        { conditions: [{ type: 'ComparisonError', message: long }] },
        (of) => of.conditions[0]?.message,
        cut,
      ],
      ['health', { health: { status: 'Degraded', message: long } }, (of) => of.health.message, cut],
      [
        'the health of a resource',
        { resources: [{ kind: 'Job', health: { status: 'Degraded', message: long } }] },
        (of) => of.resources[0]?.health?.message,
        cut,
      ],
      [
        'an image',
        { summary: { images: [long] } },
        (of) => of.images[0],
        `${'x'.repeat(1_024)}… (cut at 1024 characters)`,
      ],
    ];
    for (const [what, status, read, expected] of fields) {
      it(what, () => assert.equal(read(readApplication(minimal({ status }))), expected));
    }

    it('all messages together, but keeps part of each', () => {
      const resources = Array.from({ length: 5_000 }, (_, index) => ({
        ...{ kind: 'ConfigMap', name: `a-${index}`, message: long },
      }));
      const status = stateOf({ syncResult: { revision: '', resources } });
      const { operationState } = readApplication(minimal({ status }));
      const sizes = (operationState?.results ?? []).map(({ message }) => message.length);
      const most = messageBounds.total + 5_000 * (messageBounds.least + 50);
      assert.ok(sizes.reduce((sum, size) => sum + size) < most);
      assert.ok(Math.min(...sizes) >= messageBounds.least);
    });

    const refused: readonly (readonly [string, object])[] = [
      ['a revision', { status: { sync: { revision: long } } }],
      ['revisions', { operation: { sync: { revisions: Array(1_001).fill('a') } } }],
      ['a repository', { spec: { source: { repoURL: long } } }],
      ['a path', { spec: { sources: [{ path: long }] } }],
      ['the path of an operation', { operation: { sync: { source: { path: long } } } }],
      ['a sync option', { spec: { syncPolicy: { syncOptions: [long] } } }],
      ['conditions', { status: { conditions: Array(1_001).fill({ type: 'A', message: '' }) } }],
      ['resources', { status: { resources: Array(20_001).fill({ kind: 'A', name: 'a' }) } }],
      ['the AppProject', { spec: { project: long } }],
    ];
    for (const [what, more] of refused) {
      it(`${what} by refusing an unreasonable length`, () => {
        assert.throws(() => readApplication(minimal(more)), /too_big/);
      });
    }

    it('operations and sources by keeping a digest of each', () => {
      const source = { repoURL: 'a', helm: { values: long } };
      const { operation, history } = readApplication(
        minimal({
          operation: { sync: { source, manifests: [long] } },
          status: { history: [{ id: 1, revision: 'a', source }] },
        }),
      );
      assert.equal(operation?.fingerprint.length, 64);
      assert.equal(history[0]?.sources.length, 64);
    });

    it('the history, keeping the newest entries', () => {
      const entries = Array.from({ length: 1_200 }, (_, id) => ({ id, revision: 'a' }));
      const { history } = readApplication(minimal({ status: { history: entries } }));
      assert.deepEqual([history.length, history[0]?.id, history.at(-1)?.id], [1_000, 200, 1_199]);
    });

    it('a name by refusing it, since a shortened one would be another name', () => {
      for (const status of [
        { resources: [{ kind: 'Job', name: long }] },
        stateOf({ syncResult: { revision: '', resources: [{ kind: long, name: 'a' }] } }),
      ]) {
        assert.throws(() => readApplication(minimal({ status })), $ZodError);
      }
    });
  });

  it('reads an unknown health as Unknown', () => {
    const health = { status: 'Splendid', message: 'new' };
    const application = readApplication(
      minimal({ status: { health, resources: [{ kind: 'Job', health }] } }),
    );
    assert.deepEqual(application.health, { status: 'Unknown', message: 'new' });
    assert.deepEqual(application.resources[0]?.health, { status: 'Unknown', message: 'new' });
  });

  const refused: readonly [string, unknown, string, unknown][] = [
    ['an unknown phase', withState({ phase: 'Paused' }), 'status.operationState.phase', 'Paused'],
    ['no phase', withState({ phase: undefined }), 'status.operationState.phase', undefined],
    ['no start', withState({ startedAt: undefined }), 'status.operationState.startedAt', undefined],
    [
      'an invalid start',
      withState({ startedAt: 'noon' }),
      'status.operationState.startedAt',
      'noon',
    ],
    [
      'an invalid end',
      withState({ finishedAt: '2026-99-01T00:00:00Z' }),
      'status.operationState.finishedAt',
      '2026-99-01T00:00:00Z',
    ],
    [
      'an unknown result',
      withState({ syncResult: { resources: [{ status: 'Dreamt' }] } }),
      'status.operationState.syncResult.resources.0.status',
      'Dreamt',
    ],
    [
      'an unknown sync status',
      minimal({ status: { sync: { status: 'Almost' } } }),
      'status.sync.status',
      'Almost',
    ],
    ['no name', { metadata: {}, spec: {} }, 'metadata.name', undefined],
    ['no spec', { metadata: { name: 'shop' } }, 'spec', undefined],
    ['text', 'shop', '', 'shop'],
    ['null', null, '', null],
  ];
  for (const [what, json, path, input] of refused) {
    it(`refuses ${what} and says where`, () => {
      assert.throws(
        () => readApplication(json),
        (error: unknown) => {
          assert.ok(error instanceof $ZodError);
          const [issue] = error.issues;
          assert.deepEqual([issue?.path.join('.'), issue?.input], [path, input]);
          return true;
        },
      );
    });
  }

  it('reads several sources and their revisions', () => {
    const source = { repoURL: 'r', path: 'p', targetRevision: 'main' };
    const chart = { repoURL: 'c', chart: 'nginx', targetRevision: '1.0', settings: '' };
    const application = readApplication(
      minimal({
        spec: { source, sources: [source, chart] },
        status: { sync: { status: 'Synced', revision: '', revisions: ['abc', '1.0'] } },
      }),
    );
    assert.equal(application.multiSource, true);
    assert.deepEqual(application.sources, [
      { repoURL: 'r', path: 'p', chart: '', targetRevision: 'main', settings: '' },
      { repoURL: 'c', path: '', chart: 'nginx', targetRevision: '1.0', settings: '' },
    ]);
    assert.deepEqual(application.sync, { status: 'Synced', revisions: ['abc', '1.0'] });
    const single = readApplication(minimal({ spec: { source, sources: [] } }));
    assert.deepEqual([single.multiSource, single.sources[0]?.repoURL], [false, 'r']);
  });

  const automated: readonly [unknown, boolean][] = [
    [undefined, false],
    [null, false],
    [{}, true],
    [{ prune: true }, true],
    [{ enabled: true }, true],
    [{ enabled: null }, true],
    [{ enabled: false }, false],
  ];
  for (const [setting, expected] of automated) {
    it(`takes automated: ${JSON.stringify(setting)} for ${expected ? 'auto-sync' : 'none'}`, () => {
      const spec = { syncPolicy: { automated: setting } };
      assert.equal(readApplication(minimal({ spec })).autoSync, expected);
    });
  }

  it('reads the parts of an operation that are compared with the request', () => {
    const source = { repoURL: 'git', path: 'shop', targetRevision: 'main' };
    const read = (operation: object) => {
      const { force, sources, multiSource, syncOptions, retry } =
        readApplication(minimal({ operation })).operation ?? {};
      return { force, sources: sources?.length, multiSource, syncOptions, retry };
    };
    const backoff = { duration: '5s', factor: 2, maxDuration: '1m' };
    assert.deepEqual(
      read({
        sync: { sources: [source], syncStrategy: { hook: { force: true } }, syncOptions: ['A=b'] },
        retry: { limit: 2, backoff },
      }),
      {
        force: true,
        sources: 1,
        multiSource: true,
        syncOptions: ['A=b'],
        retry: { limit: 2, ...backoff, refresh: false },
      },
    );
    const nothing = { limit: 0, duration: '', factor: undefined, maxDuration: '', refresh: false };
    const plain = { force: false, syncOptions: [], retry: nothing };
    assert.deepEqual(read({ sync: { source } }), { ...plain, sources: 1, multiSource: false });
    assert.deepEqual(read({ sync: {} }), { ...plain, sources: undefined, multiSource: undefined });
  });

  it("reads the application's defaults for an operation under the same names", () => {
    const helm = { values: 'replicas: 2', parameters: [{ name: 'a', value: 'b' }] };
    const source = { repoURL: 'git', path: 'shop', targetRevision: 'main', helm };
    const retry = { limit: 3, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } };
    const seen = readApplication(
      minimal({
        spec: { source, syncPolicy: { syncOptions: ['A=b'], retry } },
        operation: { sync: { source, syncOptions: ['A=b'] }, retry },
      }),
    );
    const { syncOptions, retry: stored, sources } = seen.operation ?? {};
    assert.deepEqual([seen.syncOptions, seen.retry, seen.sources], [syncOptions, stored, sources]);
    const settings = (more: object) =>
      readApplication(minimal({ spec: { source: { ...source, ...more } } })).sources[0]?.settings;
    assert.notEqual(settings({}), settings({ helm: { ...helm, values: 'replicas: 3' } }));
    assert.equal(settings({}), settings({ targetRevision: 'v1' }));
    assert.ok((settings({ helm: { values: 'x'.repeat(100_000) } }) ?? '').length < 100);
  });

  it('says what the newest deployment was made from, for one source and for several', () => {
    const source = { repoURL: 'git', path: 'shop', targetRevision: 'main' };
    const other = {
      repoURL: 'charts',
      chart: 'web',
      targetRevision: '1.x',
      helm: { values: 'a: 1' },
    };
    const deployed = (...history: readonly object[]) =>
      readApplication(minimal({ status: { history } })).deployedSources?.map(
        (one) => one.path || one.chart,
      );
    assert.equal(deployed(), undefined);
    assert.equal(deployed({ id: 1, revision: 'a' }), undefined);
    assert.deepEqual(deployed({ id: 2, source }, { id: 1, source: other }), ['shop']);
    // Go also writes the empty single source.
    assert.deepEqual(deployed({ id: 1, source: { repoURL: '' }, sources: [source, other] }), [
      'shop',
      'web',
    ]);
  });

  it('detects that an operation carries its own manifests', () => {
    const isLocal = (sync: object) =>
      readApplication(minimal({ operation: { sync } })).operation?.isLocal;
    assert.deepEqual([isLocal({}), isLocal({ manifests: ['{}'] })], [false, true]);
  });

  it('detects a deletion in progress and paused reconciliation', () => {
    const metadata = {
      name: 'shop',
      deletionTimestamp: '2026-11-21T01:00:00Z',
      annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' },
    };
    const { deleting, skipReconcile } = readApplication({ metadata, spec: {} });
    assert.deepEqual([deleting, skipReconcile], [true, true]);
  });

  it('orders the history by id and compares sources', () => {
    const entry = (id: number, path: string) => ({
      id,
      revision: `r${id}`,
      source: { path },
      deployedAt: '2026-11-21T01:00:00Z',
      initiatedBy: { username: 'ci' },
    });
    const { history } = readApplication(
      minimal({ status: { history: [entry(3, 'b'), entry(1, 'a'), entry(2, 'a')] } }),
    );
    assert.deepEqual(
      history.map(({ id }) => id),
      [1, 2, 3],
    );
    assert.equal(history[0]?.sources, history[1]?.sources);
    assert.notEqual(history[1]?.sources, history[2]?.sources);
    assert.deepEqual(
      [history[0]?.initiatedBy, history[0]?.automated, history[0]?.deployStartedAt],
      ['ci', false, undefined],
    );
  });

  it('gives a hook its phase, and an ordinary resource none', () => {
    const resources = [
      { kind: 'Job', hookType: 'PreSync', hookPhase: 'Succeeded', syncPhase: 'PreSync' },
      { kind: 'Job', hookType: 'Sync', hookPhase: '' },
      { kind: 'Service', status: 'Synced', hookPhase: 'Running', syncPhase: 'Sync' },
    ];
    const state = readApplication(withState({ syncResult: { resources } })).operationState;
    assert.deepEqual(
      state?.results.map(({ hookType, hookPhase, syncPhase }) => [hookType, hookPhase, syncPhase]),
      [
        ['PreSync', 'Succeeded', 'PreSync'],
        ['Sync', undefined, undefined],
        [undefined, 'Running', 'Sync'],
      ],
    );
  });
});

describe('Reading a large Application', () => {
  const large = (count: number) => {
    const keys = Array.from({ length: count }, (_, index) => ({
      ...{ kind: 'ConfigMap', version: 'v1', namespace: 'shop', name: `settings-${index}` },
    }));
    const operation = { sync: { revision: 'main', resources: keys }, info: [{ name: 'a' }] };
    const state = {
      ...{ operation, phase: 'Running', startedAt: '2026-11-21T01:00:00Z' },
      syncResult: { resources: keys.map((key) => ({ ...key, status: 'Synced' })) },
    };
    const resources = keys.map((key) => ({ ...key, status: 'Synced' }));
    return minimal({ operation, status: { resources, operationState: state } });
  };
  const portionsOf = (count: number) => {
    const work = readApplicationInTurns(large(count));
    const portions: number[] = [];
    for (let next = work.next(); ; next = work.next()) {
      if (next.done === true) return { portions, application: next.value };
      portions.push(next.value);
    }
  };

  it('yields after each item of a list, and returns the same result', () => {
    const { portions, application } = portionsOf(1_000);
    assert.deepEqual(application, readApplication(large(1_000)));
    assert.equal(application.operation?.resources.length, 1_000);
    assert.ok(portions.length >= 4_000, `${portions.length} portions`);
    assert.ok(Math.max(...portions) <= 20);
  });

  it('takes time in proportion to the number of resources', () => {
    const stepsOf = (count: number) => portionsOf(count).portions.reduce((a, b) => a + b);
    assert.ok(stepsOf(1_000) < 5 * stepsOf(250));
  });

  it('says where an invalid value is', () => {
    const status = { resources: [{ kind: 'ConfigMap' }, { kind: 7 }] };
    const call = {
      method: 'GET',
      path: '/x',
      effect: 'read',
      timeout: 1,
      signal: noAbort,
    } as const;
    assert.throws(
      () => readable(call, () => readApplication(minimal({ status }))),
      /status\.resources\.1\.kind is 7, expected string/,
    );
  });
});
