import { strict as assert } from 'node:assert';
import { invalidWave, ownWave } from '../../../src/sync/plan/wave.ts';
import { readManifests } from '../../in-one-go.ts';
import { object } from '../sample-manifests.ts';

const wave = 'argocd.argoproj.io/sync-wave';
const weight = 'helm.sh/hook-weight';

describe('ownWave', () => {
  const cases: readonly (readonly [Record<string, string>, number, string | undefined])[] = [
    [{}, 0, undefined],
    [{ [wave]: '5' }, 5, undefined],
    [{ [wave]: '-5' }, -5, undefined],
    [{ [wave]: '+3' }, 3, undefined],
    [{ [wave]: '007' }, 7, undefined],
    [{ [wave]: '-0' }, 0, undefined],
    [{ [wave]: ' 4' }, 0, ' 4'],
    [{ [wave]: '1.5' }, 0, '1.5'],
    [{ [wave]: '' }, 0, undefined],
    [{ [wave]: '0x10' }, 0, '0x10'],
    [{ [wave]: '1_000' }, 0, '1_000'],
    [{ [wave]: '1e3' }, 0, '1e3'],
    [{ [wave]: '9223372036854775808' }, 0, '9223372036854775808'],
    [{ [wave]: '-9223372036854775808' }, -(2 ** 63), undefined],
    [{ [weight]: '7' }, 7, undefined],
    [{ [weight]: 'x' }, 0, undefined],
    [{ [wave]: '2', [weight]: '7' }, 2, undefined],
    [{ [wave]: 'x', [weight]: '7' }, 7, 'x'],
  ];
  for (const [annotations, expected, invalid] of cases) {
    it(`reads ${JSON.stringify(annotations)} as ${expected}`, () => {
      const [manifest] = readManifests([object('Pod/a', annotations)]);
      assert.ok(manifest);
      assert.equal(ownWave(manifest), expected);
      assert.equal(invalidWave(manifest), invalid);
    });
  }
});
