import assert from 'node:assert/strict';
import pino from 'pino';
import { Metrics } from '../../../src/handler/telemetry/metrics.ts';
import { runOutcomes, type FollowSpec } from '../../../src/handler/run.ts';
import { RunTelemetry } from '../../../src/handler/telemetry/run-telemetry.ts';
import { StoreError } from '../../../src/handler/store/store.ts';
import type { Progress } from '../../../src/sync/model/outcome.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { migrate, result } from '../../report/example-results.ts';
import { sampleSpec, sampleRun } from '../store/sample.ts';
import { failed } from '../runs/fake-plan.ts';

interface Entry {
  readonly level: number;
  readonly msg?: string;
  readonly [name: string]: unknown;
}
const { info, warn, error } = pino.levels.values;

describe('The telemetry of a run', () => {
  let clock: ManualClock;
  let metrics: Metrics;
  let entries: Entry[];

  const begin = (spec: FollowSpec = sampleSpec) => {
    const write = (text: string) => entries.push(JSON.parse(text) as Entry);
    const logger = pino({ base: null, timestamp: false }, { write });
    return new RunTelemetry(sampleRun('run-1', { spec, acceptedAt: clock.now() }), {
      logger,
      metrics,
      clock,
    });
  };
  const tell = (progress: Progress) => begin().told(progress);
  const counted = async (name: string) => {
    const lines = (await metrics.text()).split('\n');
    return lines.filter((line) => line.startsWith(`argocd_handler_${name}{`) && !/ 0$/.test(line));
  };

  beforeEach(() => {
    clock = new ManualClock();
    metrics = new Metrics('0');
    entries = [];
  });

  it('names the run in each line', () => {
    begin({
      ...sampleSpec,
      page: 'https://dev.azure.com/fabrikam/shop/_build/results',
    }).canceled();
    assert.deepEqual(entries, [
      {
        level: info,
        run: 'run-1',
        kind: 'sync',
        page: 'https://dev.azure.com/fabrikam/shop/_build/results',
        argocd: 'prod',
        applications: 'shop',
        msg: 'run canceled',
      },
    ]);
  });

  it('names all applications, or the selector', () => {
    const about = (subject: FollowSpec['request']['subject']) => {
      begin({ ...sampleSpec, request: { ...sampleSpec.request, subject } }).canceled();
      return entries.at(-1)?.['applications'];
    };
    assert.equal(
      about({ names: [{ name: 'shop' }, { namespace: 'team', name: 'cart' }] }),
      'shop,team/cart',
    );
    assert.equal(about({ selector: 'app=shop' }), 'app=shop');
  });

  it('has a line for each step that started', () => {
    const application = { namespace: 'team', name: 'shop' };
    tell({ kind: 'step', application, step: migrate });
    const [line] = entries;
    assert.equal(line?.msg, 'step');
    assert.equal(line['application'], 'team/shop');
    assert.equal(line['resource'], 'Job/migrate');
    assert.deepEqual([line['phase'], line['wave'], line['state']], ['PreSync', -1, 'Succeeded']);
  });

  it('has none for what only waits, or for the progress bar', () => {
    const application = { name: 'shop' };
    tell({ kind: 'step', application, step: { ...migrate, state: 'Pending' } });
    tell({ kind: 'progress', application, done: 1, total: 2 });
    assert.deepEqual(entries, []);
  });

  it('has a line for each result, status, notice and search', () => {
    const application = { name: 'shop' };
    tell({ kind: 'result', result: result({ outcome: 'failed', message: 'It failed' }) });
    tell({ kind: 'status', application, message: 'Deployment/web is Progressing' });
    tell({ kind: 'notice', application, level: 'warning', message: 'The stream broke' });
    tell({ kind: 'search', level: 'info', message: 'Only 1 of 2' });
    assert.deepEqual(
      entries.map(({ msg, application: name, outcome, message }) => [msg, name, outcome, message]),
      [
        ['result', 'shop', 'failed', 'It failed'],
        ['status', 'shop', undefined, 'Deployment/web is Progressing'],
        ['notice', 'shop', undefined, 'The stream broke'],
        ['search', undefined, undefined, 'Only 1 of 2'],
      ],
    );
  });

  it('keeps foreign text bounded and on one line', () => {
    const evil = `a\u001b[31m\n${'x'.repeat(5_000)}`;
    const telemetry = begin();
    telemetry.told({ kind: 'result', result: result({ message: evil }) });
    telemetry.told({ kind: 'status', application: { name: 'shop' }, message: evil });
    telemetry.followed(sampleRun('run-1', { message: evil }));
    telemetry.ended(sampleRun('run-1', { message: evil }));
    for (const { msg = '', message = '' } of entries) {
      const text = `${msg}${String(message)}`;
      assert.doesNotMatch(text, /\p{Cc}/u);
      assert.ok(text.length < 600);
    }
    assert.equal(entries.length, 4);
  });

  for (const outcome of runOutcomes) {
    const isBad = outcome === 'refused' || outcome === 'unreported';
    it(`counts a run that ended as ${outcome}, and logs it as ${isBad ? 'a warning' : 'information'}`, async () => {
      const telemetry = begin();
      const acceptedAt = clock.now();
      await clock.pass(90_000);
      telemetry.ended(sampleRun('run-1', { outcome, message: 'so', acceptedAt }));
      const [{ level, msg, message, seconds } = { level: 0 }] = entries;
      assert.deepEqual(
        [level, msg, message, seconds],
        [isBad ? warn : info, 'run ended', 'so', 90],
      );
      assert.deepEqual(await counted('runs_ended_total'), [
        `argocd_handler_runs_ended_total{kind="sync",outcome="${outcome}"} 1`,
      ]);
      assert.deepEqual(await counted('run_duration_seconds_sum'), [
        'argocd_handler_run_duration_seconds_sum{kind="sync"} 90',
      ]);
      assert.deepEqual(
        await counted('refusals_total'),
        outcome === 'refused' ? ['argocd_handler_refusals_total{reason="unproven"} 1'] : [],
      );
    });
  }

  it('counts what is left out, and says so', async () => {
    begin().leftOut('attachments');
    assert.deepEqual(await counted('reports_left_out_total'), [
      'argocd_handler_reports_left_out_total{what="attachments"} 1',
    ]);
    assert.deepEqual(
      entries.map(({ level, what }) => [level, what]),
      [[warn, 'attachments']],
    );
  });

  it('counts each report that failed, by its reason', async () => {
    const telemetry = begin();
    telemetry.reportFailed(failed('throttled'), 'progress');
    telemetry.reportFailed(failed('throttled'), 'completed');
    assert.deepEqual(await counted('reports_failed_total'), [
      'argocd_handler_reports_failed_total{reason="throttled"} 2',
    ]);
    assert.deepEqual(
      entries.map(({ level, failure, what, reason }) => [level, failure, what, reason]),
      [
        [warn, 'throttled', 'progress', 'POST x: throttled'],
        [warn, 'throttled', 'completed', 'POST x: throttled'],
      ],
    );
  });

  it('reports its start and progress', () => {
    const telemetry = begin();
    telemetry.proofFailed(failed('unavailable'));
    telemetry.begun(sampleRun('run-1', { state: 'following', attempt: 2 }));
    telemetry.followed(sampleRun('run-1', { outcome: 'succeeded', message: 'shop succeeded' }));
    assert.deepEqual(
      entries.map(({ level, msg }) => [level, msg]),
      [
        [warn, 'run verification failed'],
        [info, 'run verified'],
        [info, 'run finished in Argo CD'],
      ],
    );
    assert.equal(entries[1]?.['attempt'], 2);
  });

  it('reports a failing store, and internal errors with their location', () => {
    const telemetry = begin();
    telemetry.storeFailed(new StoreError('The store: the disk is full. Free some space.'));
    telemetry.fault(new TypeError('a bug'));
    telemetry.fault('no error at all');
    assert.deepEqual(
      entries.map(({ level }) => level),
      [error, error, error],
    );
    assert.equal(entries[0]?.['reason'], 'The store: the disk is full. Free some space.');
    const faults = entries.slice(1).map(({ err }) => err as { message: string; stack: string });
    assert.deepEqual(
      faults.map(({ message }) => message),
      ['a bug', 'no error at all'],
    );
    assert.match(faults[0]?.stack ?? '', /run-telemetry\.test/);
  });
});
