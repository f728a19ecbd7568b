import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RuleSet, type EventSource } from '../../src/follow-ups/rule-set.ts';
import { eventKinds, type ApplicationEvent } from '../../src/sync/events/application-event.ts';
import { event, healthEvent } from './events.ts';
import { rule } from './rules.ts';

const prod: EventSource = { argocd: 'prod', ownNamespace: 'argocd', labels: { tier: 'web' } };

function isMatched(
  change: Readonly<Record<string, unknown>>,
  of: ApplicationEvent,
  source: Partial<EventSource> = {},
): boolean {
  return new RuleSet([rule(change)]).matching(of, { ...prod, ...source }).length === 1;
}

const elsewhere = event({
  application: { name: 'shop', namespace: 'team', uid: 'u', project: 'retail' },
});
const hookEnded = event({
  kind: 'hookEnded',
  phase: 'PostSync',
  hook: { group: '', kind: 'Job', namespace: '', name: 'a', phase: 'PostSync', state: 'Failed' },
});
const when = (kind: string, more: object = {}) => ({ when: { events: [kind], ...more } });
const whose = (filter: object) => ({ for: filter });

describe('A rule', () => {
  const cases: readonly [string, Readonly<Record<string, unknown>>, ApplicationEvent, boolean][] = [
    ['another event', when('failed'), event(), false],
    ['one of its events', when('failed', { events: ['failed', 'succeeded'] }), event(), true],
    ['its phase', when('hookEnded', { phases: ['PostSync', 'Sync'] }), hookEnded, true],
    ['another phase', when('hookEnded', { phases: ['PreSync'] }), hookEnded, false],
    ['its origin', when('succeeded', { startedBy: ['autoSync'] }), event(), true],
    ['another origin', when('succeeded', { startedBy: ['run', 'user'] }), event(), false],
    ['a changed revision', when('succeeded', { revisionChanged: true }), event(), true],
    [
      'the same revision',
      when('succeeded', { revisionChanged: true }),
      event({ of: { revisionChanged: false } }),
      false,
    ],
    [
      'an unknown revision, which counts as changed',
      when('succeeded', { revisionChanged: true }),
      event({ of: { revisionChanged: undefined } }),
      true,
    ],
    [
      'an unknown revision as the same',
      when('succeeded', { revisionChanged: false }),
      event({ of: { revisionChanged: undefined } }),
      false,
    ],
    ['health', when('healthDegraded'), healthEvent(), true],
    ['its name', whose({ applications: ['shop'] }), event(), true],
    ['its qualified name', whose({ applications: ['argocd/shop'] }), event(), true],
    ['its pattern', whose({ applications: ['web', 'sh*'] }), event(), true],
    ['another name', whose({ applications: ['shop-*'] }), event(), false],
    ['the name in another namespace', whose({ applications: ['shop'] }), elsewhere, false],
    ['any name in another namespace', whose({ applications: ['*'] }), elsewhere, false],
    [
      'the qualified name in another namespace',
      whose({ applications: ['team/*'] }),
      elsewhere,
      true,
    ],
    ['all applications if none is named', whose({}), elsewhere, true],
    ['its AppProject', whose({ appProjects: ['re*'] }), event(), true],
    ['another AppProject', whose({ appProjects: ['default'] }), event(), false],
    ['its instance', whose({ argocd: ['test', 'prod'] }), event(), true],
    ['another instance', whose({ argocd: ['test'] }), event(), false],
    ['its labels', whose({ labels: 'tier=web' }), event(), true],
    ['other labels', whose({ labels: 'tier!=web' }), event(), false],
    [
      'its name in another AppProject',
      whose({ applications: ['shop'], appProjects: ['x'] }),
      event(),
      false,
    ],
  ];
  for (const [what, change, of, expected] of cases) {
    it(`${expected ? 'is started by' : 'is not started by'} ${what}`, () => {
      assert.equal(isMatched(change, of), expected);
    });
  }

  it('is never started by an event of a dry run', () => {
    for (const kind of eventKinds) {
      assert.equal(isMatched(when(kind), event({ kind, of: { dryRun: true } })), false);
      assert.equal(isMatched(when(kind), event({ kind })), true);
    }
  });

  it('is not started by an application with an impossible name', () => {
    const name = 'a'.repeat(1_000_000);
    const of = event({ application: { name, namespace: 'argocd', uid: 'u', project: 'retail' } });
    assert.equal(isMatched(whose({ applications: ['a*'] }), of), false);
  });
});

describe('Rules', () => {
  it('are returned in order, each once', () => {
    const set = new RuleSet([
      rule({ name: 'b', for: { applications: ['shop', 's*', '*'], appProjects: ['retail', '*'] } }),
      rule({ name: 'a' }),
      rule({ name: 'c', when: { events: ['failed'] } }),
    ]);
    assert.deepEqual(
      set.matching(event(), prod).map(({ name }) => name),
      ['b', 'a'],
    );
  });

  it('together return what each returns alone', () => {
    const pattern = fc.constantFrom('shop', 's*', '*', 'team/*', '*/shop', 'x?op');
    const some = fc.option(fc.array(pattern, { minLength: 1, maxLength: 3 }), { nil: undefined });
    const filter = fc.record({ applications: some }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 6 }), fc.boolean(), (filters, isOwn) => {
        const rules = filters.map((given, at) => rule({ name: `r${at}`, for: given }));
        const of = isOwn ? event() : elsewhere;
        const alone = rules.filter((one) => new RuleSet([one]).matching(of, prod).length > 0);
        assert.deepEqual(new RuleSet(rules).matching(of, prod), alone);
      }),
    );
  });

  it('are fast however many there are', () => {
    const rules = Array.from({ length: 1_000 }, (_, at) =>
      rule({ name: `r${at}`, for: { applications: [`app-${at}-*`, `*-${at}*a*a*a*b`] } }),
    );
    const set = new RuleSet(rules);
    const name = 'a'.repeat(253);
    const of = event({ application: { name, namespace: 'argocd', uid: 'u', project: 'p' } });
    const before = process.cpuUsage();
    for (let look = 0; look < 20; look += 1) set.matching(of, prod);
    assert.ok(process.cpuUsage(before).user < 5_000_000);
  });
});
