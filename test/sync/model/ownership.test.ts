import { strict as assert } from 'node:assert';
import {
  adopt,
  describeOperation,
  isInProgress,
  matchOperation,
} from '../../../src/sync/model/ownership.ts';
import type { Identity } from '../../../src/sync/model/ownership.ts';
import {
  application,
  ended,
  foreign,
  marker,
  operation,
  second,
  state,
} from '../sample-application.ts';

const ours: Identity = { kind: 'marker', marker };
const { fingerprint } = foreign();
const adopted = (startedAt?: number): Identity => ({
  kind: 'adopted',
  fingerprint,
  startedAt,
  ours: false,
});

describe('The wanted operation', () => {
  const eves = { operation: foreign() };
  const ofRun = (value: string) => ({
    operation: operation({ info: [{ name: 'azure-pipelines/run', value }] }),
  });
  const cases = [
    ['no operation', application(), ours, 'absent'],
    ['ours as a request', application({ operation: operation() }), ours, 'pending'],
    [
      'ours as a request over the ended state of one of ours',
      application({ operation: operation(), operationState: ended('Failed') }),
      ours,
      'pending',
    ],
    [
      'ours running',
      application({ operation: operation(), operationState: state() }),
      ours,
      'running',
    ],
    [
      'ours waiting for a retry, with an end',
      application({ operationState: state({ finishedAt: second(12), retryCount: 1 }) }),
      ours,
      'running',
    ],
    [
      'ours terminating',
      application({ operationState: state({ phase: 'Terminating' }) }),
      ours,
      'running',
    ],
    ['ours ended', application({ operationState: ended('Error') }), ours, 'ended'],
    [
      "somebody else's success",
      application({ operationState: ended('Succeeded', eves) }),
      ours,
      'absent',
    ],
    ["another run's request", application(ofRun('run-2')), ours, 'absent'],
    [
      "another run's running operation",
      application({ ...ofRun('run-2'), operationState: state(ofRun('run-2')) }),
      ours,
      'absent',
    ],
    [
      "another run's success",
      application({ operationState: ended('Succeeded', ofRun('run-2')) }),
      ours,
      'absent',
    ],
    [
      'the success of a run whose marker starts like ours',
      application({ operationState: ended('Succeeded', ofRun('run-10')) }),
      ours,
      'absent',
    ],
    ['the adopted one as a request', application(eves), adopted(), 'pending'],
    [
      'the adopted one as a request over the end of an equal one',
      application({ ...eves, operationState: ended('Succeeded', eves) }),
      adopted(),
      'pending',
    ],
    [
      'the adopted one after its start',
      application({ ...eves, operationState: state(eves) }),
      adopted(second(10)),
      'running',
    ],
    [
      'the adopted one after its end, and a request for an equal one',
      application({ ...eves, operationState: ended('Failed', eves) }),
      adopted(second(10)),
      'ended',
    ],
    [
      'an equal one that started later',
      application({ operationState: state(eves) }),
      adopted(second(9)),
      'absent',
    ],
    [
      'a request for an equal one after it started',
      application(eves),
      adopted(second(9)),
      'absent',
    ],
  ] as const;
  for (const [what, snapshot, identity, kind] of cases) {
    it(`sees ${what} as ${kind}`, () => {
      assert.equal(matchOperation(snapshot, identity).kind, kind);
      assert.equal(isInProgress(snapshot, identity), kind === 'pending' || kind === 'running');
    });
  }
});

describe('adopt', () => {
  it('identifies an operation by its start once it has started', () => {
    const eves = { operation: foreign() };
    assert.deepEqual(
      adopt(application({ ...eves, operationState: state(eves) })),
      adopted(second(10)),
    );
    assert.deepEqual(
      adopt(application({ operationState: ended('Failed', eves) })),
      adopted(second(10)),
    );
  });

  it('does not identify a waiting one by the end of an equal one', () => {
    const eves = { operation: foreign() };
    assert.deepEqual(adopt(application(eves)), adopted());
    assert.deepEqual(
      adopt(application({ ...eves, operationState: ended('Failed', eves) })),
      adopted(),
    );
    assert.deepEqual(adopt(application({ ...eves, operationState: state() })), adopted());
  });

  it('finds nothing if there is none', () => {
    assert.equal(adopt(application()), undefined);
  });
});

describe('describeOperation', () => {
  const run = [{ name: 'Run', value: 'shop #7' }];
  const [key] = [{ group: '', kind: 'Secret', namespace: '', name: 's' }];
  const cases = [
    [foreign(), 'a sync by eve'],
    [foreign({ dryRun: true, info: run }), 'a dry run by eve (shop #7)'],
    [foreign({ resources: [key] }), 'a selective sync by eve'],
    [foreign({ initiatedBy: { username: '', automated: false } }), 'a sync by an unnamed user'],
    [foreign({ initiatedBy: { username: '', automated: true } }), "a sync by Argo CD's auto-sync"],
    [
      foreign({ initiatedBy: { username: 'applicationset-controller', automated: true } }),
      'a sync by Argo CD (applicationset-controller)',
    ],
  ] as const;
  for (const [one, text] of cases) {
    it(`says "${text}"`, () => {
      assert.equal(describeOperation(one), text);
    });
  }
});
