import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hold, inOrder, mayHold, planWait, type HeldSteps } from '../../src/follow/held-steps.ts';
import { OperationTracker } from '../../src/follow/operation-tracker.ts';
import { OperationLog } from '../../src/report/log.ts';
import { Timeline, type DetailRecord } from '../../src/report/timeline.ts';
import { atOnce } from '../../src/sync/model/at-once.ts';
import { syncPhases } from '../../src/sync/plan/hook.ts';
import type { OperationState, ResourceResult, SyncPhase } from '../../src/sync/model/operation.ts';
import type { KeptPlan } from '../../src/sync/plan/plan.ts';
import type { OperationStep } from '../../src/sync/model/outcome.ts';
import { phasePlace } from '../../src/report/phases.ts';
import { application, ended, fresh, hook, result, state } from '../sync/sample-application.ts';
import { step } from '../report/example-results.ts';
import { failed, FakeArgoCD, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

/** The parts of the application, in the order in which Argo CD syncs them. */
const parts: readonly {
  readonly name: string;
  readonly phase: SyncPhase;
  readonly wave: number;
}[] = [
  { name: 'backup', phase: 'PreSync', wave: -3 },
  { name: 'migrate', phase: 'PreSync', wave: -1 },
  { name: 'seed', phase: 'PreSync', wave: 0 },
  { name: 'settings', phase: 'Sync', wave: -2 },
  { name: 'web', phase: 'Sync', wave: 0 },
  { name: 'worker', phase: 'Sync', wave: 1 },
  { name: 'smoke', phase: 'PostSync', wave: -1 },
  { name: 'report', phase: 'PostSync', wave: 4 },
];
const waves = new Map(parts.map(({ name, wave }) => [name, wave]));

const manifests = parts.map(({ name, phase, wave }) => {
  const isHook = phase !== 'Sync';
  return {
    apiVersion: isHook ? 'batch/v1' : 'v1',
    kind: isHook ? 'Job' : 'ConfigMap',
    metadata: {
      name,
      annotations: {
        'argocd.argoproj.io/sync-wave': String(wave),
        ...(isHook ? { 'argocd.argoproj.io/hook': phase } : {}),
      },
    },
  };
});

/** Something that Argo CD reports about one part. */
interface Event {
  readonly name: string;
  readonly result: ResourceResult;
}

const eventsOf: readonly (readonly Event[])[] = parts.map(({ name, phase }) => {
  const resource = { name, group: '', kind: 'ConfigMap' };
  if (phase === 'Sync') return [{ name, result: result(resource) }];
  return (['Running', 'Succeeded'] as const).map((hookPhase) => ({
    name,
    result: hook({ name, hookType: phase, syncPhase: phase, hookPhase }),
  }));
});

interface Run {
  /** The events in the order in which they happen, with the number that each read shows. */
  readonly events: readonly Event[];
  readonly looks: readonly {
    readonly events: number;
    readonly ms: number;
    readonly dies: boolean;
  }[];
  /** When the manifests arrive, in milliseconds after their request. */
  readonly planAfter: number;
  readonly isRefused: boolean;
}

const run = (events: fc.Arbitrary<readonly Event[]>): fc.Arbitrary<Run> =>
  fc.record({
    events,
    looks: fc.array(
      fc.record({
        events: fc.integer({ min: 1, max: 6 }),
        ms: fc.integer({ min: 0, max: 3_000 }),
        dies: fc.boolean(),
      }),
      { minLength: 1, maxLength: 14 },
    ),
    planAfter: fc.integer({ min: 0, max: 20_000 }),
    isRefused: fc.boolean(),
  });

const asArgoCD = run(fc.constant(eventsOf.flat()));
const inAnyOrder = run(
  fc
    .shuffledSubarray(
      [...eventsOf.keys()].flatMap((at) => eventsOf[at]?.map(() => at) ?? []),
      {
        minLength: eventsOf.flat().length,
      },
    )
    .map((places) => {
      const next = new Map<number, number>();
      return places.flatMap((at) => {
        const turn = next.get(at) ?? 0;
        next.set(at, turn + 1);
        return eventsOf[at]?.[turn] ?? [];
      });
    }),
);

interface Told {
  readonly lines: readonly string[];
  readonly records: readonly DetailRecord[];
  /** What the reads showed of each part, in the words of the log. */
  readonly seen: ReadonlySet<string>;
  readonly hadPlan: boolean;
}

/** Follows such an operation to its end; `dies`: another process continues from the checkpoint. */
async function follow({ events, looks, planAfter, isRefused }: Run): Promise<Told> {
  const clock = new ManualClock();
  const argocd = new FakeArgoCD(clock);
  const ports = portsOn(argocd, clock);
  argocd.onManifests = async (_, __, signal) => {
    await clock.sleep(planAfter, AbortSignal.any([signal]));
    if (isRefused) throw failed('forbidden');
    return manifests;
  };
  const lines: string[] = [];
  const records: DetailRecord[] = [];
  const seen = new Set<string>();
  const sink = { line: (text: string) => lines.push(text), issue: () => {}, progress: () => {} };
  const write = (record: DetailRecord) => records.push(record);
  let log = new OperationLog(sink, ['shop']);
  let timeline = new Timeline(write, (path) => path);
  let plan: KeptPlan | undefined;
  let current: OperationState = state();
  let heard = 0;
  const tellNews = () => {
    for (const progress of ports.told.slice(heard)) {
      log.tell(progress);
      timeline.tell(progress);
    }
    heard = ports.told.length;
  };
  const look = () => {
    const pending = current.phase === 'Running' ? current.operation : undefined;
    atOnce(tracker.track(application({ operation: pending, operationState: current }), fresh()));
    tellNews();
  };
  const checkpoints = {
    recall: () => undefined,
    found: () => Promise.resolve(),
    keep: () => Promise.resolve(),
    plan: (_: string, known: KeptPlan) => (plan = known),
    end: () => {},
  };
  const begin = (kept: {
    readonly steps: readonly OperationStep[];
    readonly held?: HeldSteps | undefined;
  }) =>
    new OperationTracker(settingsOf(), { ...ports, checkpoints }, { ...kept, plan }, () => look());
  let tracker = begin({ steps: [] });
  const goOn = () => {
    const { steps, held, toldSteps } = tracker;
    // A tracker that has ended reports nothing to its listeners.
    tracker = begin(JSON.parse(JSON.stringify({ steps, held })) as Parameters<typeof begin>[0]);
    log = new OperationLog(sink, ['shop'], log.mark);
    timeline = new Timeline(write, (path) => path);
    const told = toldSteps.map((one) => ({
      kind: 'step' as const,
      application: { name: 'shop' },
      step: one,
    }));
    timeline.remember(told);
    for (const one of toldSteps) log.remember('shop', one);
  };
  let come = 0;
  const results = () => {
    const known = new Map<string, ResourceResult>();
    for (const event of events.slice(0, come)) known.set(event.name, event.result);
    return [...known.values()];
  };
  const note = () => {
    for (const { name, hookType, hookPhase } of current.results) {
      if (hookType !== undefined) seen.add(`${name} ${hookPhase}`);
    }
  };
  for (const { events: more, ms, dies } of looks) {
    come = Math.min(events.length, come + more);
    current = state({ results: results() });
    note();
    look();
    if (dies) goOn();
    await clock.pass(ms);
    look();
  }
  come = events.length;
  current = ended('Succeeded', { results: results() });
  note();
  look();
  await clock.finish(tracker.settled());
  atOnce(tracker.release());
  tellNews();
  log.close([]);
  const hadPlan = tracker.plan !== undefined;
  ports.cancel();
  return { lines, records, seen, hadPlan };
}

const rowPattern = /^(PreSync|Sync|PostSync)(?: wave (-?\d+))? +(?:Job|ConfigMap)\/(\w+) +(\w+)/;

interface Row {
  readonly group: string;
  readonly phase: string;
  readonly wave: string | undefined;
  readonly name: string;
  readonly state: string;
}

function rowsOf(lines: readonly string[]): { readonly rows: Row[]; readonly groups: string[] } {
  const rows: Row[] = [];
  const groups: string[] = [];
  let group = '';
  for (const line of lines) {
    const opened = /^##\[group\](.*)/.exec(line);
    if (opened) {
      assert.equal(group, '', 'groups do not stand in groups');
      group = opened[1] ?? '';
      groups.push(group);
    } else if (line === '##[endgroup]') group = '';
    else {
      const [, phase = '', wave, name = '', reached = ''] = rowPattern.exec(line) ?? [];
      rows.push({ group, phase, wave, name, state: reached });
    }
  }
  assert.equal(group, '', 'the last group is closed');
  return { rows, groups };
}

const phaseOf = (group: string) => /^\w+/.exec(group)?.[0] ?? '';
const isSorted = (values: readonly number[]) =>
  values.every((value, at) => at === 0 || value >= (values[at - 1] ?? 0));
const placeOf = (phase: string) => syncPhases.findIndex((each) => each === phase);

/** Whatever arrived when: each line once, in a group of its own phase. */
function assertWhole({ lines, seen }: Told): ReturnType<typeof rowsOf> {
  const { rows, groups } = rowsOf(lines);
  for (const row of rows) assert.equal(phaseOf(row.group), row.phase, lines.join('\n'));
  for (const { wave, name } of rows) {
    if (wave !== undefined) assert.equal(Number(wave), waves.get(name));
  }
  const told = rows.map(({ name, state: reached }) => `${name} ${reached}`).sort();
  const resources = parts.filter(({ phase }) => phase === 'Sync');
  const expected = [...seen, ...resources.map(({ name }) => `${name} Succeeded`)].sort();
  assert.deepEqual(told, expected, lines.join('\n'));
  return { rows, groups };
}

describe('Steps that wait for the plan', () => {
  it('are reported by phase, each line once, whenever the plan arrives and whichever process continues', async () => {
    await fc.assert(
      fc.asyncProperty(asArgoCD, async (given) => {
        const told = await follow(given);
        const { groups, rows } = assertWhole(told);
        assert.ok(isSorted(groups.map((group) => placeOf(phaseOf(group)))), told.lines.join('\n'));
        assert.equal(new Set(groups.map(phaseOf)).size, groups.length, groups.join());
        for (const phase of syncPhases) {
          const known = rows.filter((row) => row.phase === phase && row.wave !== undefined);
          assert.ok(isSorted(known.map(({ wave }) => Number(wave))), told.lines.join('\n'));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('have their waves if the plan arrives in time', async () => {
    const inTime = asArgoCD.map((given): Run => {
      const looks = given.looks.map((look) => ({ ...look, dies: false }));
      return { ...given, looks, isRefused: false, planAfter: given.planAfter % planWait };
    });
    await fc.assert(
      fc.asyncProperty(inTime, async (given) => {
        const { rows } = assertWhole(await follow(given));
        assert.deepEqual(
          rows.filter(({ wave }) => wave === undefined),
          [],
        );
      }),
      { numRuns: 100 },
    );
  });

  it('are in groups of their own phase, each line once, in whatever order they arrive', async () => {
    await fc.assert(
      fc.asyncProperty(inAnyOrder, async (given) => {
        assertWhole(await follow(given));
      }),
      { numRuns: 150 },
    );
  });

  it('are in order, in whatever order they arrived, if the plan arrives last', async () => {
    const late = inAnyOrder.map((given): Run => {
      const looks = given.looks.map((look) => ({ ...look, ms: 0, dies: false }));
      return { ...given, looks, isRefused: false, planAfter: planWait - 1 };
    });
    await fc.assert(
      fc.asyncProperty(late, async (given) => {
        const { rows, groups } = assertWhole(await follow(given));
        assert.deepEqual(groups, ['PreSync', 'Sync', 'PostSync']);
        const names = [...new Set(rows.map(({ name }) => name))];
        assert.deepEqual(
          names,
          parts.map(({ name }) => name),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('have records by phase and plan, whose positions never change', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(asArgoCD, inAnyOrder), async (given) => {
        const { records } = await follow(given);
        const made = new Map<string, DetailRecord>();
        for (const record of records) {
          const { order } = made.get(record.id) ?? record;
          if (record.order !== undefined) assert.equal(record.order, order);
          if (!made.has(record.id)) made.set(record.id, record);
        }
        const phases = [...made.values()].filter(({ type }) => type === 'ArgoCD.Phase');
        const byOrder = phases.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
        assert.deepEqual(
          byOrder.map(({ name }) => name),
          ['PreSync', 'Sync', 'PostSync'],
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('Held changes', () => {
  const pre = step({ phase: 'PreSync', wave: -1, hook: true, name: 'migrate' });
  const post = step({ phase: 'PostSync', wave: 0, hook: true, name: 'smoke' });

  it('are stored from the first one on, with the steps as reported', () => {
    assert.equal(hold(undefined, [pre], [], 5), undefined);
    const first = hold(undefined, [pre], [post], 5);
    assert.deepEqual(first, { since: 5, told: [pre], changes: [post] });
    assert.equal(hold(first, [pre, post], [], 6), first);
    const second = hold(first, [pre, post], [pre], 6);
    assert.deepEqual(second, { since: 5, told: [pre], changes: [post, pre] });
  });

  it('wait for a bounded time, and not for a clock that was set back', () => {
    const held = { since: 1_000, told: [], changes: [pre] };
    for (const [now, may] of [
      [1_000, true],
      [999 + planWait, true],
      [1_000 + planWait, false],
      [999, false],
    ] as const) {
      assert.equal(mayHold(held, now), may, String(now));
    }
  });

  it('are sorted by attempt, phase, wave and plan, with unknown ones last and a namespace first', () => {
    const sorted = [
      { ...pre, ...{ group: '', kind: 'Namespace', namespace: '' }, hook: false, wave: undefined },
      pre,
      { ...pre, name: 'b', order: 1 },
      { ...pre, name: 'a', order: 2 },
      { ...pre, name: 'later', wave: 3 },
      { ...pre, name: 'unknown', wave: undefined },
      step({ phase: 'Sync', wave: -9, name: 'web' }),
      post,
      step({ phase: 'SyncFail', wave: undefined, hook: true, name: 'alert' }),
      { ...pre, attempt: 1 },
    ].map((one, at) => (at === 1 ? { ...one, order: 0 } : one));
    fc.assert(
      fc.property(fc.shuffledSubarray(sorted, { minLength: sorted.length }), (shuffled) => {
        assert.deepEqual(atOnce(inOrder(shuffled, undefined)), sorted);
      }),
    );
    assert.ok(isSorted(sorted.map(phasePlace)));
  });
});
