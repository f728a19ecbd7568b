import assert from 'node:assert/strict';
import {
  annotationReasons,
  Metrics,
  preventions,
  type InstanceFigures,
  type MetricsSources,
} from '../../../src/handler/telemetry/metrics.ts';
import { runKinds, runOutcomes } from '../../../src/handler/run.ts';
import { eventKinds } from '../../../src/sync/events/application-event.ts';
import { refusalReasons } from '../../../src/handler/follow-ups/counted-target.ts';
import { claimResults } from '../../../src/handler/follow-ups/event-claims.ts';
import { actionStates, type ActionFigures } from '../../../src/handler/store/event-store.ts';
import { StoreError, type StoreFigures } from '../../../src/handler/store/store.ts';
import { metrics as listed, valuesOf } from '../../deploy/metrics-table.ts';

const prefix = 'argocd_handler_';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Prometheus's text format, as far as we use it (prometheus.io/docs/instrumenting/exposition_formats). */
function read(text: string): { types: ReadonlyMap<string, string>; samples: readonly Sample[] } {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const [, typed, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (typed !== undefined && type !== undefined) types.set(typed, type);
    if (line.startsWith('#') || line === '') continue;
    const [, name = '', inner = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const pairs = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    const labels = Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text]));
    samples.push({ name, labels, value: Number(value) });
  }
  return { types, samples };
}

const instance: InstanceFigures = {
  argocd: 'prod',
  isStreaming: true,
  reconnects: 3,
  listAge: 12,
  applications: 250,
};
const figures: StoreFigures = {
  runs: [{ kind: 'sync', state: 'following', count: 4 }],
  oldestRunAt: 940_000,
  items: 5,
  oldestItemAt: 990_000,
  bytes: 4_096,
};

const actions: ActionFigures = {
  states: [{ state: 'waiting', count: 2 }],
  oldestOpenAt: 970_000,
};

describe('The metrics', () => {
  let metrics: Metrics;

  const sources = (change: Partial<MetricsSources> = {}): MetricsSources => ({
    figures: () => Promise.resolve(figures),
    actions: () => Promise.resolve(actions),
    followUps: () => ({ followed: 9, unread: 6, faulty: 4 }),
    instances: () => [instance],
    isStoreUp: () => true,
    runs: () => ({ active: 7, queued: 3 }),
    now: () => 1_000_000,
    ...change,
  });
  const samples = async () => read(await metrics.text()).samples;
  const value = async (name: string, labels: Sample['labels'] = {}) => {
    const found = (await samples()).filter(
      (one) =>
        one.name === prefix + name &&
        Object.entries(labels).every(([key, text]) => one.labels[key] === text),
    );
    assert.ok(found.length <= 1, `${name} ${found.length} times`);
    return found[0]?.value;
  };

  beforeEach(() => {
    metrics = new Metrics('1.2.3');
  });

  /** A value for everything, so that each metric has a sample. */
  const observeAll = () => {
    metrics.read(sources());
    metrics.runEnded('sync', 'succeeded', 30);
    metrics.reportFailed('throttled');
    metrics.reportLeftOut('log');
    metrics.argocdRequest('prod', 'GET application', '200', 0.1);
    metrics.azureRequest('GET plan', '200', 0.1);
    metrics.answered('syncs', 202, 0.01);
    metrics.refused('token');
    metrics.committed(0.001);
    metrics.reloaded('applied');
    metrics.eventSeen('succeeded', true);
    metrics.duplicatePrevented('seenAgain');
    metrics.actionRefused('notAuthorized');
    metrics.eventClaimed('claimed');
    metrics.operationAnnounced('prod', 'taken');
    metrics.annotationFault('forbidden');
  };

  it('are those on the operations page, with the same types', async () => {
    observeAll();
    const { types } = read(await metrics.text());
    const own = [...types].filter(([name]) => name.startsWith(prefix));
    const expected = [...listed.values()].map(({ name, type }) => [name, type]);
    assert.deepEqual(own.sort(), expected.sort());
  });

  it('have exactly the labels on the operations page', async () => {
    observeAll();
    const found = await samples();
    for (const { name, type, labels } of listed.values()) {
      const base = type === 'histogram' ? `${name}_count` : name;
      const own = found.filter((one) => one.name === base);
      assert.ok(own.length > 0, `no sample of ${name}`);
      for (const one of own) assert.deepEqual(Object.keys(one.labels).sort(), [...labels].sort());
    }
  });

  it('include Node’s own', async () => {
    const names = (await samples()).map(({ name }) => name);
    assert.ok(names.includes('process_resident_memory_bytes'));
    assert.ok(names.includes('nodejs_eventloop_lag_p99_seconds'));
  });

  it('show how many runs are in memory, and how many wait for that', async () => {
    metrics.read(sources());
    assert.deepEqual([await value('runs_active'), await value('runs_queued')], [7, 3]);
  });

  it('contain the version', async () => {
    assert.equal(await value('build_info', { version: '1.2.3' }), 1);
  });

  it('start at zero if all values of a label are known', async () => {
    for (const kind of runKinds) {
      for (const outcome of runOutcomes) {
        assert.equal(await value('runs_ended_total', { kind, outcome }), 0, `${kind} ${outcome}`);
      }
    }
    for (const result of valuesOf(`${prefix}config_reloads_total`, 'result')) {
      assert.equal(await value('config_reloads_total', { result }), 0, result);
    }
    for (const [name, label] of [
      ['claims_total', 'result'],
      ['duplicates_prevented_total', 'by'],
    ] as const) {
      const known = valuesOf(`${prefix}${name}`, label);
      assert.ok(known.length > 0, name);
      for (const one of known) assert.equal(await value(name, { [label]: one }), 0, one);
    }
    for (const kind of eventKinds) {
      for (const late of valuesOf(`${prefix}events_total`, 'late')) {
        assert.equal(await value('events_total', { kind, late }), 0, `${kind} ${late}`);
      }
    }
    for (const reason of refusalReasons) {
      assert.equal(await value('actions_refused_total', { reason }), 0, reason);
    }
    for (const reason of annotationReasons) {
      assert.equal(await value('annotation_faults_total', { reason }), 0, reason);
    }
    const counted = (await samples()).filter(({ name }) => /_total$/.test(name));
    const own = counted.filter(({ name }) => name.startsWith(prefix));
    const others =
      2 +
      claimResults.length +
      preventions.length +
      2 * eventKinds.length +
      refusalReasons.length +
      annotationReasons.length;
    assert.equal(own.length, runKinds.length * runOutcomes.length + others);
  });

  it('count a second run that claims an event as a prevented duplicate', async () => {
    metrics.eventClaimed('claimed');
    metrics.eventClaimed('taken');
    assert.equal(await value('claims_total', { result: 'taken' }), 1);
    assert.equal(await value('duplicates_prevented_total', { by: 'claim' }), 1);
    assert.equal(await value('duplicates_prevented_total', { by: 'lookedUp' }), 0);
  });

  it('show how many follow-ups there are in each state, and the age of the oldest', async () => {
    metrics.read(sources());
    for (const state of actionStates) {
      assert.equal(await value('actions', { state }), state === 'waiting' ? 2 : 0, state);
    }
    assert.equal(await value('action_oldest_age_seconds'), 30);
    assert.equal(await value('faulty_annotations'), 4);
    assert.equal(await value('followed_applications'), 9);
    assert.equal(await value('unread_applications'), 6);
  });

  it('count what happens', async () => {
    observeAll();
    metrics.runEnded('sync', 'succeeded', 90);
    metrics.runEnded('check', 'refused', 1);
    assert.equal(await value('runs_ended_total', { kind: 'sync', outcome: 'succeeded' }), 2);
    assert.equal(await value('runs_ended_total', { kind: 'check', outcome: 'refused' }), 1);
    assert.equal(await value('run_duration_seconds_sum', { kind: 'sync' }), 120);
    assert.equal(await value('run_duration_seconds_bucket', { kind: 'sync', le: '30' }), 1);
    assert.equal(await value('reports_failed_total', { reason: 'throttled' }), 1);
    assert.equal(await value('requests_total', { route: 'syncs', code: '202' }), 1);
    assert.equal(await value('request_seconds_count', { route: 'syncs' }), 1);
    assert.equal(await value('refusals_total', { reason: 'token' }), 1);
    assert.equal(await value('store_commit_seconds_count'), 1);
    assert.equal(await value('config_reloads_total', { result: 'applied' }), 1);
    assert.equal(await value('argocd_request_seconds_count', { argocd: 'prod' }), 1);
    assert.equal(await value('azure_request_seconds_count', { call: 'GET plan', code: '200' }), 1);
  });

  it('read the store and the watches when they are requested', async () => {
    metrics.read(sources());
    assert.equal(await value('runs', { kind: 'sync', state: 'following' }), 4);
    assert.equal(await value('oldest_run_age_seconds'), 60);
    assert.equal(await value('outbox_items'), 5);
    assert.equal(await value('outbox_oldest_age_seconds'), 10);
    assert.equal(await value('store_bytes'), 4_096);
    assert.equal(await value('store_up'), 1);
    assert.equal(await value('stream_up', { argocd: 'prod' }), 1);
    assert.equal(await value('stream_reconnects_total', { argocd: 'prod' }), 3);
    assert.equal(await value('list_age_seconds', { argocd: 'prod' }), 12);
    assert.equal(await value('applications', { argocd: 'prod' }), 250);
  });

  it('show zero for the kinds and states that no run has', async () => {
    metrics.read(sources());
    for (const kind of valuesOf(`${prefix}runs`, 'kind')) {
      for (const state of valuesOf(`${prefix}runs`, 'state')) {
        const expected = kind === 'sync' && state === 'following' ? 4 : 0;
        assert.equal(await value('runs', { kind, state }), expected, `${kind} ${state}`);
      }
    }
    assert.equal((await samples()).filter(({ name }) => name === `${prefix}runs`).length, 9);
  });

  it('have no age for what does not exist, or after the clock was set back', async () => {
    let current: StoreFigures = { ...figures, oldestRunAt: undefined, oldestItemAt: undefined };
    metrics.read(sources({ figures: () => Promise.resolve(current) }));
    assert.equal(await value('oldest_run_age_seconds'), 0);
    assert.equal(await value('outbox_oldest_age_seconds'), 0);
    current = { ...figures, oldestRunAt: 2_000_000 };
    assert.equal(await value('oldest_run_age_seconds'), 0);
  });

  it('do not add reconnects that the watch has already counted', async () => {
    let reconnects = 3;
    metrics.read(sources({ instances: () => [{ ...instance, reconnects }] }));
    assert.equal(await value('stream_reconnects_total'), 3);
    reconnects = 4;
    assert.equal(await value('stream_reconnects_total'), 4);
  });

  it('forget an instance that is no longer configured, and an unknown age', async () => {
    let instances = [instance, { ...instance, argocd: 'test' }];
    metrics.read(sources({ instances: () => instances }));
    assert.equal(await value('stream_up', { argocd: 'test' }), 1);
    instances = [{ ...instance, listAge: undefined }];
    const found = await samples();
    assert.deepEqual(
      found.filter(({ labels }) => labels['argocd'] === 'test'),
      [],
    );
    assert.equal(await value('list_age_seconds', { argocd: 'prod' }), undefined);
    assert.equal(await value('applications', { argocd: 'prod' }), 250);
  });

  it('report that the store is down, and everything else, if it fails', async () => {
    const failing = () => Promise.reject(new StoreError('The store is gone.'));
    metrics.read(sources({ figures: failing, isStoreUp: () => false }));
    assert.equal(await value('store_up'), 0);
    assert.equal(await value('stream_up', { argocd: 'prod' }), 1);
    assert.equal(await value('build_info', { version: '1.2.3' }), 1);
  });

  it('are correct for each of two concurrent requests', async () => {
    metrics.read(sources());
    const texts = await Promise.all([metrics.text(), metrics.text()]);
    for (const text of texts) {
      const found = read(text).samples.find(
        ({ name }) => name === `${prefix}stream_reconnects_total`,
      );
      assert.equal(found?.value, 3);
    }
  });

  it('have the content type that Prometheus expects', () => {
    assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4/);
  });

  it('of two services are independent', async () => {
    new Metrics('0').runEnded('sync', 'failed', 1);
    assert.equal(await value('runs_ended_total', { kind: 'sync', outcome: 'failed' }), 0);
  });
});
