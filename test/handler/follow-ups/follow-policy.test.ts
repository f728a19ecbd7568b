import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Grant } from '../../../src/follow-ups/grants.ts';
import {
  FollowPolicy,
  followedNames,
  type FollowPolicySettings,
} from '../../../src/handler/follow-ups/follow-policy.ts';
import { rule } from '../../follow-ups/rules.ts';

const grant: Grant = {
  ...{ argocd: 'prod', appProjects: ['team-*'], organization: 'fabrikam' },
  ...{ azureProjects: ['shop'], pipelines: ['*'] },
};
const shop = { name: 'shop', namespace: 'argocd', project: 'retail' };
const at = { argocd: 'prod', ownNamespace: 'argocd' };

/** What is followed, each name since its position in the list. */
function policyOf(settings: FollowPolicySettings, since = 100): FollowPolicy {
  const names = followedNames(settings);
  return new FollowPolicy(settings, new Map(names.map((name, place) => [name, since + place])));
}

describe('The followed applications', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, boolean])[] = [
    ['a rule for all', {}, true],
    ['a rule for its name', { for: { applications: ['sh*'] } }, true],
    ['a rule for another name', { for: { applications: ['web'] } }, false],
    ['a rule for its AppProject', { for: { appProjects: ['retail'] } }, true],
    ['a rule for another AppProject', { for: { appProjects: ['wholesale'] } }, false],
    ['a rule for another Argo CD', { for: { argocd: ['test'] } }, false],
    ['a rule for labels, which may change', { for: { labels: 'team=shop' } }, true],
  ];
  for (const [what, change, isFollowed] of cases) {
    it(`${isFollowed ? 'include' : 'exclude'} the application of ${what}`, () => {
      const policy = policyOf({ followUps: [rule(change)], grants: [] });
      assert.equal(policy.of({ ...shop, ...at }) !== undefined, isFollowed);
    });
  }

  it('include an application whose AppProject has a grant on its Argo CD', () => {
    const policy = policyOf({ followUps: [], grants: [grant] });
    const isFollowed = (project: string, argocd = 'prod') =>
      policy.of({ ...shop, ...at, project, argocd }) !== undefined;
    assert.deepEqual(
      [isFollowed('team-a'), isFollowed('retail'), isFollowed('team-a', 'test')],
      [true, false, false],
    );
  });

  it('are none if nothing is configured', () => {
    assert.equal(policyOf({ followUps: [], grants: [] }).isEmpty, true);
  });

  it('are followed since the first rule, grant or run that requires it', () => {
    const policy = policyOf({
      followUps: [rule({ name: 'a' }), rule({ name: 'b' })],
      grants: [grant],
    });
    assert.equal(policy.of({ ...shop, ...at })?.since, 100);
    const filtered = rule({ name: 'c', for: { applications: ['web'] } });
    const other = policyOf({ followUps: [filtered, rule()], grants: [] });
    assert.equal(other.of({ ...shop, ...at })?.since, 101);
    assert.equal(other.sinceOf(filtered), 100);
  });

  it('are followed including their hooks if a rule is about hooks or phases', () => {
    const followsHooks = (event: string) =>
      policyOf({ followUps: [rule({ when: { events: [event] } })], grants: [] }).of({
        ...shop,
        ...at,
      })?.followsHooks;
    assert.deepEqual(['succeeded', 'hookEnded', 'phaseReached'].map(followsHooks), [
      false,
      true,
      true,
    ]);
  });

  it('are recognized by what a rule is for, whatever it does', () => {
    const name = (change: Record<string, unknown>) =>
      followedNames({ followUps: [rule(change)], grants: [] })[0];
    assert.equal(name({}), name({ do: { queuePipeline: 'shop/other' } }));
    assert.notEqual(name({}), name({ for: { applications: ['web'] } }));
    assert.notEqual(name({}), name({ when: { events: ['failed'] } }));
    assert.notEqual(name({}), name({ name: 'other' }));
  });
});
