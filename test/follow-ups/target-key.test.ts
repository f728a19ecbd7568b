import assert from 'node:assert/strict';
import type { FollowUpRule, RenderedAction } from '../../src/follow-ups/follow-up.ts';
import { targetKey } from '../../src/follow-ups/target-key.ts';
import { Secret } from '../../src/secret.ts';
import { rule } from './rules.ts';

const defaults = { organization: 'fabrikam', project: 'shop' };
const queued = (queuePipeline: unknown) => rule({ do: { queuePipeline } }).do;
const posted = (url: string): RenderedAction => ({ kind: 'postWebHook', url, rule: 'told' });
const run = { kind: 'queuePipeline', organization: 'Fabrikam', project: 'SHOP' } as const;
const inputs = { ref: undefined, variables: {}, parameters: {}, stagesToSkip: [] };
const action = (pipeline: string | number) =>
  ({ ...run, pipeline, ...inputs }) as unknown as RenderedAction;

describe('The key of a target', () => {
  const pairs: readonly [string, FollowUpRule['do'], RenderedAction, boolean][] = [
    ['an abbreviated pipeline', queued('smoke'), action('Smoke'), true],
    ['a complete pipeline', queued('fabrikam/shop/smoke'), action('smoke'), true],
    ['a pipeline of another project', queued('other/smoke'), action('smoke'), false],
    ['a pipeline by id', queued(42), action(42), true],
    ['another id', queued(42), action(43), false],
    [
      'a release definition of the same name',
      rule({ do: { createRelease: { definition: 'smoke' } } }).do,
      action('smoke'),
      false,
    ],
    [
      'the URL of a webhook',
      { kind: 'postWebHook', url: 'https://a.example/x', secret: new Secret('s') },
      posted('https://a.example/x'),
      true,
    ],
    [
      'another URL',
      { kind: 'postWebHook', url: 'https://a.example/x', secret: new Secret('s') },
      posted('https://a.example/y'),
      false,
    ],
    ['a pipeline instead of a webhook', queued('smoke'), posted('smoke'), false],
  ];
  for (const [what, target, done, isSame] of pairs) {
    it(`is ${isSame ? '' : 'not '}shared with an action by ${what}`, () => {
      assert.equal(targetKey(target, defaults) === targetKey(done), isSame);
    });
  }

  it('is missing if neither the rule nor a default names a project', () => {
    assert.equal(targetKey(queued('smoke'), { ...defaults, project: undefined }), undefined);
    assert.equal(targetKey(queued('smoke')), undefined);
  });
});
