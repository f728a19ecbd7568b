import type { Application } from '../../../../simulators/argo-cd/application.ts';
import type { ArgoCDSimulator } from '../../../../simulators/argo-cd/simulator.ts';

/** What was seen of an operation: the last state of each of its parts. */
interface Seen {
  readonly startedAt: string;
  readonly parts: Map<string, string>;
}

/** What happened, one line each, in chronological order. */
export class EventLog {
  readonly lines: string[] = [];
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void = () => undefined) {
    this.#onLine = onLine;
  }

  add(line: string): void {
    this.lines.push(line);
    this.#onLine(line);
  }

  /**
   * Adds each change of an operation's resources, hooks and end. When a retry starts, Argo CD shows
   * the results of the previous attempt, which are not a change.
   */
  watch(argocd: ArgoCDSimulator, prefix = ''): void {
    const known = new Map<string, Seen>();
    argocd.watch(({ application }) => {
      const { uid, name } = application.metadata;
      const startedAt = application.status.operationState?.startedAt;
      if (startedAt === undefined) return;
      const before = known.get(uid);
      const seen = before?.startedAt === startedAt ? before : { startedAt, parts: new Map() };
      known.set(uid, seen);
      for (const [part, how] of partsOf(application)) {
        if (seen.parts.get(part) === how) continue;
        seen.parts.set(part, how);
        this.add(`${prefix}${name}: ${part} ${how}`);
      }
    });
  }

  /** The matching lines. */
  matching(pattern: RegExp): readonly string[] {
    return this.lines.filter((line) => pattern.test(line));
  }
}

/** The parts of the operation that an application shows, and their states. */
function partsOf({ status }: Application): readonly (readonly [string, string])[] {
  const { operationState: state } = status;
  if (state === undefined) return [];
  const { retryCount = 0, phase, finishedAt, operation, syncResult } = state;
  const { automated = false, username = 'somebody' } = operation.initiatedBy;
  const results = (syncResult?.resources ?? []).map((one) => {
    const how = one.hookType === undefined ? one.status : one.hookPhase;
    return [`${one.syncPhase} ${one.kind}/${one.name}`, how ?? ''] as const;
  });
  const isOver = finishedAt !== undefined;
  return [
    ['operation of', automated ? 'Argo CD' : username],
    ...results,
    ...(isOver && phase === 'Running' ? [['waits for attempt', String(retryCount)] as const] : []),
    ...(isOver && phase !== 'Running' ? [['operation', phase] as const] : []),
  ];
}
