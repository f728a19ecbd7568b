import assert from 'node:assert/strict';
import type { RunAddress } from '../../../src/azure/task-hub/run-address.ts';
import { printFault } from '../../../src/inputs/fault.ts';
import { readNames } from '../../../src/handler/http/request-names.ts';
import { readGate, readRunSpec } from '../../../src/handler/http/run-specs.ts';
import {
  checkSections,
  gateSections,
  runSections,
  syncSections,
} from '../../../src/handler/http/sync-sections.ts';
import type { FollowSpec, FollowKind } from '../../../src/handler/run.ts';
import { jobId, leastSync, planId, projectId, taskInstanceId } from './example-requests.ts';

type Texts = Readonly<Record<string, string>>;

const address: RunAddress = {
  collection: 'https://dev.azure.com/fabrikam',
  projectId,
  hub: 'build',
  planId,
  jobId,
  timelineId: planId,
  taskInstanceId,
};
const day = 24 * 3_600_000;

function read(kind: FollowKind, texts: Texts) {
  const sections = new Map(Object.entries({ ...leastSync, ...texts }));
  const names = readNames(sections);
  return readRunSpec(kind, sections, { names, client: 'fabrikam', address, buildId: 4_711 }, day);
}

function askGate(texts: Texts) {
  const sections = new Map(Object.entries({ ...leastSync, ...texts }));
  return readGate(sections, readNames(sections));
}

function accepted(kind: FollowKind, texts: Texts = {}): FollowSpec {
  const spec = read(kind, texts);
  if ('faults' in spec) assert.fail(spec.faults.map(printFault).join('\n'));
  return spec;
}

function refused(kind: FollowKind, texts: Texts): readonly string[] {
  const spec = read(kind, texts);
  assert.ok('faults' in spec, 'nothing was refused');
  return spec.faults.map(printFault);
}

describe('A run spec', () => {
  it('contains what was requested, by whom and where', () => {
    const spec = accepted('sync', { revision: '4f2c9d1', prune: 'true' });
    assert.equal(spec.kind, 'sync');
    assert.equal(spec.client, 'fabrikam');
    assert.equal(spec.azureProject, 'shop');
    assert.equal(spec.argocd, 'prod');
    assert.equal(spec.address, address);
    assert.deepEqual(spec.request.subject, { names: [{ name: 'shop-web' }] });
    assert.equal(spec.request.project, 'default');
    const { goal } = spec.request;
    assert.ok(goal.action === 'sync');
    assert.deepEqual(goal.target, { kind: 'revision', revision: '4f2c9d1' });
    assert.equal(goal.options.prune, true);
    assert.ok(!('argocd' in spec.request));
  });

  const asked = { sync: syncSections, gate: gateSections, check: checkSections };
  for (const kind of ['sync', 'gate', 'check'] as const) {
    // Of the values that are only for people, the first line that was filled in counts.
    const names = asked[kind].filter((name) => !runSections.some((each) => each === name));
    for (const name of names) {
      it(`is refused, once and by name, for a value that was not filled in: ${name} of a ${kind}`, () => {
        for (const text of ['$(x)', '$(Two Words)', "$(a['b'])", '$[ variables.x ]', '${{ x }}']) {
          const texts = { [name]: text };
          const reading = kind === 'gate' ? askGate(texts) : read(kind, texts);
          assert.ok('faults' in reading, text);
          const told = reading.faults.filter(({ input }) => input === name);
          assert.deepEqual(
            told.map(({ value }) => value),
            [text],
          );
        }
      });
    }
  }

  describe('links from the operation back to the run', () => {
    const page = 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=4711';
    it('by info entries for people', () => {
      const texts = {
        pipeline: 'shop CI',
        runNumber: '20261121.1',
        runPage: page,
        requestedFor: 'Ada',
      };
      const spec = accepted('sync', texts);
      assert.equal(spec.page, page);
      assert.deepEqual(spec.info, [
        { name: 'Pipeline', value: 'shop CI' },
        { name: 'Run', value: `20261121.1 ${page}` },
        { name: 'Requested for', value: 'Ada' },
      ]);
    });

    it('by the first line in which everything was filled in', () => {
      const texts = {
        pipeline: '$(release.definitionName)\nshop CI',
        runNumber: 'Release-7\n$(build.buildNumber)',
        runPage: `$(release.releaseWebUrl)\r\n${page}`,
        requestedFor: '$(release.deployment.requestedFor)\n$(build.requestedFor)',
      };
      const spec = accepted('sync', texts);
      assert.equal(spec.page, page);
      assert.deepEqual(spec.info, [
        { name: 'Pipeline', value: 'shop CI' },
        { name: 'Run', value: `Release-7 ${page}` },
      ]);
    });

    it('only by a web URL', () => {
      for (const runPage of ['javascript:alert(1)', 'file:///etc/passwd', 'not an address', '']) {
        assert.equal(accepted('sync', { runPage }).page, '');
      }
    });

    it('by plain lines of bounded length', () => {
      const texts = { pipeline: `a\u202eb\u0007${'x'.repeat(2_000)}` };
      const [row] = accepted('sync', texts).info;
      assert.match(row?.value ?? '', /^abx+… \(\d+ more characters\)$/);
      assert.ok((row?.value.length ?? 0) < 600);
    });
  });

  const faults: readonly (readonly [string, FollowKind, Texts, readonly string[]])[] = [
    [
      'no names',
      'sync',
      { argocd: '', azureProject: ' ' },
      [
        'argocd: it is missing. Specify an Argo CD instance that the handler knows.',
        'azureProject: it is missing. Send `$(System.TeamProject)`.',
      ],
    ],
    [
      'a name with two lines',
      'sync',
      { argocd: 'prod\nstage' },
      [
        'argocd "prod ⏎ stage": this is not a name. Specify an Argo CD instance that the handler knows.',
      ],
    ],
    [
      "a timeout longer than the token's lifetime",
      'sync',
      { timeoutSeconds: '86401' },
      [
        'timeoutSeconds "86401": the job\'s token, which is required to report the result, is assumed to last 24 h. Use at most 86400, or raise azureDevOps.tokenLifetime of the handler.',
      ],
    ],
    [
      'an invalid timeout, which is not compared with the token',
      'sync',
      { timeoutSeconds: '1e6' },
      ['timeoutSeconds "1e6": this is not a whole number'],
    ],
    [
      'a timeout that no task may have, which is reported instead of the token',
      'sync',
      { timeoutSeconds: '604801' },
      ['timeoutSeconds "604801": the number is more than 604800'],
    ],
    [
      'several faults at once',
      'sync',
      { argocd: '', applications: 'Shop', prune: 'yes', timeoutSeconds: '604800' },
      [
        'argocd: it is missing',
        'applications "Shop": this is not the name of an application',
        'prune "yes": this is neither `true` nor `false`',
        'timeoutSeconds "604800": the job\'s token',
      ],
    ],
    [
      'a check of something that is not synced',
      'check',
      { requireSynced: 'false' },
      [
        'requireSynced "false": a check waits for a deployment, so applications must be synced. Remove it, or use a gate.',
      ],
    ],
    [
      'a word instead of true or false',
      'check',
      { requireHealthy: 'maybe' },
      ['requireHealthy "maybe": this is neither `true` nor `false`'],
    ],
  ];
  for (const [what, kind, texts, expected] of faults) {
    it(`is refused for ${what}`, () => {
      const told = refused(kind, texts);
      assert.equal(told.length, expected.length, told.join('\n'));
      expected.forEach((start, index) => assert.ok(told[index]?.startsWith(start), told[index]));
    });
  }

  it('accepts the longest timeout that the token allows', () => {
    assert.equal(accepted('sync', { timeoutSeconds: '86400' }).request.timeout, day);
  });
});

describe('The run spec of a check', () => {
  it('waits and starts nothing', () => {
    const spec = accepted('check', {
      revision: 'main',
      stableSeconds: '60',
      timeoutSeconds: '600',
    });
    const { goal, timeout } = spec.request;
    assert.equal(spec.kind, 'check');
    assert.equal(spec.buildId, 4_711);
    assert.ok(goal.action === 'wait');
    assert.deepEqual(goal.target, { kind: 'revision', revision: 'main' });
    assert.equal(goal.waitFor, 'health');
    assert.equal(goal.ifMissing, 'wait');
    assert.equal(goal.stableFor, 60_000);
    assert.equal(timeout, 600_000);
  });

  it('needs no health if it says so', () => {
    assert.equal(accepted('check', { requireHealthy: 'False' }).request.goal.waitFor, 'operation');
  });

  it('remains a wait whatever is given', () => {
    assert.equal(accepted('check', { action: 'sync' }).request.goal.action, 'wait');
  });
});

describe('The request of a gate', () => {
  it('asks for synced and healthy applications', () => {
    assert.deepEqual(askGate({}), {
      argocd: 'prod',
      applications: [{ name: 'shop-web' }],
      project: 'default',
      revision: '',
      requireSynced: true,
      requireHealthy: true,
      acceptSuspended: false,
      stableFor: 0,
    });
  });

  it('asks for what it was told to', () => {
    const texts = {
      applications: 'shop-web, argocd/shop-api',
      revision: '4f2c9d1',
      requireSynced: 'false',
      requireHealthy: 'false',
      acceptSuspended: 'true',
      stableSeconds: '86400',
    };
    assert.deepEqual(askGate(texts), {
      argocd: 'prod',
      applications: [{ name: 'shop-web' }, { namespace: 'argocd', name: 'shop-api' }],
      project: 'default',
      revision: '4f2c9d1',
      requireSynced: false,
      requireHealthy: false,
      acceptSuspended: true,
      stableFor: day,
    });
  });

  it('is refused with all faults', () => {
    const gate = askGate({ applications: '', requireSynced: 'x', stableSeconds: '-1' });
    assert.ok('faults' in gate);
    assert.deepEqual(
      gate.faults.map(({ input }) => input),
      ['requireSynced', 'applications', 'stableSeconds'],
    );
  });
});
