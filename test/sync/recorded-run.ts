import type { Application } from '../../src/sync/model/application.ts';
import { follow as followOther, newestHistoryId } from '../../src/sync/model/memory.ts';
import type { Memory } from '../../src/sync/model/memory.ts';
import { isEnded, markerName, markerOf } from '../../src/sync/model/operation.ts';
import { readApplication } from '../in-one-go.ts';
import { isApplication, readRecording } from '../../simulators/argo-cd/recording.ts';
import { refreshed, request, Run, start, syncGoal, titles } from './sample-application.ts';

export interface Snapshot {
  readonly t: number;
  readonly application: Application;
  /** The response to a read that requested a fresh comparison. */
  readonly isRefresh: boolean;
  /** The marker of the sync that got this response. */
  readonly asked: string | undefined;
}

/**
 * What a follower would accept of a recording, oldest first: never an older state after a newer
 * one.
 */
export function snapshots(name: string): readonly Snapshot[] {
  const taken: Snapshot[] = [];
  for (const { t, event, request: call, response } of readRecording(name)) {
    const json = event === undefined ? response?.body : event.result.application;
    if (event?.result.type === 'DELETED' || !isApplication(json)) continue;
    const application = readApplication(json);
    const known = taken.findLast((one) => isSameName(one.application, application))?.application;
    const isOlder =
      known?.uid === application.uid &&
      Number(application.resourceVersion) < Number(known.resourceVersion);
    const isSync = call?.method === 'POST' && call.path.endsWith('/sync');
    const infos = isSync ? call.body?.infos : undefined;
    const asked = infos?.find((row) => row.name === markerName)?.value;
    if (isOlder && asked === undefined) continue;
    const isRefresh = call?.path.includes('refresh=') ?? false;
    taken.push({ t, application: isOlder ? known : application, isRefresh, asked });
  }
  return taken;
}

export interface RecordedSync {
  readonly name: string;
  readonly marker: string;
  /** What was seen of its application since. */
  readonly rest: readonly Snapshot[];
}

/** Every sync with a marker that a recording accepted, in order. */
export function recordedSyncs(name: string): readonly RecordedSync[] {
  const all = snapshots(name);
  return all.flatMap(({ asked, application }, index) => {
    if (asked === undefined) return [];
    const rest = all.slice(index).filter((one) => isSameName(one.application, application));
    return [{ name, marker: asked, rest }];
  });
}

function isSameName(one: Application, other: Application): boolean {
  return one.name === other.name && one.namespace === other.namespace;
}

/** Follows a sync through the rest of its recording, like the run that requested it. */
export function followOwn(
  { marker, rest }: RecordedSync,
  waitFor: 'health' | 'operation',
): readonly string[] {
  const dryRun = rest[0]?.application.operation?.dryRun ?? false;
  const identity = { kind: 'marker', marker } as const;
  const run = new Run(syncGoal({ waitFor, options: { dryRun } }), { identity });
  const accepted = (application: Application) => ({
    request: request({
      at: run.now,
      operation: application.operation,
      historyId: newestHistoryId(application),
    }),
  });
  return follow(run, rest, ({ application, asked }) =>
    asked === marker ? accepted(application) : {},
  );
}

/** Follows it like another run, which joins what it finds in progress for the same revisions. */
export function followJoined({ rest }: RecordedSync): readonly string[] {
  const byPosition = (rest[0]?.application.operation?.revisions ?? []).map((one, index) => ({
    position: index + 1,
    revision: one,
  }));
  const goal = syncGoal({
    waitFor: 'operation',
    whenBusy: 'join',
    target: { kind: 'revisions', byPosition },
  });
  return follow(new Run(goal), rest);
}

/** The outcome, and how long after the end of the first operation it was decided; then the causes. */
export function follow(
  run: Run,
  rest: readonly Snapshot[],
  remember: (snapshot: Snapshot) => Partial<Memory> = () => ({}),
): readonly string[] {
  const marked = rest[0]?.asked;
  let endedAt: number | undefined;
  for (const snapshot of rest) {
    const { t, application, isRefresh } = snapshot;
    const { operationState: state } = application;
    if (markerOf(state?.operation) === marked && state !== undefined && isEnded(state.phase)) {
      endedAt ??= t;
    }
    run.see(application, t - (run.now - start));
    let verdict = run.change(remember(snapshot));
    if (isRefresh) verdict = run.change({ refresh: refreshed(run.now) });
    if (verdict.kind === 'act' && verdict.act.kind === 'adopt') {
      verdict = run.change(followOther(run.memory, verdict.act.identity, application));
    }
    if (verdict.kind === 'done') {
      const when = endedAt === undefined ? 'unended' : String(t - endedAt);
      return [`${verdict.ending.outcome} ${when}`, ...titles(verdict)];
    }
    if (verdict.kind === 'act') return [verdict.act.kind];
  }
  // Nothing more happens: any wait for a possible change is over.
  const last = rest.at(-1);
  const verdict = last && run.see(last.application, 5_000);
  if (verdict?.kind !== 'done') return ['undecided'];
  return [`${verdict.ending.outcome} later`, ...titles(verdict)];
}
