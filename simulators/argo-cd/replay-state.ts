import { readRecording } from './recording.ts';
import type { Application } from './application.ts';
import type { Files } from './repository.ts';

/** One line of a recording (recordings.md §1). `t`: milliseconds since its start. */
export type RecordedLine = { readonly t: number } & (
  | {
      readonly kind: 'git';
      readonly revision: string;
      readonly folder: string;
      readonly files?: Files;
    }
  | {
      readonly kind: 'exchange';
      readonly request: {
        readonly method: string;
        readonly path: string;
        readonly headers: Readonly<Record<string, string>>;
        readonly body?: unknown;
      };
      readonly response: {
        readonly status: number;
        readonly contentType: string | null;
        readonly body: unknown;
      };
    }
  | { readonly kind: 'stream-open'; readonly path: string }
  | {
      readonly kind: 'event';
      readonly event: {
        readonly result: { readonly type: string; readonly application: Application };
      };
    }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'note'; readonly text: string }
);

export type RecordedExchange = Extract<RecordedLine, { kind: 'exchange' }>;

/** The lines of a recording, with everything that a replay needs. */
export function recordedLines(name: string): readonly RecordedLine[] {
  return readRecording(name) as readonly RecordedLine[];
}

/** What lets a client tell two states of an application apart, without names and times. */
export interface State {
  readonly t: number;
  /** Phase, message and the phase of every hook and resource of the operation. */
  readonly operation: string;
  /** Sync, health, and the revisions compared with. */
  readonly status: string;
  /** The state of the hydrator: its phase, and the commits that it knows; empty without one. */
  readonly hydration: string;
}

/** Replaces what differs from run to run: revisions, times, generated names, uids. */
export function anonymous(text: string): string {
  return text
    .replace(/-[0-9a-f]{7}-(presync|sync|postsync|syncfail)-\d+/g, '-<revision>-$1-<time>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>')
    .replace(/\b[0-9a-f]{40}\b/g, '<sha>')
    .replace(/\b\d{1,2}:\d\d(AM|PM)/g, '<time>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/"(migrate)-[b-z0-9]{5}"/g, '"$1-<pod>"')
    .replace(/for pod migrate-[b-z0-9]{5}/g, 'for pod migrate-<pod>');
}

export function stateOf(t: number, { operation, status }: Application): State {
  const state = status.operationState;
  const results = (state?.syncResult?.resources ?? [])
    .map(
      ({ syncPhase, kind, name, status: code = '-', hookPhase = '-' }) =>
        `${syncPhase} ${kind}/${name} ${code} ${hookPhase}`,
    )
    .sort();
  const phase = state
    ? `${state.phase}${state.finishedAt ? ' finished' : ''}${state.retryCount ? ` retry ${state.retryCount}` : ''}`
    : operation
      ? 'pending'
      : 'none';
  return {
    t,
    operation: anonymous([phase, state?.message ?? '', ...results].join('\n  ')),
    status: [
      status.sync.status,
      status.health.status,
      ...(status.sync.revisions ?? [status.sync.revision]),
    ].join(' '),
    hydration: hydrationOf(status),
  };
}

function hydrationOf({ sourceHydrator: of }: Application['status']): string {
  const { currentOperation: current, lastSuccessfulOperation: last } = of;
  if (current === undefined) return '';
  return [
    `${current.phase}${current.finishedAt ? ' finished' : ''}`,
    current.drySHA ?? '-',
    last === undefined ? '-' : `${last.drySHA}=${last.hydratedSHA}`,
    of.lastComparedDryRevision ?? '-',
  ].join(' ');
}

/** The values, in order, that lasted at least so many milliseconds, each once; the last one always counts. */
export function lasting(
  states: readonly State[],
  milliseconds: number,
  show: (state: State) => string,
): readonly string[] {
  const changes = states.filter(
    (state, index) => index === 0 || show(state) !== show(states[index - 1] ?? state),
  );
  const held = changes.filter(
    (state, index) => (changes[index + 1]?.t ?? Infinity) - state.t >= milliseconds,
  );
  return held.map(show).filter((text, index, all) => text !== all[index - 1]);
}

/** The states with their revisions numbered by first appearance. */
export function numbered(states: readonly State[]): readonly State[] {
  const shas: string[] = [];
  const number = (text: string) =>
    text.replace(/\b[0-9a-f]{40}\b/g, (sha) => {
      if (!shas.includes(sha)) shas.push(sha);
      return `#${shas.indexOf(sha) + 1}`;
    });
  return states.map((state) => ({
    ...state,
    status: number(state.status),
    hydration: number(state.hydration),
  }));
}
