import assert from 'node:assert/strict';
import { readSummary } from '../../../src/argocd/rest/summary-schema.ts';
import type { GateVerdict, GateCriteria } from '../../../src/sync/gate/gate.ts';
import { judgeGate } from '../../../src/sync/gate/gate.ts';
import type { ApplicationSummary } from '../../../src/sync/model/application-summary.ts';
import { isBusy } from '../../../src/sync/model/application-summary.ts';
import {
  isApplication,
  readRecording,
  recordingNames,
} from '../../../simulators/argo-cd/recording.ts';
import { A, B, C, comparisonError, second, start, synced } from '../sample-application.ts';
import { endedOperation, summary } from '../sample-summary.ts';

const strict: GateCriteria = {
  revision: undefined,
  requireSynced: true,
  requireHealthy: true,
  acceptSuspended: false,
  stableFor: 0,
};

/** `lasted`: milliseconds since the last change. */
function judge(
  change: Partial<ApplicationSummary> | undefined,
  asked: Partial<GateCriteria> = {},
  lasted = 60_000,
): GateVerdict {
  const one = change && summary(change);
  return judgeGate(one, { ...strict, ...asked }, start - lasted, start);
}

type Case = readonly [
  what: string,
  change: Partial<ApplicationSummary> | undefined,
  asked: Partial<GateCriteria>,
  status: GateVerdict['status'],
  message: RegExp,
];

const running = endedOperation({ phase: 'Running', finishedAt: undefined, message: '' });
const failedAt = (revision: string) =>
  endedOperation({ phase: 'Failed', message: 'one or more objects failed', revisions: [revision] });
const health = (status: ApplicationSummary['health']['status']) => ({
  health: { status, since: second(21) },
});
const source = { repoURL: 'git', path: 'shop', chart: '', targetRevision: 'main' };
const nameless = { sources: [{ ...source, targetRevision: '' }] };
const chart = (version: string): Partial<ApplicationSummary> => ({
  sources: [
    { repoURL: 'https://charts.example.com', path: '', chart: 'web', targetRevision: '1.x' },
  ],
  sync: synced(version),
  deployed: [version],
});
const digest = `sha256:${'d'.repeat(64)}`;
const oci: Partial<ApplicationSummary> = {
  sources: [{ ...source, repoURL: 'oci://registry.example.com/web', targetRevision: 'stable' }],
  sync: synced(digest),
  deployed: [digest],
};

const cases: readonly Case[] = [
  ['at rest', {}, {}, 'passed', /^Synced at aaaaaaa, Healthy$/],
  ['at the revision', {}, { revision: A }, 'passed', /aaaaaaa/],
  ['at the revision, written short', {}, { revision: 'AAAAAAAA' }, 'passed', /aaaaaaa/],
  ['at the branch that it tracks', {}, { revision: 'main' }, 'passed', /aaaaaaa/],

  ['at the branch as Azure DevOps gives it', {}, { revision: 'refs/heads/main' }, 'passed', /./],
  [
    'at the branch, and a tag of its name is on that commit',
    { tags: { [A]: ['main'] } },
    { revision: 'refs/heads/main' },
    'failed',
    /cannot be determined/,
  ],
  [
    'at a branch of the name of the tag, of which nobody has told yet',
    {},
    { revision: 'refs/tags/main' },
    'waiting',
    /has not reported yet/,
  ],
  [
    'at a branch of the name of the tag, which is elsewhere',
    { tags: { [A]: ['v1'] } },
    { revision: 'refs/tags/main' },
    'failed',
    /cannot be determined/,
  ],
  [
    'at the tag that it tracks by its short name',
    { tags: { [A]: ['main'] } },
    { revision: 'refs/tags/main' },
    'passed',
    /./,
  ],
  ['at HEAD, which it tracks without a name', nameless, { revision: 'HEAD' }, 'passed', /./],
  [
    'at a branch that Argo CD did not resolve',
    { sync: synced('main') },
    { revision: A },
    'passed',
    /main/,
  ],
  [
    'at the branch that it tracks, of which something older is live',
    { sync: synced(B, 'OutOfSync') },
    { revision: 'refs/heads/main', requireSynced: false },
    'waiting',
    /aaaaaaa is live, waiting for refs\/heads\/main/,
  ],
  ['at a version', chart('1.2.3'), { revision: 'v1.2.3' }, 'passed', /1\.2\.3/],
  ['at another version', chart('1.2.3'), { revision: '1.2.4' }, 'waiting', /1\.2\.3 is live/],
  ['at the range that it tracks', chart('1.2.3'), { revision: '1.x' }, 'passed', /1\.2\.3/],
  [
    'with a range wanted that it does not track',
    chart('1.2.3'),
    { revision: '~1.2' },
    'failed',
    /specify the commit/,
  ],
  ['at a digest', oci, { revision: digest }, 'passed', /sha256:dddd/],
  ['at the OCI tag that it tracks', oci, { revision: 'stable' }, 'passed', /sha256:dddd/],
  ['with another OCI tag wanted', oci, { revision: 'v2' }, 'failed', /specify the commit/],

  ['that is not there', undefined, {}, 'failed', /application not found, or no rule allows/],
  ['that is being deleted', { deleting: true }, {}, 'failed', /being deleted/],
  [
    'with a branch wanted that it does not track',
    {},
    { revision: 'next' },
    'failed',
    /"next" is live; specify the commit/,
  ],
  [
    'with a broken source',
    { conditions: [comparisonError()] },
    {},
    'failed',
    /^ComparisonError: Failed to load/,
  ],
  [
    'with an invalid specification',
    { conditions: [{ type: 'InvalidSpecError', message: '' }] },
    {},
    'failed',
    /^InvalidSpecError$/,
  ],
  ['whose operation failed', { last: failedAt(A) }, {}, 'failed', /aaaaaaa ended as Failed: one/],
  [
    'whose operation failed at the revision wanted',
    { last: failedAt(B), sync: synced(C, 'OutOfSync') },
    { revision: B },
    'failed',
    /bbbbbbb ended as Failed/,
  ],
  [
    'whose operation ended before it knew its revision',
    { last: endedOperation({ phase: 'Error', revisions: [] }), sync: synced(A, 'OutOfSync') },
    {},
    'failed',
    /an unknown revision ended as Error/,
  ],
  ['that is Degraded', health('Degraded'), {}, 'failed', /Degraded now; a later sample passes/],

  [
    'that Argo CD leaves alone',
    { skipReconcile: true },
    {},
    'waiting',
    /skip-reconcile\), so its status may be stale/,
  ],
  ['with an operation asked for', { isPending: true }, {}, 'waiting', /requested but has not/],
  ['with an operation going on', { last: running }, {}, 'waiting', /to aaaaaaa is Running$/],
  [
    'with an operation that waits',
    { last: { ...running, message: 'waiting for hooks' }, isPending: true },
    {},
    'waiting',
    /is Running: waiting for hooks/,
  ],
  [
    'with an operation that is being ended',
    { last: endedOperation({ phase: 'Terminating' }) },
    {},
    'waiting',
    /is Terminating/,
  ],
  [
    'with an attempt that failed and is retried',
    { last: endedOperation({ phase: 'Running', message: 'Retrying' }), isPending: true },
    {},
    'waiting',
    /failed and will be retried: Retrying/,
  ],
  [
    'with a broken source while an operation goes on',
    { last: running, conditions: [comparisonError()] },
    {},
    'waiting',
    /Running/,
  ],
  [
    'whose repository is away for a moment',
    {
      sync: synced(A, 'Unknown'),
      conditions: [comparisonError('rpc error: code = Unavailable desc = x')],
    },
    {},
    'waiting',
    /currently cannot/,
  ],
  [
    'that was not compared since its operation',
    { reconciledAt: second(19) },
    {},
    'waiting',
    /not compared it since/,
  ],
  ['that was never compared', { reconciledAt: undefined }, {}, 'waiting', /not compared it since/],
  [
    'whose operation failed at another revision than it tracks now',
    { last: failedAt(B), sync: synced(A, 'OutOfSync') },
    {},
    'waiting',
    /OutOfSync at aaaaaaa, waiting for somebody to sync it: auto-sync is off/,
  ],
  [
    'that auto-sync has still to sync',
    { sync: synced(B, 'OutOfSync'), autoSync: true },
    {},
    'waiting',
    /OutOfSync at bbbbbbb, waiting for auto-sync/,
  ],
  ['at another revision', {}, { revision: B }, 'waiting', /aaaaaaa is live, waiting for bbbbbbb/],
  [
    'with nothing deployed, and OutOfSync accepted',
    { sync: synced(A, 'OutOfSync'), deployed: [], last: undefined },
    { revision: A, requireSynced: false },
    'waiting',
    /nothing has been deployed yet, waiting for aaaaaaa/,
  ],
  ['that is Progressing', health('Progressing'), {}, 'waiting', /health is Progressing/],
  ['with something Missing', health('Missing'), {}, 'waiting', /health is Missing/],
  ['of unknown health', health('Unknown'), {}, 'waiting', /health is Unknown/],
  ['that is paused', health('Suspended'), {}, 'waiting', /paused, waiting for somebody/],

  ['paused, as is accepted', health('Suspended'), { acceptSuspended: true }, 'passed', /Suspended/],
  ['Degraded, as is accepted', health('Degraded'), { requireHealthy: false }, 'passed', /Degraded/],
  [
    'OutOfSync, as is accepted, at what was deployed',
    { sync: synced(B, 'OutOfSync') },
    { requireSynced: false, revision: A },
    'passed',
    /OutOfSync at aaaaaaa/,
  ],
  [
    'with a later commit that changes nothing here',
    { sync: synced(B) },
    { revision: A },
    'passed',
    /Synced at bbbbbbb/,
  ],
  [
    'whose dry run failed',
    { last: { ...failedAt(A), isFull: false } },
    {},
    'passed',
    /Synced at aaaaaaa/,
  ],
  [
    'with several sources, one at the revision',
    { sources: [source, source], sync: { status: 'Synced', revisions: [B, A] }, deployed: [B, A] },
    { revision: A },
    'passed',
    /bbbbbbb, aaaaaaa/,
  ],
  [
    'of a chart, at its version',
    { sources: [{ ...source, chart: 'redis', targetRevision: '1.x' }], sync: synced('1.2.3') },
    { revision: '1.2.3' },
    'passed',
    /1\.2\.3/,
  ],
];

describe('a gate', () => {
  for (const [what, change, asked, status, message] of cases) {
    it(`${status}: an application ${what}`, () => {
      const answer = judge(change, asked);
      assert.equal(answer.status, status, answer.message);
      assert.match(answer.message, message);
    });
  }

  it('waits until all has been calm for long enough', () => {
    const stableFor = 300_000;
    assert.deepEqual(judge({}, { stableFor }, 40_900), {
      status: 'waiting',
      message: 'Synced at aaaaaaa, Healthy for 40 s of 300 s',
    });
    assert.deepEqual(judge({}, { stableFor }, 300_000), {
      status: 'passed',
      message: 'Synced at aaaaaaa, Healthy for 300 s',
    });
    assert.match(judge({}, { stableFor }, -5_000).message, /for 0 s of 300 s/);
  });

  it('does not trust a comparison in the second of the end until some more have passed', () => {
    const change = { reconciledAt: second(20) };
    assert.equal(judge(change, {}, 9_999).status, 'waiting');
    assert.equal(judge(change, {}, 10_000).status, 'passed');
  });

  for (const name of recordingNames) {
    it(`passes nothing that is not there yet in ${name}`, () => {
      const summaries = readRecording(name)
        .flatMap(({ event, response }) => [event?.result.application, response?.body])
        .filter(isApplication)
        .map(readSummary);
      for (const one of summaries) {
        const { status } = judgeGate(one, strict, start, start);
        if (status !== 'passed') continue;
        assert.equal(isBusy(one), false);
        assert.deepEqual([one.sync.status, one.health.status], ['Synced', 'Healthy']);
        // The last operation is that of the revision which is shown as live.
        assert.deepEqual(one.last?.revisions, one.sync.revisions);
      }
    });
  }

  /** What a gate says at the end of a recording, when all has been calm for a while. */
  const ends: readonly [string, GateVerdict['status'], RegExp][] = [
    ['plain', 'passed', /^Synced at 6b19d03, Healthy$/],
    ['multi-source', 'waiting', /^OutOfSync at 9b59c74, 9b59c74/],
    ['rollback', 'waiting', /^OutOfSync at 3e664d1/],
    ['broken-yaml', 'failed', /^ComparisonError: /],
    ['health-degrades-after', 'failed', /^it is Degraded now/],
    ['presync-fails', 'failed', /6311c23 ended as Failed: one or more/],
    ['terminate', 'failed', /50f9029 ended as Failed: Operation terminated/],
    ['selective', 'waiting', /^OutOfSync at bd68acd/],
  ];
  for (const [name, status, message] of ends) {
    it(`has ${status} at the end of ${name}`, () => {
      const last = readRecording(name)
        .flatMap(({ event, response }) => [event?.result.application, response?.body])
        .filter(isApplication)
        .at(-1);
      const answer = judgeGate(readSummary(last), strict, start, start + 60_000);
      assert.equal(answer.status, status, answer.message);
      assert.match(answer.message, message);
    });
  }
});
