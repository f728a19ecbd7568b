import { strict as assert } from 'node:assert';
import { planOf } from '../../in-one-go.ts';
import { definition, hook, object, wave } from '../sample-manifests.ts';

const policy = (value: string) => ({ 'argocd.argoproj.io/hook-delete-policy': value });

function findings(...manifests: readonly unknown[]): readonly string[] {
  return planOf(manifests, { destinationNamespace: 'shop' }).findings.map(
    ({ code, severity }) => `${severity} ${code}`,
  );
}

describe('findings', () => {
  const generated = (annotations: object) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { generateName: 'a-', annotations },
  });
  const cases: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['a plain object', object('Pod/a', wave('1')), []],
    ['a number as wave', object('Pod/a', { x: 5 }), ['error untypedAnnotation']],
    ['a null annotation', object('Pod/a', { x: null }), ['error untypedAnnotation']],
    ['a number in a definition', definition('Widget', { x: 5 }), ['warning untypedAnnotation']],
    ['a wave with a space', object('Pod/a', wave(' 4')), ['warning invalidWave']],
    [
      'a wave on SyncFail',
      object('Job/a', { ...hook('SyncFail'), ...wave('1') }),
      ['warning wavelessHook'],
    ],
    ['a hook without a known type', object('Job/a', hook('presync')), ['warning unknownHook']],
    ['a hook without a type', object('Job/a', hook('')), ['warning unknownHook']],
    ['a Helm test', object('Job/a', { 'helm.sh/hook': 'test' }), ['warning unknownHook']],
    ['a partly unknown hook', object('Job/a', hook('Sync,Garbage')), ['warning unknownHookType']],
    [
      'a Helm hook for rollbacks, too',
      object('Job/a', { 'helm.sh/hook': 'pre-install,pre-rollback' }),
      ['warning unknownHookType'],
    ],
    ['Skip beside another type', object('Job/a', hook('Skip,PreSync')), ['warning ignoredSkip']],
    ['Skip alone', object('Job/a', hook('Skip')), []],
    ['a deletion hook', object('Job/a', hook('PreDelete')), []],
    ['a hook with the default policy', object('Job/a', hook('PreSync')), []],
    [
      'a hook deleted after success only',
      object('Job/a', { ...hook('PreSync'), ...policy('HookSucceeded') }),
      ['warning notRerun'],
    ],
    [
      'a hook deleted in any case',
      object('Job/a', { ...hook('PreSync'), ...policy('HookSucceeded,HookFailed') }),
      [],
    ],
    [
      'a hook deleted before',
      object('Job/a', { ...hook('PreSync'), ...policy('HookSucceeded,BeforeHookCreation') }),
      [],
    ],
    ['a generated hook', generated({ ...hook('PreSync'), ...policy('HookSucceeded') }), []],
    [
      'an unknown delete policy',
      object('Job/a', { ...hook('PreSync'), ...policy('Never') }),
      ['warning unknownDeletePolicy'],
    ],
    [
      'an unknown Helm delete policy',
      object('Job/a', { ...hook('PreSync'), 'helm.sh/hook-delete-policy': 'x' }),
      ['warning unknownDeletePolicy'],
    ],
    ['generateName without a hook', generated({}), ['error nameless']],
    ['an object without a name', { kind: 'Pod' }, ['error nameless']],
    [
      'a hook without a name',
      { kind: 'Pod', metadata: { annotations: hook('Sync') } },
      ['error nameless'],
    ],
    ['no object', 'text', ['error noManifest']],
  ];
  for (const [what, manifest, expected] of cases) {
    it(`are ${expected.join(', ') || 'none'} for ${what}`, () => {
      assert.deepEqual(findings(manifest), expected);
    });
  }

  it('name every repetition of an object', () => {
    const pod = object('Pod/a');
    assert.deepEqual(findings(pod, pod, pod), ['warning duplicate', 'warning duplicate']);
  });

  it('quote foreign text on one line and in bounds', () => {
    const { findings: found } = planOf([object('Pod/a', wave(`\n${'9'.repeat(500)}`))], {
      destinationNamespace: '',
    });
    const message = found[0]?.message ?? '';
    assert.ok(message.startsWith('Pod/a: argocd.argoproj.io/sync-wave "\\n999'), message);
    assert.ok(message.length < 250, message);
    assert.doesNotMatch(message, /\n/);
  });
});
