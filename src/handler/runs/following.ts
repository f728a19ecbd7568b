import { createHash } from 'node:crypto';
import type { Authority } from '../../follow/authority.ts';
import { Detachment } from '../../follow/detachment.ts';
import { followAll } from '../../follow/follow-all.ts';
import type { Activity } from '../../follow/settings.ts';
import { Log } from '../../report/log.ts';
import { Timeline } from '../../report/timeline.ts';
import { printState, printWave } from '../../report/step-line.ts';
import { printKey, printName } from '../../sync/application.ts';
import type { Progress } from '../../sync/outcome.ts';
import { UserError } from '../../sync/user-error.ts';
import { logLine, plainLine } from '../../text/foreign-text.ts';
import type { StoredCheckpoint } from '../store/store.ts';
import { endOfResults, endWithout, type Ending } from './ending.ts';
import type { Recorder } from './recorder.ts';
import type { RunDiary } from './run-diary.ts';
import { RunJournal } from './run-journal.ts';
import { RunLog } from './run-log.ts';
import type { RunArgoCD, RunPorts } from './run-ports.ts';

/** No agent waits for us to be done: an operation may be terminated at leisure. Milliseconds. */
const grace = 60_000;

/** What may end or interrupt a following, and who wants to know what it is at. */
interface FollowingEvents {
  readonly authority: Authority;
  readonly canceled: AbortSignal;
  /** Aborts with a `Detachment`. */
  readonly parked: AbortSignal;
  readonly activity: (path: string, activity: Activity) => void;
}

/** A proven run in Argo CD: from wherever it is to how it ends. */
export class Following {
  readonly #recorder: Recorder;
  readonly #ports: RunPorts;
  readonly #diary: RunDiary;
  readonly #events: FollowingEvents;
  readonly #log: RunLog;

  constructor(recorder: Recorder, ports: RunPorts, diary: RunDiary, events: FollowingEvents) {
    this.#recorder = recorder;
    this.#ports = ports;
    this.#diary = diary;
    this.#events = events;
    this.#log = new RunLog(recorder, ports.clock);
  }

  /**
   * Follows to whatever end, and resolves when that is stored: the end and the last lines of the log
   * are one step. Rejects only with a `Detachment`.
   */
  async follow(isRestarted: boolean): Promise<void> {
    const { store, argocd } = this.#ports;
    const { order, isCanceled, id } = this.#recorder.run;
    const kept = await this.#recorder.insist(() => store.checkpoints(id));
    const access = argocd(order, () => this.#recorder.run);
    if (isCanceled && kept.length === 0) this.#endAtOnce('canceled', canceledEarly);
    else if (access === undefined) this.#endAtOnce('failed', noInstance(order.argocd));
    else await this.#followIn(access, kept, isRestarted);
    await this.#recorder.stored();
  }

  async #followIn(
    access: RunArgoCD,
    kept: readonly StoredCheckpoint[],
    isRestarted: boolean,
  ): Promise<void> {
    if (isRestarted) this.#log.line('The handler was restarted, and goes on where it was.');
    try {
      await this.#followAll(access, kept);
    } catch (error) {
      if (error instanceof Detachment) throw error;
      if (!(error instanceof UserError)) {
        this.#diary.fault(error);
        return this.#endAtOnce('failed', ownFault);
      }
      const outcome = this.#events.canceled.aborted ? 'canceled' : 'failed';
      this.#endAtOnce(outcome, [error.message, error.advice].filter(Boolean).join('. '));
    }
  }

  async #followAll(
    { argocd, news, server }: RunArgoCD,
    kept: readonly StoredCheckpoint[],
  ): Promise<void> {
    const { clock, random, signal } = this.#ports;
    const { id, order, marker, acceptedAt, names, report } = this.#recorder.run;
    const { subject, project, goal, timeout, onTimeout, onCancel, hookLogLines } = order.request;
    const { authority, canceled, parked, activity } = this.#events;
    const found = names === undefined ? subject : { names };
    const log = new Log(this.#log, 'names' in found ? found.names.map(printName) : [], report.mark);
    const timeline = new Timeline(
      (record) => this.#log.child(record),
      (path) => stableId(id, path),
    );
    const told = toldBefore(kept);
    timeline.remember(told);
    for (const one of told) {
      if (one.kind === 'step') log.remember(printName(one.application), one.step);
    }
    const results = await followAll(
      {
        ...found,
        ...{ project, goal, timeout, startedAt: acceptedAt, onTimeout, onCancel, hookLogLines },
        ...{ marker, info: order.info, grace },
      },
      {
        ...{ argocd, clock, random, news, activity, authority },
        signal: AbortSignal.any([signal, canceled, parked]),
        journal: new RunJournal(this.#recorder, kept),
        tell: (progress) => {
          log.tell(progress);
          timeline.tell(progress);
          this.#note(progress, log);
        },
      },
    );
    log.close(results);
    this.#end(endOfResults(results, order, server));
  }

  #note(progress: Progress, { mark }: Log): void {
    if (progress.kind === 'status') this.#log.activity(logLine(progress.message, 200));
    const { report, message, order, names } = this.#recorder.run;
    const isAlone =
      ('names' in order.request.subject ? order.request.subject.names : names)?.length === 1;
    this.#recorder.change({
      report: { ...report, mark },
      message: activityOf(progress, isAlone) ?? message,
    });
    this.#diary.told(progress);
  }

  #endAtOnce(outcome: 'canceled' | 'failed', message: string): void {
    this.#log.issue(outcome === 'failed' ? 'error' : 'warning', logLine(message, 1_000));
    this.#end(endWithout(outcome, message));
  }

  #end({ change, items }: Ending): void {
    this.#recorder.change(change);
    this.#recorder.enqueue(...items);
  }
}

/** What a run is about, after its last line; undefined for what says nothing of that. */
function activityOf(progress: Progress, isAlone: boolean): string | undefined {
  if (progress.kind !== 'status' && progress.kind !== 'step') return undefined;
  const told =
    progress.kind === 'status'
      ? progress.message
      : `${printWave(progress.step)}: ${printKey(progress.step)} ${printState(progress.step)}`;
  return plainLine(isAlone ? told : `${printName(progress.application)}: ${told}`, 300);
}

const canceledEarly = 'The run was canceled before anything was asked of Argo CD';
const ownFault =
  'The handler broke off by a fault of its own: see its log. An operation that it asked for goes on in Argo CD.';

function noInstance(name: string): string {
  return `The handler's configuration has no Argo CD instance "${name}" any more. Put it back, or change the task.`;
}

/** What an earlier process has told, as far as records and lines were made of it. */
function toldBefore(kept: readonly StoredCheckpoint[]): readonly Progress[] {
  return kept.flatMap(({ path, checkpoint, result }) => {
    // Children are told within their parents.
    if (path.includes(' > ')) return [];
    const application = nameOf(path);
    const steps = (checkpoint?.held?.told ?? checkpoint?.steps ?? []).map(
      (step) => ({ kind: 'step', application, step }) as const,
    );
    return result === undefined ? steps : [...steps, { kind: 'result', result } as const];
  });
}

function nameOf(path: string) {
  const [first = '', second] = path.split('/');
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** A GUID that is the same for the same record of the same run, after a restart as well. */
function stableId(runId: string, path: string): string {
  const hash = createHash('sha256').update(`${runId}|${path}`).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `5${hash.slice(13, 16)}`,
    `a${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}
