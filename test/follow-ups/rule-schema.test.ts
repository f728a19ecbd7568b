import assert from 'node:assert/strict';
import { origins } from '../../src/follow-ups/rule-schema.ts';
import { eventKinds } from '../../src/sync/events/application-event.ts';
import { faultsIn, rule, written } from './rules.ts';

describe('A rule', () => {
  it('applies to all applications and once per operation by default', () => {
    const { for: whose, when, each } = rule();
    assert.ok(Object.values(whose).every((value) => value === undefined));
    assert.deepEqual([when.phases, when.startedBy, when.revisionChanged], Array(3).fill(undefined));
    assert.equal(each, 'operation');
  });

  it('may set every option', () => {
    const when = {
      events: ['hookEnded'],
      phases: ['PostSync'],
      startedBy: origins,
      revisionChanged: true,
    };
    const whose = {
      argocd: ['prod'],
      appProjects: ['team-*'],
      applications: ['shop-*', 'team/*'],
      labels: 'tier in (web)',
    };
    const read = rule({ when, for: whose, each: 'attempt' });
    assert.deepEqual(read.when, when);
    assert.deepEqual(read.for, {
      ...whose,
      labels: [{ key: 'tier', operator: 'in', values: ['web'] }],
    });
    assert.equal(read.each, 'attempt');
  });

  for (const kind of eventKinds) {
    it(`may be for ${kind}`, () =>
      assert.deepEqual(faultsIn([written({ when: { events: [kind] } })]), []));
  }

  const events = (kind: string, more: object) => ({ when: { events: [kind], ...more } });
  const wrong: readonly [string, Record<string, unknown>, string][] = [
    ['no event', { when: { events: [] } }, '0.when.events: the list is empty'],
    [
      'an unknown event',
      events('succeded', {}),
      '0.when.events.0: not a valid choice. Did you mean `succeeded`?',
    ],
    [
      'a phase for an event that has none',
      events('succeeded', { phases: ['Sync'] }),
      '0.when.phases: succeeded has no phase',
    ],
    [
      'an origin for an event that has none',
      events('deleted', { startedBy: ['run'] }),
      '0.when.startedBy: deleted has no operation',
    ],
    [
      'a change for an event that has none',
      events('healthDegraded', { revisionChanged: false }),
      '0.when.revisionChanged: healthDegraded has no operation',
    ],
    [
      'attempts for an event that has none',
      { ...events('deleted', {}), each: 'attempt' },
      '0.each: deleted has no operation',
    ],
    ['an unknown key', { When: {} }, '0.When: unknown setting. Did you mean `when`?'],
    [
      'an unknown nested key',
      { for: { application: ['a'] } },
      '0.for.application: unknown setting. Did you mean `applications`?',
    ],
    ['no name', { name: undefined }, '0.name: it is missing'],
    ['a name with a vertical bar', { name: 'a|b' }, '0.name: it is not a valid name'],
    [
      'an invalid application name',
      { for: { applications: ['A'] } },
      '0.for.applications.0: this is not a valid application name',
    ],
    ['no selector', { for: { labels: 'a,' } }, '0.for.labels: it is not a label selector'],
    [
      'too many patterns',
      { for: { appProjects: Array(101).fill('a') } },
      '0.for.appProjects: the list has more than 100 entries',
    ],
    ['a word for attempts', { each: 'try' }, '0.each: not a valid choice'],
  ];
  for (const [what, change, expected] of wrong) {
    it(`is refused with ${what}`, () => {
      const faults = faultsIn([written(change)]);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.ok(faults[0]?.startsWith(expected), faults[0]);
    });
  }
});
