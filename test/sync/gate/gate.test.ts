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
  ['at the abbreviated revision', {}, { revision: 'AAAAAAAA' }, 'passed', /aaaaaaa/],
  ['at the branch that it tracks', {}, { revision: 'main' }, 'passed', /aaaaaaa/],

  ["at the branch in Azure DevOps' notation", {}, { revision: 'refs/heads/main' }, 'passed', /./],
  [
    'at the branch, with a tag of the same name on that commit',
    { tags: { [A]: ['main'] } },
    { revision: 'refs/heads/main' },
    'failed',
    /cannot be determined/,
  ],
  [
    "at a branch with the tag's name, which has not been resolved yet",
    {},
    { revision: 'refs/tags/main' },
    'waiting',
    /has not reported yet/,
  ],
  [
    "at a branch with the tag's name, which is elsewhere",
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
  ['at HEAD, which it tracks by default', nameless, { revision: 'HEAD' }, 'passed', /./],
  [
    'at a branch that Argo CD did not resolve',
    { sync: synced('main') },
    { revision: A },
    'passed',
    /main/,
  ],
  [
    'at the branch that it tracks, with an older commit live',
    { sync: synced(B, 'OutOfSync') },
    { revision: 'refs/heads/main', requireSynced: false },
    'waiting',
    /aaaaaaa is live, waiting for refs\/heads\/main/,
  ],
  ['at a version', chart('1.2.3'), { revision: 'v1.2.3' }, 'passed', /1\.2\.3/],
  ['at another version', chart('1.2.3'), { revision: '1.2.4' }, 'waiting', /1\.2\.3 is live/],
  ['at the range that it tracks', chart('1.2.3'), { revision: '1.x' }, 'passed', /1\.2\.3/],
  [
    'with another range required than it tracks',
    chart('1.2.3'),
    { revision: '~1.2' },
    'failed',
    /specify the commit/,
  ],
  ['at a digest', oci, { revision: digest }, 'passed', /sha256:dddd/],
  ['at the OCI tag that it tracks', oci, { revision: 'stable' }, 'passed', /sha256:dddd/],
  ['with another OCI tag required', oci, { revision: 'v2' }, 'failed', /specify the commit/],

  ['that does not exist', undefined, {}, 'failed', /application not found, or no rule allows/],
  ['that is being deleted', { deleting: true }, {}, 'failed', /being deleted/],
  [
    'with another branch required than it tracks',
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
    'whose operation failed at the required revision',
    { last: failedAt(B), sync: synced(C, 'OutOfSync') },
    { revision: B },
    'failed',
    /bbbbbbb ended as Failed/,
  ],
  [
    'whose operation ended before its revision was known',
    { last: endedOperation({ phase: 'Error', revisions: [] }), sync: synced(A, 'OutOfSync') },
    {},
    'failed',
    /an unknown revision ended as Error/,
  ],
  ['that is Degraded', health('Degraded'), {}, 'failed', /Degraded now; a later sample passes/],

  [
    'that Argo CD skips',
    { skipReconcile: true },
    {},
    'waiting',
    /skip-reconcile\), so its status may be stale/,
  ],
  ['with a requested operation', { isPending: true }, {}, 'waiting', /requested but has not/],
  ['with an operation in progress', { last: running }, {}, 'waiting', /to aaaaaaa is Running$/],
  [
    'with a waiting operation',
    { last: { ...running, message: 'waiting for hooks' }, isPending: true },
    {},
    'waiting',
    /is Running: waiting for hooks/,
  ],
  [
    'with an operation that is being terminated',
    { last: endedOperation({ phase: 'Terminating' }) },
    {},
    'waiting',
    /is Terminating/,
  ],
  [
    'with a failed attempt that is retried',
    { last: endedOperation({ phase: 'Running', message: 'Retrying' }), isPending: true },
    {},
    'waiting',
    /failed and will be retried: Retrying/,
  ],
  [
    'with a broken source during an operation',
    { last: running, conditions: [comparisonError()] },
    {},
    'waiting',
    /Running/,
  ],
  [
    'whose repository is temporarily down',
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
    'whose operation failed at another revision than the tracked one',
    { last: failedAt(B), sync: synced(A, 'OutOfSync') },
    {},
    'waiting',
    /OutOfSync at aaaaaaa, waiting for somebody to sync it: auto-sync is off/,
  ],
  [
    'that auto-sync has yet to sync',
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
  ['with a Missing resource', health('Missing'), {}, 'waiting', /health is Missing/],
  ['of unknown health', health('Unknown'), {}, 'waiting', /health is Unknown/],
  ['that is suspended', health('Suspended'), {}, 'waiting', /paused, waiting for somebody/],

  [
    'that is suspended, as accepted',
    health('Suspended'),
    { acceptSuspended: true },
    'passed',
    /Suspended/,
  ],
  [
    'that is Degraded, as accepted',
    health('Degraded'),
    { requireHealthy: false },
    'passed',
    /Degraded/,
  ],
  [
    'that is OutOfSync, as accepted, at the deployed revision',
    { sync: synced(B, 'OutOfSync') },
    { requireSynced: false, revision: A },
    'passed',
    /OutOfSync at aaaaaaa/,
  ],
  [
    'with a later commit that changes nothing for it',
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

describe('A gate', () => {
  for (const [what, change, asked, status, message] of cases) {
    it(`${status}: an application ${what}`, () => {
      const answer = judge(change, asked);
      assert.equal(answer.status, status, answer.message);
      assert.match(answer.message, message);
    });
  }

  it('waits until everything has been stable for long enough', () => {
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

  it('does not trust a comparison in the same second as the end until a few more have passed', () => {
    const change = { reconciledAt: second(20) };
    assert.equal(judge(change, {}, 9_999).status, 'waiting');
    assert.equal(judge(change, {}, 10_000).status, 'passed');
  });

  for (const name of recordingNames) {
    it(`passes nothing that is not yet done in ${name}`, () => {
      const summaries = readRecording(name)
        .flatMap(({ event, response }) => [event?.result.application, response?.body])
        .filter(isApplication)
        .map(readSummary);
      assert.ok(summaries.length > 0);
      for (const one of summaries) {
        const { status } = judgeGate(one, strict, start, start);
        if (status !== 'passed') continue;
        assert.equal(isBusy(one), false);
        assert.deepEqual([one.sync.status, one.health.status], ['Synced', 'Healthy']);
        // The last operation is that of the revision shown as live.
        assert.deepEqual(one.last?.revisions, one.sync.revisions);
      }
    });
  }

  /** The gate's answer at the end of a recording, when everything has been stable for a while. */
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
