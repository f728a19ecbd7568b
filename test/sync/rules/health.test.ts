import { strict as assert } from 'node:assert';
import { healthStatuses } from '../../../src/sync/model/application.ts';
import { healthInScope } from '../../../src/sync/rules/health.ts';
import {
  A,
  application,
  brief,
  comparisonError,
  ended,
  ending,
  operation,
  refreshed,
  resource,
  result,
  Run,
  second,
  syncGoal,
  synced,
  titles,
} from '../sample-application.ts';

/** After our operation, compared; with this health. */
function landed(
  status: (typeof healthStatuses)[number],
  change: Parameters<typeof application>[0] = {},
) {
  return application({
    operationState: ended('Succeeded'),
    reconciledAt: second(30),
    health: { status, message: `it is ${status}` },
    resources: status === 'Healthy' ? [] : [resource(status)],
    ...change,
  });
}

describe('Health after an operation', () => {
  const cases = [
    ['Healthy', {}, 'succeeded'],
    ['Progressing', {}, 'wait'],
    ['Degraded', {}, 'failed'],
    ['Missing', {}, 'wait'],
    ['Unknown', {}, 'wait'],
    ['Suspended', {}, 'wait'],
    ['Suspended', { acceptSuspended: true }, 'succeeded'],
  ] as const;
  for (const [status, goal, expected] of cases) {
    it(`makes ${status} ${expected} with ${JSON.stringify(goal)}`, () => {
      assert.equal(brief(new Run(syncGoal(goal)).see(landed(status))), expected);
    });
  }

  it('does not count if it was compared before the end', () => {
    for (const status of healthStatuses) {
      const run = new Run(syncGoal());
      assert.equal(brief(run.see(landed(status, { reconciledAt: second(19) }))), 'wait', status);
    }
  });

  it('does not count while Argo CD cannot compare, since it reports what it does not see as Healthy', () => {
    const sync = synced(A, 'Unknown');
    const passing = [comparisonError('code = Unavailable')];
    const run = new Run(syncGoal());
    assert.equal(brief(run.see(landed('Healthy', { sync, conditions: passing }))), 'wait');
    const verdict = run.see(landed('Healthy', { sync, conditions: [comparisonError()] }));
    assert.equal(brief(verdict), 'failed');
    assert.deepEqual(titles(verdict), ['Condition ComparisonError']);
  });

  it('fails with the resources that are Degraded, and only those', () => {
    const resources = [resource('Progressing', { name: 'slow' }), resource('Degraded')];
    const verdict = new Run(syncGoal()).see(landed('Degraded', { resources }));
    assert.deepEqual(titles(verdict), ['Deployment/web is Degraded']);
    assert.match(
      ending(verdict).message,
      /operation succeeded, but the application is Degraded: Dep/,
    );
  });

  it('must last as long as requested, starting again after every interruption', () => {
    const run = new Run(syncGoal({ stableFor: 10_000 }));
    assert.equal(brief(run.see(landed('Healthy'))), 'wait');
    assert.equal(brief(run.see(landed('Progressing'), 9_000)), 'wait');
    assert.equal(brief(run.see(landed('Healthy'), 1_000)), 'wait');
    assert.equal(brief(run.see(landed('Healthy'), 9_999)), 'wait');
    assert.equal(brief(run.see(landed('Healthy'), 1)), 'succeeded');
  });

  it('does not become stable while Argo CD cannot compare', () => {
    const run = new Run(syncGoal({ stableFor: 10_000 }));
    const conditions = [comparisonError('code = Unavailable')];
    run.see(landed('Healthy', { sync: synced(A, 'Unknown'), conditions }));
    assert.equal(brief(run.see(landed('Healthy'), 10_000)), 'wait');
    assert.equal(brief(run.see(landed('Healthy'), 10_000)), 'succeeded');
  });

  it('becomes stable even if something drifts forever', () => {
    const drift = { resources: [resource('Healthy', { status: 'OutOfSync' })] };
    const operationState = ended('Succeeded', { results: [result()] });
    const seen = landed('Healthy', { ...drift, operationState, reconciledAt: second(21) });
    const run = new Run(syncGoal({ stableFor: 10_000 }));
    assert.equal(brief(run.see(seen)), 'wait');
    run.change({ refresh: refreshed(run.now + 1_000) }, 1_100);
    assert.equal(brief(run.see(seen, 9_999)), 'wait');
    assert.equal(brief(run.see(seen, 1)), 'succeeded');
  });

  describe('with a Missing resource', () => {
    const job = { group: 'batch', kind: 'Job', name: 'seed' };
    const cases = [
      ['a Deployment', [resource('Missing')], 'failed'],
      ['a Job that ended', [resource('Missing', job)], 'succeeded'],
      ['a Job and a Deployment', [resource('Missing', job), resource('Missing')], 'failed'],
      [
        'a Job while a Deployment progresses',
        [resource('Missing', job), resource('Progressing')],
        'wait',
      ],
      [
        'a Job while a rollout is paused',
        [resource('Missing', job), resource('Suspended')],
        'wait',
      ],
      ['something without a resource to name', [], 'failed'],
    ] as const;
    for (const [what, resources, expected] of cases) {
      it(`waits half a minute for ${what}, then: ${expected}`, () => {
        const run = new Run(syncGoal());
        assert.equal(brief(run.see(landed('Missing', { resources }))), 'wait');
        assert.equal(brief(run.see(landed('Missing', { resources }), 29_999)), 'wait');
        assert.equal(brief(run.see(landed('Missing', { resources }), 1)), expected);
      });
    }

    it('expects nothing from a terminated operation: the next one may bring it', () => {
      const run = new Run(syncGoal());
      const operationState = ended('Failed', { message: 'Operation terminated' });
      const seen = landed('Missing', { resources: [resource('Missing')], operationState });
      run.see(seen);
      assert.equal(run.memory.missingSince, undefined);
    });

    it('says which Job ended, and still waits for images and stability', () => {
      const resources = [resource('Missing', job)];
      const goal = syncGoal({ expectImages: ['shop:2'], stableFor: 1_000 });
      const run = new Run(goal);
      run.see(landed('Missing', { resources }));
      run.see(landed('Missing', { resources }), 30_000);
      assert.equal(brief(run.see(landed('Missing', { resources }), 1_000)), 'wait');
      const verdict = run.see(landed('Missing', { resources, images: ['shop:2'] }));
      assert.match(
        ending(verdict).message,
        /is Healthy; Job\/seed has since ended and been removed/,
      );
    });
  });
});

describe('healthInScope', () => {
  const web = resource('Healthy');
  const db = resource('Degraded', { name: 'db', group: 'other' });
  const old = resource('Progressing', { name: 'old', requiresPruning: true });
  const all = application({
    health: { status: 'Degraded', message: '' },
    resources: [web, db, old, resource('Degraded', { name: 'migrate', hook: true })],
  });
  const of = (resources: Parameters<typeof operation>[0]) =>
    healthInScope(all, operation(resources));

  it("is the application's for a full sync, with what is unhealthy except hooks", () => {
    const { health, unhealthy } = of({});
    assert.deepEqual([health.status, unhealthy], ['Degraded', [db, old]]);
  });

  it('excludes what is to be pruned for a selective sync', () => {
    assert.deepEqual(of({ resources: [web, old] }).unhealthy, []);
  });

  it('names what was pruned but is held by a finalizer', () => {
    const held = resource('Progressing', {
      ...{ group: '', kind: 'ConfigMap', name: 'old', status: 'OutOfSync', requiresPruning: true },
      health: { status: 'Progressing', message: 'Pending deletion' },
    });
    const seen = landed('Progressing', { resources: [resource('Healthy'), held] });
    const verdict = new Run(syncGoal()).see(seen);
    assert.ok(verdict.kind === 'wait');
    assert.equal(verdict.doing, 'Progressing: ConfigMap/old');
  });

  it("is never reported as the application's if only a part was judged", () => {
    const parts = [
      ['Healthy', 'Progressing', /; the selected resources are Healthy; .* whole is Progressing$/],
      ['Healthy', 'Healthy', /; the selected resources are Healthy$/],
      ['Degraded', 'Healthy', /, but some of the selected resources are Degraded: /],
    ] as const;
    for (const [own, whole, sentence] of parts) {
      const selected = resource(own);
      const asked = operation({ resources: [selected] });
      const run = new Run(syncGoal());
      run.memory = { ...run.memory, refresh: refreshed(run.now + 60_000) };
      const seen = application({
        operationState: ended('Succeeded', { operation: asked }),
        resources: [selected, resource(whole, { name: 'api' })],
        health: { status: whole, message: '' },
        reconciledAt: second(30),
      });
      assert.match(ending(run.see(seen)).message, sentence);
    }
  });

  it('is that of the selected resources, with tolerance for namespaces', () => {
    assert.equal(of({ resources: [web] }).health.status, 'Healthy');
    assert.equal(of({ resources: [{ ...web, namespace: '' }] }).health.status, 'Healthy');
    assert.equal(of({ resources: [web, db] }).health.status, 'Degraded');
    assert.equal(of({ resources: [{ ...db, group: 'apps' }] }).health.status, 'Degraded');
  });

  it('is good if the selected resources are of a kind without health', () => {
    const settings = resource(undefined, { group: '', kind: 'ConfigMap', name: 'a' });
    const partly = application({
      resources: [settings, resource('Progressing')],
      health: { status: 'Progressing', message: '' },
    });
    const { health, isPart } = healthInScope(partly, operation({ resources: [settings] }));
    assert.deepEqual([health.status, isPart], ['Healthy', true]);
    const other = operation({ resources: [resource(undefined, { name: 'unlisted' })] });
    assert.equal(healthInScope(partly, other).health.status, 'Progressing');
  });

  it("is the application's if resources have none", () => {
    const bare = application({
      resources: [resource(undefined)],
      health: { status: 'Progressing', message: '' },
    });
    assert.equal(healthInScope(bare, operation({ resources: [web] })).health.status, 'Progressing');
  });
});
