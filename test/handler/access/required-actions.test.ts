import assert from 'node:assert/strict';
import {
  requiredActions,
  type RequestedChange,
} from '../../../src/handler/access/required-actions.ts';
import type { SyncGoal } from '../../../src/sync/model/goal.ts';
import { plainOptions, waiting } from '../../goals.ts';

const tracked = { kind: 'tracked' } as const;
const endings = { onTimeout: 'leave', onCancel: 'leave' } as const;
const wait = { action: 'wait', target: tracked, ...waiting } as const;
const terminate = { action: 'terminate', ...waiting } as const;
const rollback = {
  action: 'rollback',
  to: { kind: 'previous' },
  prune: false,
  dryRun: false,
  ...waiting,
} as const;

const web = {
  group: 'apps',
  kind: 'Deployment',
  namespace: undefined,
  name: 'web',
  text: 'web',
};

function sync(options: Partial<SyncGoal['options']>, rest: Partial<SyncGoal> = {}): SyncGoal {
  return {
    action: 'sync',
    target: tracked,
    options: { ...plainOptions, ...options },
    ...waiting,
    ...rest,
  };
}

describe('The actions that a request needs', () => {
  it('include one for follow-ups that our identity will queue', () => {
    const change = { goal: sync({}), ...endings };
    const followUps = 'onSuccess: smoke-tests';
    assert.deepEqual(requiredActions({ ...change, followUps }), ['sync', 'queue']);
    assert.deepEqual(requiredActions(change), ['sync']);
  });

  const cases: readonly [string, RequestedChange, string][] = [
    ['a plain sync', { goal: sync({}), ...endings }, 'sync'],
    ['a dry run', { goal: sync({ dryRun: true }), ...endings }, 'sync'],
    ['a sync that prunes', { goal: sync({ prune: true }), ...endings }, 'sync prune'],
    ['a sync with force', { goal: sync({ force: true }), ...endings }, 'sync force'],
    [
      'a sync that applies without hooks',
      { goal: sync({ strategy: 'apply' }), ...endings },
      'sync skipHooks',
    ],
    [
      'a sync of some resources',
      { goal: sync({ resources: [web] }), ...endings },
      'sync skipHooks',
    ],
    [
      'a sync with all of these',
      {
        goal: sync({
          prune: true,
          force: true,
          strategy: 'apply',
          syncOptions: ['Validate=false'],
        }),
        ...endings,
      },
      'sync prune force skipHooks override',
    ],
    [
      'a sync that first terminates another operation',
      { goal: sync({}, { whenBusy: 'terminate' }), ...endings },
      'sync terminate',
    ],
    [
      'a sync that is terminated when it times out',
      { goal: sync({}), ...endings, onTimeout: 'terminate' },
      'sync terminate',
    ],
    [
      'a sync that is terminated when the run is canceled',
      { goal: sync({}), ...endings, onCancel: 'terminate' },
      'sync terminate',
    ],
    ['a rollback', { goal: rollback, ...endings }, 'rollback'],
    [
      'a rollback that prunes',
      { goal: { ...rollback, prune: true }, ...endings },
      'prune rollback',
    ],
    [
      'a rollback that may terminate',
      { goal: { ...rollback, whenBusy: 'terminate' }, ...endings },
      'terminate rollback',
    ],
    ['a termination', { goal: terminate, ...endings }, 'terminate'],
    ['a wait', { goal: wait, ...endings }, 'gate'],
    [
      'a wait, whatever it says about the end',
      { goal: { ...wait, whenBusy: 'terminate' }, onTimeout: 'terminate', onCancel: 'terminate' },
      'gate',
    ],
  ];
  for (const [sentence, demand, expected] of cases) {
    it(`are for ${sentence}: ${expected}`, () => {
      assert.equal(requiredActions(demand).join(' '), expected);
    });
  }

  for (const [option, expected] of [
    ['ServerSideApply=true', 'sync'],
    ['CreateNamespace=true', 'sync'],
    ['PruneLast=true', 'sync'],
    ['PrunePropagationPolicy=foreground', 'sync'],
    ['Prune=false', 'sync'],
    ['Prune=true', 'sync prune'],
    ['Prune=confirm', 'sync prune'],
    ['Force=true', 'sync force'],
    ['force=TRUE', 'sync force'],
    ['Force=false', 'sync'],
    ['Replace=true', 'sync force'],
    ['Replace=false', 'sync'],
    ['Validate=false', 'sync override'],
    ['Validate=False', 'sync override'],
    ['validate=true', 'sync override'],
    ['FailOnSharedResource=true', 'sync'],
    ['FailOnSharedResource=false', 'sync override'],
    ['SkipDryRunOnMissingResource=true', 'sync override'],
    ['CreateNamespace=false', 'sync override'],
    ['ServerSideApply=false', 'sync override'],
    ['PruneLast=false', 'sync override'],
    ['PrunePropagationPolicy=orphan', 'sync override'],
    ['ApplyOutOfSyncOnly=true', 'sync override'],
    ['RespectIgnoreDifferences=false', 'sync override'],
    ['RespectIgnoreDifferences=true', 'sync override'],
    ['ClientSideApplyMigration=false', 'sync override'],
    ['Delete=false', 'sync override'],
    ['OfANewerArgoCD=true', 'sync override'],
    ['Validate=false,Replace=true', 'sync force override'],
    ['Validate=x, Prune = true ', 'sync prune override'],
  ] as const) {
    it(`for the sync option ${option} are ${expected}`, () => {
      const demand = { goal: sync({ syncOptions: ['Validate=true', option] }), ...endings };
      assert.equal(requiredActions(demand).join(' '), expected);
    });
  }
});
