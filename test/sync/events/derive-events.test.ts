import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { recordingNames, severalRecordings } from '../../../simulators/argo-cd/recording.ts';
import type { Application } from '../../../src/sync/model/application.ts';
import { deletionOf, deriveEvents } from '../../../src/sync/events/derive-events.ts';
import type { EventMemory } from '../../../src/sync/events/event-memory.ts';
import type { ApplicationEvent } from '../../../src/sync/events/application-event.ts';
import { snapshots } from '../recorded-run.ts';
import {
  A,
  application,
  B,
  ended,
  entry,
  foreign,
  hook,
  operation,
  result,
  second,
  state,
} from '../sample-application.ts';

/** Reads an application repeatedly, like the handler does, with a store between the reads. */
function watch(looks: readonly Application[], since = second(5)): readonly ApplicationEvent[] {
  let memory: EventMemory | undefined;
  return looks.flatMap((look) => {
    const derived = deriveEvents(memory, look, since);
    memory = JSON.parse(JSON.stringify(derived.memory)) as EventMemory;
    return derived.events;
  });
}

/**
 * The same, with each read a second after the previous one; returns what the last event says about
 * the operation.
 */
function lastOperation(looks: readonly Application[]) {
  let memory: EventMemory | undefined;
  const told = looks.flatMap((look, at) => {
    const derived = deriveEvents(memory, look, second(5), second(at));
    memory = JSON.parse(JSON.stringify(derived.memory)) as EventMemory;
    return derived.events;
  });
  return told.at(-1)?.operation;
}

/**
 * `succeeded`, `phaseReached PreSync`, `hookEnded migrate Failed`; with the attempt after the
 * first.
 */
function brief({ kind, phase, hook: run, operation: of }: ApplicationEvent): string {
  const what = run === undefined ? phase : `${run.name} ${run.state}`;
  const attempt = of?.attempt ? `#${of.attempt}` : '';
  return [kind, what, attempt].filter(Boolean).join(' ');
}

const rest = application({ history: [entry(1, A)] });
const deploying = { ...rest, operation: operation({ revisions: [B] }) };
const running = (change: Parameters<typeof state>[0] = {}) => ({
  ...rest,
  operationState: state({ operation: operation({ revisions: [B] }), ...change }),
});
const over = (
  phase: 'Succeeded' | 'Failed' | 'Error',
  change: Parameters<typeof state>[0] = {},
  more: Partial<Application> = {},
) => ({
  ...rest,
  operationState: ended(phase, { operation: operation({ revisions: [B] }), ...change }),
  ...more,
});

describe('The events of an operation', () => {
  it('are reported as it continues, each once', () => {
    const migrating = { results: [hook()] };
    const migrated = { results: [hook({ hookPhase: 'Succeeded' })] };
    const applied = { results: [...migrated.results, result()] };
    const done = {
      results: [
        ...applied.results,
        hook({
          name: 'smoke',
          hookType: 'PostSync',
          syncPhase: 'PostSync',
          hookPhase: 'Succeeded',
        }),
      ],
    };
    const looks = [
      rest,
      deploying,
      running(),
      running(migrating),
      running(migrated),
      running(migrated),
      running(applied),
      over('Succeeded', done),
      over('Succeeded', done),
    ];
    const all = [
      'operationStarted',
      'phaseReached PreSync',
      'hookEnded migrate Succeeded',
      'phaseReached Sync',
      'phaseReached PostSync',
      'hookEnded smoke Succeeded',
      'succeeded',
    ];
    assert.deepEqual(watch(looks).map(brief), all);
    const seen = watch([rest, over('Succeeded', done)]);
    assert.deepEqual(seen.map(brief), all, 'all of them at its end, if nobody looked before');
    assert.deepEqual(
      seen.map(({ id }) => id),
      watch(looks).map(({ id }) => id),
      'with the same ids',
    );
  });

  const ends: readonly (readonly [string, Application, readonly string[]])[] = [
    ['an error', over('Error', { message: 'ComparisonError' }), ['operationStarted', 'failed']],
    [
      'a termination',
      over('Failed', { message: 'Operation terminated' }),
      ['operationStarted', 'terminated'],
    ],
    [
      'a dry run that fails before anything started',
      over('Failed', {
        message: 'one or more objects failed to apply (dry run)',
        results: [hook({ status: 'SyncFailed', hookPhase: 'Failed' })],
      }),
      ['operationStarted', 'failed'],
    ],
    [
      'a requested dry run',
      over('Succeeded', {
        operation: operation({ dryRun: true }),
        results: [hook({ hookPhase: 'Succeeded' })],
      }),
      ['operationStarted', 'succeeded'],
    ],
    [
      'only its namespace',
      over('Succeeded', {
        results: [
          result({
            ...{ group: '', kind: 'Namespace', namespace: '', name: 'shop' },
            ...{ syncPhase: 'PreSync', message: 'namespace/shop created' },
          }),
        ],
      }),
      ['operationStarted', 'succeeded'],
    ],
    [
      'a SyncFail hook',
      over('Failed', {
        results: [
          hook({ hookPhase: 'Failed' }),
          hook({
            name: 'alert',
            hookType: 'SyncFail',
            syncPhase: 'SyncFail',
            hookPhase: 'Succeeded',
          }),
        ],
      }),
      [
        'operationStarted',
        'phaseReached PreSync',
        'hookEnded migrate Failed',
        'phaseReached SyncFail',
        'hookEnded alert Succeeded',
        'failed',
      ],
    ],
  ];
  for (const [what, look, expected] of ends) {
    it(`are correct for ${what}`, () => {
      assert.deepEqual(watch([rest, look]).map(brief), expected);
    });
  }

  it('wait for the end of a success that Argo CD has not recorded yet', () => {
    const looks = [rest, over('Succeeded', { finishedAt: undefined })];
    assert.deepEqual(watch(looks).map(brief), ['operationStarted']);
  });

  it('are reported again for each attempt, with the same ids', () => {
    const failed = { results: [hook({ hookPhase: 'Failed' })] };
    const waiting = { phase: 'Running', finishedAt: second(20), retryCount: 1 } as const;
    const events = watch([
      rest,
      running(failed),
      running({ ...failed, ...waiting }),
      running({ retryCount: 1 }),
      over('Failed', { ...failed, retryCount: 1 }),
    ]);
    assert.deepEqual(events.map(brief), [
      'operationStarted',
      'phaseReached PreSync',
      'hookEnded migrate Failed',
      'phaseReached PreSync #1',
      'hookEnded migrate Failed #1',
      'failed #1',
    ]);
    assert.equal(new Set(events.map(({ id }) => id)).size, 4);
  });
});

describe('An operation whose end was not seen', () => {
  const other = { operation: foreign(), startedAt: second(30) };

  it('has succeeded if the history says so', () => {
    const history = [entry(1, A), entry(2, B, { deployStartedAt: second(10) })];
    const events = watch([rest, running(), { ...over('Failed', other), history }]);
    assert.deepEqual(events.map(brief), [
      'operationStarted',
      'succeeded',
      'operationStarted',
      'failed',
    ]);
    assert.deepEqual(events[1]?.operation?.revisions, [B]);
  });

  it('has succeeded even if it was last seen before its branch was resolved', () => {
    const asked = operation({ revisions: ['main'] });
    const history = [entry(1, A), entry(2, B, { deployStartedAt: second(10) })];
    const looks = [
      rest,
      running({ operation: asked, revisions: [] }),
      { ...over('Failed', other), history },
    ];
    assert.equal(watch(looks).map(brief)[1], 'succeeded');
  });

  it('was superseded if the history does not contain it', () => {
    const events = watch([rest, running(), { ...rest, operationState: state(other) }]);
    assert.deepEqual(events.map(brief), ['operationStarted', 'superseded', 'operationStarted']);
  });

  it('was superseded if it was removed', () => {
    assert.deepEqual(watch([rest, running(), rest]).map(brief), ['operationStarted', 'superseded']);
  });

  it('continues while another is only requested', () => {
    const asked = { ...rest, operation: foreign() };
    assert.deepEqual(watch([rest, running(), asked]).map(brief), ['operationStarted']);
  });

  it('is reported from the history even if it was never seen, in order', () => {
    const history = [
      entry(1, A),
      entry(2, B, { deployStartedAt: second(12), automated: true }),
      entry(3, A, { deployStartedAt: second(14), initiatedBy: 'eve' }),
    ];
    const events = watch([rest, { ...over('Failed', other), history }]);
    assert.deepEqual(
      events.map((event) => [brief(event), event.operation?.origin.kind, event.at]),
      [
        ['succeeded', 'autoSync', second(2)],
        ['succeeded', 'user', second(3)],
        ['operationStarted', 'user', second(30)],
        ['failed', 'user', second(20)],
      ],
    );
  });

  it('is not reported twice if an older state returns', () => {
    const newer = over('Succeeded', other);
    const events = watch([rest, running(), newer, running(), newer, over('Failed')]);
    assert.deepEqual(events.map(brief), [
      'operationStarted',
      'superseded',
      'operationStarted',
      'succeeded',
    ]);
  });

  it('is not reported twice if the state of the same second returns', () => {
    const twin = over('Succeeded', { operation: foreign() });
    const events = watch([rest, over('Failed'), twin, over('Failed'), twin]);
    assert.deepEqual(events.map(brief), [
      'operationStarted',
      'failed',
      'operationStarted',
      'succeeded',
    ]);
  });

  it('is not confused with another that started in the same second', () => {
    const history = [entry(1, A), entry(2, B, { deployStartedAt: second(10) })];
    const twin = over('Failed', { operation: foreign() }, { history });
    const events = watch([rest, running(), twin]);
    assert.deepEqual(events.map(brief), [
      'operationStarted',
      'succeeded',
      'operationStarted',
      'failed',
    ]);
    assert.deepEqual(watch([rest, twin]).map(brief), ['succeeded', 'operationStarted', 'failed']);
  });

  it('is not the one whose entry is written shortly before its end', () => {
    const history = [entry(1, A), entry(2, B, { deployStartedAt: second(10) })];
    const events = watch([
      rest,
      running(),
      { ...running(), history },
      over('Succeeded', {}, { history }),
    ]);
    assert.deepEqual(events.map(brief), ['operationStarted', 'succeeded']);
  });
});

describe('The first read of an application', () => {
  it('reports nothing that ended before', () => {
    const old = over('Succeeded', {}, { history: [entry(1, A, { deployedAt: second(20) })] });
    assert.deepEqual(watch([old], second(25)), []);
  });

  it('reports what ended since then', () => {
    const history = [
      entry(1, A, { deployedAt: second(1) }),
      entry(2, B, { deployedAt: second(18) }),
    ];
    const events = watch([over('Failed', {}, { history })], second(15));
    assert.deepEqual(events.map(brief), ['succeeded', 'operationStarted', 'failed']);
  });

  it('reports a continuing operation', () => {
    assert.deepEqual(watch([running()], second(25)).map(brief), ['operationStarted']);
  });

  it('happens again after the application was recreated under its name', () => {
    const again = { ...over('Succeeded'), uid: 'uid-2' };
    assert.deepEqual(watch([rest, over('Succeeded'), again]).map(brief), [
      'operationStarted',
      'succeeded',
      'operationStarted',
      'succeeded',
    ]);
  });
});

describe("An event's statement about its operation", () => {
  it('says whether the deployed revisions changed', () => {
    const change = (revision: string) =>
      watch([over('Succeeded', { operation: operation({ revisions: [revision] }) })])[0]?.operation
        ?.revisionChanged;
    assert.equal(change(A), false);
    assert.equal(change(B), true);
    const events = watch([{ ...over('Succeeded'), history: [] }]);
    assert.equal(events[0]?.operation?.revisionChanged, undefined);
  });
});

describe('The health of an application', () => {
  it('is reported when it becomes degraded, and again when it is healthy', () => {
    const events = watch(
      (
        [
          'Healthy',
          'Degraded',
          'Progressing',
          'Degraded',
          'Healthy',
          'Healthy',
          'Degraded',
        ] as const
      ).map((status) => application({ health: { status, message: '' } })),
    );
    assert.deepEqual(events.map(brief), ['healthDegraded', 'healthRecovered', 'healthDegraded']);
    assert.equal(new Set(events.map(({ id }) => id)).size, 3);
  });

  it('is not reported at the first read', () => {
    const sick = application({ health: { status: 'Degraded', message: '' } });
    assert.deepEqual(watch([sick]), []);
  });
});

it('The deletion of an application has one id', () => {
  assert.equal(deletionOf(rest, 1).id, deletionOf(rest, 2).id);
});

describe('The events of the recordings', () => {
  const applications = [...recordingNames, ...severalRecordings].flatMap((name) => {
    const all = snapshots(name).map(({ application: look }) => look);
    const uids = [...new Set(all.map(({ uid }) => uid))];
    return uids.map((uid) => ({ name, looks: all.filter((look) => look.uid === uid) }));
  });
  const keyOf = ({ id, operation: of }: ApplicationEvent) => `${id} ${of?.attempt}`;

  it('are reported once, and none that did not happen, whichever reads are missed', () => {
    assert.ok(applications.length > 30);
    fc.assert(
      fc.property(
        fc.constantFrom(...applications),
        fc.infiniteStream(fc.boolean()),
        ({ looks }, isSeen) => {
          const all = watch(looks, 0).map(keyOf);
          assert.equal(new Set(all).size, all.length);
          const some = watch(
            looks.filter((_look, place) => place === 0 || isSeen.next().value === true),
            0,
          ).filter(({ operation: of }) => of?.key.includes('/history/') !== true);
          const told = some.map(keyOf);
          assert.equal(new Set(told).size, told.length);
          assert.deepEqual(
            told.filter((key) => !all.includes(key)),
            [],
          );
        },
      ),
    );
  });
});

describe('The phases of an operation', () => {
  const begun = (...phases: readonly ('PreSync' | 'Sync' | 'PostSync')[]) => ({
    results: phases.map((phase) =>
      hook({ name: phase, hookType: phase, syncPhase: phase, hookPhase: 'Succeeded' }),
    ),
  });
  const phasesOf = (looks: readonly Application[]) =>
    lastOperation(looks)?.phases?.map(({ phase, at }) => `${phase} ${(at - second(0)) / 1_000}`);

  it('started when they were first seen, whatever is seen later', () => {
    const first = running(begun('PreSync'));
    const last = running(begun('PreSync', 'Sync'));
    const looks = [rest, running(), first, first, last, over('Succeeded')];
    assert.deepEqual(phasesOf(looks), ['PreSync 2', 'Sync 4']);
  });

  it('started at an unknown time if several are new at once, except for the last', () => {
    const looks = [rest, running(begun('PreSync', 'Sync')), over('Succeeded')];
    assert.deepEqual(phasesOf(looks), ['Sync 1']);
  });

  it('started at an unknown time if only their end is seen', () => {
    assert.deepEqual(phasesOf([rest, over('Succeeded', begun('PreSync', 'Sync'))]) ?? [], []);
  });

  it('start again in each attempt', () => {
    const looks = [
      rest,
      running(begun('PreSync', 'Sync')),
      running({ ...begun('PreSync'), retryCount: 1 }),
      over('Succeeded', { ...begun('PreSync', 'Sync'), retryCount: 1 }),
    ];
    assert.deepEqual(phasesOf(looks), ['PreSync 2']);
  });
});
