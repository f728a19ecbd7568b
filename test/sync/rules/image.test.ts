import { strict as assert } from 'node:assert';
import { missingImages } from '../../../src/sync/rules/image.ts';
import { application, brief, ended, Run, second, syncGoal } from '../sample-application.ts';

const digest = `@sha256:${'0'.repeat(64)}`;

describe('missingImages', () => {
  const cases = [
    [['shop:2'], ['shop:2'], []],
    [[`shop:2${digest}`], ['shop:2'], []],
    [[`shop:2${digest}`], [`shop:2${digest}`], []],
    [['shop:2'], [`shop:2${digest}`], [`shop:2${digest}`]],
    [['shop:20'], ['shop:2'], ['shop:2']],
    [[], ['a', 'b'], ['a', 'b']],
  ] as const;
  for (const [images, expected, missing] of cases) {
    it(`finds ${missing.length} of ${expected.join(', ')} missing in ${images.join(', ')}`, () => {
      assert.deepEqual(missingImages({ images }, expected), missing);
    });
  }
});

describe('Expected images', () => {
  for (const waitFor of ['health', 'operation'] as const) {
    it(`delay a sync that waits for ${waitFor}, and are checked every half minute`, () => {
      const run = new Run(syncGoal({ waitFor, expectImages: ['shop:2'] }));
      const seen = { operationState: ended('Succeeded'), reconciledAt: second(30) };
      const verdict = run.see(application({ ...seen, images: ['shop:1'] }));
      assert.deepEqual(verdict.kind === 'wait' && [verdict.doing, verdict.ask, verdict.at], [
        'waiting for image shop:2',
        'refresh',
        run.now + 30_000,
      ]);
      assert.equal(brief(run.see(application({ ...seen, images: ['shop:2'] }))), 'succeeded');
    });
  }

  it('are not trusted before a comparison', () => {
    const run = new Run(syncGoal({ waitFor: 'operation', expectImages: ['shop:2'] }));
    const seen = { operationState: ended('Succeeded'), images: ['shop:2'] };
    assert.equal(brief(run.see(application(seen))), 'wait');
  });
});
