import { strict as assert } from 'node:assert';
import {
  atMost,
  cause,
  mostCauses,
  explainConditions,
  explainHealth,
  explainOperation,
  isFailed,
} from '../../../src/sync/rules/explanation.ts';
import type { Cause } from '../../../src/sync/model/outcome.ts';
import {
  application,
  comparisonError,
  ended,
  hook,
  resource,
  result,
} from '../sample-application.ts';

const titlesOf = (causes: readonly Cause[]) => causes.map(({ title }) => title);

describe('isFailed', () => {
  it('covers what was not applied or did not become healthy, and nothing else', () => {
    assert.equal(isFailed(result({ status: 'SyncFailed', hookPhase: undefined })), true);
    assert.equal(isFailed(hook({ hookPhase: 'Failed' })), true);
    assert.equal(isFailed(hook({ hookPhase: 'Error' })), true);
    assert.equal(isFailed(result({ hookPhase: 'Running' })), false);
    assert.equal(isFailed(result({ status: 'PruneSkipped', hookPhase: 'Succeeded' })), false);
  });
});

describe('explainOperation', () => {
  it('names what failed first, and what ran because of it last', () => {
    const results = [
      hook({ syncPhase: 'SyncFail', name: 'alert', hookPhase: 'Failed' }),
      result({ status: 'SyncFailed', kind: 'Service', group: '', name: 'bad' }),
      result({ hookPhase: 'Failed' }),
      hook({ syncPhase: 'PostSync', name: 'smoke', hookPhase: 'Failed' }),
    ];
    assert.deepEqual(titlesOf(explainOperation(application(), ended('Failed', { results }))), [
      'Service/bad could not be applied',
      'Deployment/web did not become healthy',
      'PostSync hook Job/smoke failed',
      'SyncFail hook Job/alert failed',
    ]);
  });

  it('first says that an operation was terminated, and that its hooks were interrupted', () => {
    const results = [hook({ hookPhase: 'Failed', message: 'Terminated' })];
    const last = ended('Failed', { results, message: 'Operation terminated' });
    const causes = explainOperation(application(), last);
    assert.deepEqual(titlesOf(causes), [
      'The operation was terminated',
      'PreSync hook Job/migrate was interrupted',
    ]);
    assert.match(causes[0]?.advice ?? '', /terminated it/);
  });

  it('names each of very many failures, and looks for advice only for those that are kept', () => {
    const message = 'Forbidden: field is immutable';
    const results = Array.from({ length: mostCauses + 1 }, (_, at) =>
      result({ status: 'SyncFailed', name: `web-${at}`, message }),
    );
    const causes = explainOperation(application(), ended('Failed', { results }));
    assert.deepEqual(
      [causes.length, causes.filter(({ advice }) => advice !== '').length],
      [mostCauses + 1, mostCauses],
    );
    assert.equal(causes.at(-1)?.title, `Deployment/web-${mostCauses} could not be applied`);
  });

  it("uses the operation's own message if no resource explains it", () => {
    const [only, ...rest] = explainOperation(application(), ended('Error', { message: 'broken' }));
    assert.deepEqual([only?.title, only?.message], ['The operation ended in an error', 'broken']);
    assert.deepEqual(rest, []);
  });

  it('says that a temporary fault may have passed', () => {
    const message = 'ComparisonError: dial tcp 10.0.0.1:8081: connect: connection refused';
    const [only] = explainOperation(application(), ended('Error', { message }));
    assert.match(only?.advice ?? '', /run again/);
  });

  it('adds conditions that say something else, and omits those that repeat it', () => {
    const message =
      'ComparisonError: load: rpc error: code = Unknown desc = cached: rpc error: code = X desc = line 3';
    const repeated = comparisonError('load: rpc error: code = X desc = line 3');
    const other = { type: 'InvalidSpecError', message: 'no project' };
    const echo = { type: 'SyncError', message: 'Failed sync attempt' };
    const one = application({ conditions: [repeated, other, echo] });
    assert.deepEqual(titlesOf(explainOperation(one, ended('Error', { message }))), [
      'The operation ended in an error',
      'Condition InvalidSpecError',
      'Condition SyncError',
    ]);
    const results = [hook({ hookPhase: 'Failed' })];
    assert.deepEqual(titlesOf(explainOperation(one, ended('Failed', { message, results }))), [
      'PreSync hook Job/migrate failed',
      'Condition InvalidSpecError',
    ]);
  });

  const advices = [
    ['namespaces "x" not found', /CreateNamespace=true/],
    ['The Kubernetes API could not find example.com/Widget', /CustomResourceDefinition/],
    ['spec.selector: field is immutable', /Replace=true/],
    ['pods is forbidden: User "argocd" cannot create', /service account/],
    ['pods "x" is forbidden: exceeded quota', /^$/],
    ['could not find user 7', /^$/],
    ['Shared resource found: ConfigMap/a', /only one of them/],
    ['rpc error: app path does not exist', /path of the source/],
  ] as const;
  for (const [message, advice] of advices) {
    it(`gives advice on "${message}" as far as that is known`, () => {
      const results = [result({ status: 'SyncFailed', message })];
      const [cause] = explainOperation(application(), ended('Failed', { results }));
      assert.match(cause?.advice ?? 'none', advice);
    });
  }
});

describe('explainHealth', () => {
  it('names the resources, or the application if they have no health', () => {
    const health = { status: 'Missing', message: 'gone' } as const;
    const [cause] = explainHealth(health, [resource('Missing')]);
    assert.equal(cause?.title, 'Deployment/web is Missing');
    assert.match(cause?.advice ?? '', /not in the cluster/);
    assert.deepEqual(titlesOf(explainHealth(health, [])), ['The application is Missing']);
  });

  it('says what blocks a resource that is being deleted', () => {
    const held = { status: 'Progressing', message: 'Pending deletion' } as const;
    const [cause] = explainHealth(held, [resource('Progressing', { health: held })]);
    assert.match(cause?.advice ?? '', /a finalizer holds it/);
  });

  it('names five, and says how many more there are', () => {
    const health = { status: 'Degraded', message: '' } as const;
    const bad = Array.from({ length: 50 }, (_, index) =>
      resource('Degraded', { name: `web-${index}` }),
    );
    const titles = titlesOf(explainHealth(health, bad));
    assert.equal(titles.length, 6);
    assert.equal(titles[4], 'Deployment/web-4 is Degraded');
    assert.equal(titles[5], 'and 45 more');
    assert.equal(explainHealth(health, bad.slice(0, 5)).length, 5);
  });
});

describe('explainConditions', () => {
  it('gives each its message', () => {
    const [cause] = explainConditions([comparisonError('bad')]);
    assert.deepEqual([cause?.title, cause?.message], ['Condition ComparisonError', 'bad']);
  });
});

describe('Causes that are too many to be kept', () => {
  it('are cut, and say how many more there are', () => {
    const causes = Array.from({ length: 5_000 }, (_, index) => cause(`cause ${index}`, ''));
    const kept = atMost(causes, mostCauses - 1);
    assert.equal(kept.length, mostCauses);
    assert.equal(kept.at(-1)?.title, 'and 4951 more');
    assert.equal(atMost(causes.slice(0, mostCauses - 1), mostCauses - 1).length, mostCauses - 1);
  });
});
