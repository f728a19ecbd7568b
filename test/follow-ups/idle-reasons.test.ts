import assert from 'node:assert/strict';
import { idleReasons } from '../../src/follow-ups/idle-reasons.ts';
import { RuleSet, type EventSource } from '../../src/follow-ups/rule-set.ts';
import { readAnnotations } from '../../src/follow-ups/annotations.ts';
import type { FollowUpRule } from '../../src/follow-ups/follow-up.ts';
import type { ApplicationEvent } from '../../src/sync/events/application-event.ts';
import { event } from './events.ts';
import { rule } from './rules.ts';

const source: EventSource = { argocd: 'prod', ownNamespace: 'argocd', labels: { tier: 'web' } };
const reasonsOf = (
  rules: readonly FollowUpRule[],
  of: ApplicationEvent = event(),
  isMeant: (rule: FollowUpRule) => boolean = () => true,
) => idleReasons({ rules: new RuleSet(rules), isMeant }, of, source);
const when = (more: object, events: readonly string[] = ['succeeded']) =>
  rule({ when: { events, ...more } });
const hookEnded = event({
  kind: 'hookEnded',
  phase: 'PreSync',
  hook: { group: '', kind: 'Job', namespace: '', name: 'a', phase: 'PreSync', state: 'Failed' },
});

describe('Why an event starts nothing', () => {
  const cases: readonly [string, FollowUpRule, ApplicationEvent, readonly string[]][] = [
    ['no rule applies to the application', rule({ for: { applications: ['web'] } }), event(), []],
    [
      'the rules are for other events',
      when({}, ['failed', 'terminated']),
      event(),
      ['Only for other events: smoke (failed, terminated).'],
    ],
    [
      'it is in another phase',
      when({ phases: ['PostSync', 'Sync'] }, ['hookEnded']),
      hookEnded,
      ['Rule smoke: only in PostSync or Sync.'],
    ],
    [
      'somebody else starts it',
      when({ startedBy: ['run', 'user'] }),
      event(),
      ['Rule smoke: only if started by run or user.'],
    ],
    [
      'the revision did not change',
      when({ revisionChanged: true }),
      event({ of: { revisionChanged: false } }),
      ['Rule smoke: only if the revision changes.'],
    ],
    [
      'the revision changed',
      when({ revisionChanged: false }),
      event(),
      ['Rule smoke: only if the revision stays the same.'],
    ],
    [
      'it has other labels',
      rule({ for: { labels: 'tier=db' } }),
      event(),
      ["Rule smoke: the application's labels do not match."],
    ],
    ['it is a dry run', rule(), event({ of: { dryRun: true } }), ['A dry run starts nothing.']],
  ];
  for (const [what, one, of, expected] of cases) {
    it(`is reported: ${what}`, () => {
      assert.deepEqual(reasonsOf([one], of), expected);
      assert.deepEqual(new RuleSet([one]).matching(of, source), [], 'it starts nothing indeed');
    });
  }

  it('is absent if it starts something', () => {
    assert.deepEqual(reasonsOf([rule()]), []);
  });

  it('includes a rule that is newer than the event', () => {
    assert.deepEqual(
      reasonsOf([rule()], event(), () => false),
      ['Rule smoke: it was configured after this had happened.'],
    );
  });

  it('names an annotation as it is written', () => {
    const { rules } = readAnnotations({ 'azure-pipelines/on-failure': 'shop/rollback' });
    assert.deepEqual(reasonsOf(rules), [
      'Only for other events: `azure-pipelines/on-failure: shop/rollback` (failed).',
    ]);
  });

  it('names a bounded number of rules', () => {
    const many = (events: readonly string[]) =>
      Array.from({ length: 8 }, (_, index) =>
        rule({ name: `r${index}`, when: { events, startedBy: ['run'] } }),
      );
    const others = reasonsOf(many(['failed']));
    assert.equal(others.length, 1);
    assert.match(others[0] ?? '', /r4 \(failed\), and 3 more\.$/);
    const unmet = reasonsOf(many(['succeeded']));
    assert.deepEqual(unmet.slice(4), [
      'Rule r4: only if started by run.',
      'The same goes for 3 more rules.',
    ]);
  });
});
