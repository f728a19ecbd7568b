import { strict as assert } from 'node:assert';
import { adviceOnRerun, printFindings } from '../../../src/sync/plan/finding.ts';
import type { OrderOptions } from '../../../src/sync/plan/order.ts';
import { planOf } from '../../in-one-go.ts';
import { definition, hook, object, wave } from '../sample-manifests.ts';

const policy = (value: string) => ({ 'argocd.argoproj.io/hook-delete-policy': value });

function findings(manifests: readonly unknown[], options: Partial<OrderOptions> = {}) {
  return planOf(manifests, { destinationNamespace: 'shop', ...options }).findings;
}

const codes = (...given: Parameters<typeof findings>) => findings(...given).map(({ code }) => code);

describe('Findings', () => {
  const generated = (annotations: object) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { generateName: 'a-', annotations },
  });
  const failedOnly = { ...hook('PreSync'), ...policy('HookFailed') };
  const cases: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['a plain object', object('Pod/a', wave('1')), []],
    ['a wave with a space', object('Pod/a', wave(' 4')), ['invalidWave']],
    [
      'a word as the wave of a hook',
      object('Job/a', { ...hook('Sync'), ...wave('x') }),
      ['invalidWave'],
    ],
    ['an empty wave, as templates leave it', object('Pod/a', wave('')), []],
    [
      'a wave that has no effect on SyncFail',
      object('Job/a', { ...hook('SyncFail'), ...wave('x') }),
      [],
    ],
    [
      'a wave of an object that is not synced',
      object('Job/a', { ...hook('Skip'), ...wave('x') }),
      [],
    ],
    ['a hook of an unknown type', object('Job/a', hook('presync')), ['unknownHook']],
    ['a hook without a type', object('Job/a', hook('')), ['unknownHook']],
    ['a Helm test, which is meant for Helm', object('Job/a', { 'helm.sh/hook': 'test' }), []],
    ['a Helm hook of an unknown type', object('Job/a', { 'helm.sh/hook': 'x' }), ['unknownHook']],
    ['a partly unknown hook', object('Job/a', hook('Sync,Garbage')), ['unknownHookType']],
    [
      'a Helm hook that is also for rollbacks',
      object('Job/a', { 'helm.sh/hook': 'pre-install,pre-rollback' }),
      [],
    ],
    ['Skip with another type', object('Job/a', hook('Skip,PreSync')), ['ignoredSkip']],
    ['Skip with a type that no sync runs', object('Job/a', hook('Skip,PreDelete')), []],
    ['Skip alone', object('Job/a', hook('Skip')), []],
    ['a deletion hook', object('Job/a', hook('PreDelete')), []],
    ['a hook with the default policy', object('Job/a', hook('PreSync')), []],
    ['a hook that remains after a success', object('Job/a', failedOnly), ['notRerun']],
    ['a hook that does not end', object('ConfigMap/a', failedOnly), []],
    [
      'a hook that Kubernetes removes',
      object('Job/a', failedOnly, { spec: { ttlSecondsAfterFinished: 60 } }),
      [],
    ],
    ['a hook with a generated name', generated(failedOnly), []],
    [
      'a hook deleted after a success',
      object('Job/a', { ...hook('PreSync'), ...policy('HookSucceeded') }),
      [],
    ],
    [
      'a hook deleted before creation',
      object('Job/a', { ...hook('PreSync'), ...policy('HookFailed,BeforeHookCreation') }),
      [],
    ],
    [
      'an unknown delete policy',
      object('Job/a', { ...hook('PreSync'), ...policy('Never') }),
      ['unknownDeletePolicy'],
    ],
    [
      'an unknown Helm delete policy',
      object('Job/a', { ...hook('PreSync'), 'helm.sh/hook-delete-policy': 'x' }),
      ['unknownDeletePolicy'],
    ],
    ['a delete policy on an ordinary object', object('Job/a', policy('Never')), []],
    // What Argo CD itself reports is reported once.
    ['something that Argo CD refuses to load', object('Pod/a', { x: 5 }), []],
    ['an annotation of a definition that Kubernetes refuses', definition('Widget', { x: 5 }), []],
    ['an object without a name', generated({}), []],
    ['no object', 'text', []],
  ];
  for (const [what, manifest, expected] of cases) {
    it(`are ${expected.join(', ') || 'none'} for ${what}`, () => {
      assert.deepEqual(codes([manifest]), expected);
    });
  }

  it('exclude a duplicate, for which Argo CD has a condition', () => {
    assert.deepEqual(codes([object('Pod/a'), object('Pod/a')]), []);
    assert.deepEqual(codes([object('Pod/a', wave('x')), object('Pod/a')]), []);
  });

  it('are only about what the sync applies: no hooks if none run, and only selected resources', () => {
    const manifests = [
      object('Pod/a', wave('x')),
      object('Pod/b', wave('x')),
      object('Job/c', { ...hook('PreSync'), ...wave('x') }),
      object('Job/d', hook('presync')),
    ];
    const [, selected] = ['a', 'b'].map((name) => ({
      group: '',
      kind: 'Pod',
      namespace: 'shop',
      name,
    }));
    const names = (options: Partial<OrderOptions>) =>
      findings(manifests, options).map(({ key }) => key.name);
    assert.deepEqual(names({}), ['a', 'b', 'c', 'd']);
    assert.deepEqual(names({ skipHooks: true }), ['a', 'b', 'd']);
    assert.deepEqual(names({ resources: selected ? [selected] : [] }), ['b']);
  });
});

describe('the lines of findings', () => {
  const lines = (...manifests: readonly unknown[]) => printFindings(findings(manifests));

  it('say what is wrong, what Argo CD does, and what to do', () => {
    assert.deepEqual(
      lines(
        object('Pod/a', wave('x')),
        object('Job/b', hook('presync')),
        object('Job/c', hook('Sync,y')),
      ),
      [
        'Pod/a: argocd.argoproj.io/sync-wave "x" is not an integer, so Argo CD ignores it. Write digits only, such as "-1" or "5".',
        'Job/b: Argo CD runs no hooks of type "presync" and skips the object. Set argocd.argoproj.io/hook to PreSync, Sync, PostSync, SyncFail, Skip, PreDelete or PostDelete; the names are case-sensitive.',
        'Job/c: hook type "y" is unknown and ignored. Set argocd.argoproj.io/hook to PreSync, Sync, PostSync, SyncFail, Skip, PreDelete or PostDelete; the names are case-sensitive.',
      ],
    );
  });

  it('name a hook with a generated name by its prefix', () => {
    assert.match(
      lines({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { generateName: 'a-', annotations: hook('Skip,Sync') },
      }).join(),
      /^Job\/a-: hook type Skip has no effect/,
    );
  });

  it('combine the same finding for many resources', () => {
    const pods = Array.from({ length: 100 }, (_, index) => object(`Pod/p${index}`, wave('x')));
    const told = lines(...pods);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /^Pod\/p0, Pod\/p1, Pod\/p2 and 97 more: /);
  });

  it('are few, whatever the manifests', () => {
    const pods = Array.from({ length: 100 }, (_, index) =>
      object(`Pod/p${index}`, wave(`x${index}`)),
    );
    const told = lines(...pods);
    assert.equal(told.length, 6);
    assert.equal(
      told.at(-1),
      'The manifests have 95 more problems like these. Correct the ones above to see them.',
    );
  });

  it('quote foreign text on one line and in bounds', () => {
    const [message = ''] = lines(object('Pod/a', wave(`\n${'9'.repeat(500)}`)));
    assert.ok(message.startsWith('Pod/a: argocd.argoproj.io/sync-wave "\\n999'), message);
    assert.ok(message.length < 250, message);
    assert.doesNotMatch(message, /\n/);
  });
});

describe('The advice about a failed hook', () => {
  const key = { group: 'batch', kind: 'Job', namespace: 'shop', name: 'migrate' };
  const task = { key, generateName: undefined, deletePolicies: ['HookSucceeded'] } as const;
  const step = { state: 'Failed', message: 'Job has reached the specified backoff limit' } as const;
  type Task = Partial<Parameters<typeof adviceOnRerun>[0]>;
  type Step = Partial<Parameters<typeof adviceOnRerun>[1]>;
  const cases: readonly (readonly [string, Task, Step, boolean])[] = [
    ['remains, because its only policy is HookSucceeded', {}, {}, true],
    ['is deleted before the next one', { deletePolicies: ['BeforeHookCreation'] }, {}, false],
    ['is deleted after any end', { deletePolicies: ['HookSucceeded', 'HookFailed'] }, {}, false],
    ['has a generated name', { generateName: 'migrate-' }, {}, false],
    ['does not end', { key: { ...key, kind: 'ConfigMap' } }, {}, false],
    ['is not a hook', { deletePolicies: [] }, {}, false],
    ['still runs', {}, { state: 'Running' }, false],
    ['was terminated, and so deleted', {}, { message: 'Terminated' }, false],
    ['was never created, in a dry run', {}, { dryRun: true }, false],
  ];
  for (const [what, of, at, isGiven] of cases) {
    it(`is ${isGiven ? 'to delete it' : 'absent'} if it ${what}`, () => {
      const advice = adviceOnRerun({ ...task, ...of }, { ...step, ...at });
      assert.equal(/Delete it before the next sync/.test(advice), isGiven);
    });
  }
});
