import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Grant } from '../../../src/follow-ups/grants.ts';
import { Care, caredNames, type CareSettings } from '../../../src/handler/follow-ups/care.ts';
import { rule } from '../../follow-ups/rules.ts';

const grant: Grant = {
  ...{ argocd: 'prod', appProjects: ['team-*'], organization: 'fabrikam' },
  ...{ azureProjects: ['shop'], pipelines: ['*'] },
};
const shop = { name: 'shop', namespace: 'argocd', project: 'retail' };
const at = { argocd: 'prod', ownNamespace: 'argocd' };

/** What is cared for, each since the place that it has. */
function careOf(settings: CareSettings, since = 100): Care {
  const names = caredNames(settings);
  return new Care(settings, new Map(names.map((name, place) => [name, since + place])));
}

describe('Who is cared for', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, boolean])[] = [
    ['a rule for all', {}, true],
    ['a rule for its name', { for: { applications: ['sh*'] } }, true],
    ['a rule for another name', { for: { applications: ['web'] } }, false],
    ['a rule for its AppProject', { for: { appProjects: ['retail'] } }, true],
    ['a rule for another AppProject', { for: { appProjects: ['wholesale'] } }, false],
    ['a rule for another Argo CD', { for: { argocd: ['test'] } }, false],
    ['a rule for labels, which may change', { for: { labels: 'team=shop' } }, true],
  ];
  for (const [what, change, isCared] of cases) {
    it(`is ${isCared ? '' : 'not '}the application of ${what}`, () => {
      const care = careOf({ followUps: [rule(change)], grants: [] });
      assert.equal(care.of({ ...shop, ...at }) !== undefined, isCared);
    });
  }

  it('is an application whose AppProject has a grant on its Argo CD', () => {
    const care = careOf({ followUps: [], grants: [grant] });
    const cared = (project: string, argocd = 'prod') =>
      care.of({ ...shop, ...at, project, argocd }) !== undefined;
    assert.deepEqual(
      [cared('team-a'), cared('retail'), cared('team-a', 'test')],
      [true, false, false],
    );
  });

  it('is nobody where nothing is configured', () => {
    assert.equal(careOf({ followUps: [], grants: [] }).isEmpty, true);
  });

  it('is cared for since the first of those who care', () => {
    const care = careOf({ followUps: [rule({ name: 'a' }), rule({ name: 'b' })], grants: [grant] });
    assert.equal(care.of({ ...shop, ...at })?.since, 100);
    const filtered = rule({ name: 'c', for: { applications: ['web'] } });
    const other = careOf({ followUps: [filtered, rule()], grants: [] });
    assert.equal(other.of({ ...shop, ...at })?.since, 101);
    assert.equal(other.sinceOf(filtered), 100);
  });

  it('is followed in its hooks where a rule is of hooks or phases', () => {
    const followsHooks = (event: string) =>
      careOf({ followUps: [rule({ when: { events: [event] } })], grants: [] }).of({
        ...shop,
        ...at,
      })?.followsHooks;
    assert.deepEqual(['succeeded', 'hookEnded', 'phaseReached'].map(followsHooks), [
      false,
      true,
      true,
    ]);
  });

  it('is known again by what a rule is for, whatever it does', () => {
    const name = (change: Record<string, unknown>) =>
      caredNames({ followUps: [rule(change)], grants: [] })[0];
    assert.equal(name({}), name({ do: { queuePipeline: 'shop/other' } }));
    assert.notEqual(name({}), name({ for: { applications: ['web'] } }));
    assert.notEqual(name({}), name({ when: { events: ['failed'] } }));
    assert.notEqual(name({}), name({ name: 'other' }));
  });
});
