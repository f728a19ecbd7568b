import { createHash } from 'node:crypto';
import type { Authority } from '../../../follow/authority.ts';
import { inTurns } from '../../../async/in-turns.ts';
import { Detachment, throwIfDetached } from '../../../follow/detachment.ts';
import { warningOfAnnotations } from '../../../follow/annotation-warnings.ts';
import { followAll } from '../../../follow/follow-all.ts';
import type { FollowObserver } from '../../../follow/follow-observer.ts';
import type { Activity } from '../../../follow/settings.ts';
import { ProgressReport } from '../../../report/progress-report.ts';
import { printState, printWave } from '../../../report/step-line.ts';
import { printKey, printName } from '../../../sync/model/application.ts';
import { isDryRun, type Goal } from '../../../sync/model/goal.ts';
import type { Progress } from '../../../sync/model/outcome.ts';
import { UserError } from '../../../user-error.ts';
import { logLine, plainLine } from '../../../text/foreign-text.ts';
import type { FollowSpec } from '../../run.ts';
import type { Store, StoredCheckpoint } from '../../store/store.ts';
import { endOfResults, endWithout, type RunEnding } from './run-ending.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';
import type { RunTelemetry } from '../../telemetry/run-telemetry.ts';
import type { RunFollowUps } from '../../follow-ups/run-follow-ups.ts';
import { AwaitedFollowUps } from './awaited-follow-ups.ts';
import { ListedFollowUps } from './listed-follow-ups.ts';
import { RunCheckpointStore } from './run-checkpoint-store.ts';
import { OutboxLog } from '../outbox/outbox-log.ts';
import type { RunArgoCD, RunPorts } from '../run-ports.ts';

/** No agent is waiting, so terminating an operation may take its time. Milliseconds. */
const grace = 60_000;

/** What a following needs from outside. */
export interface FollowingPorts extends Pick<
  RunPorts,
  'argocd' | 'clock' | 'random' | 'signal' | 'followUps' | 'annotationFaults'
> {
  readonly store: Pick<Store, 'checkpoints'>;
}

/** What may end or interrupt a following, and who is notified of its activity. */
interface FollowingEvents {
  readonly authority: Authority;
  readonly canceled: AbortSignal;
  /** Aborts with a `Detachment`. */
  readonly parked: AbortSignal;
  readonly activity: (path: string, activity: Activity) => void;
}

/** Follows a verified run in Argo CD, from its stored state to its result. */
export class Following {
  readonly #spec: FollowSpec;
  readonly #unitOfWork: RunUnitOfWork;
  readonly #ports: FollowingPorts;
  readonly #telemetry: RunTelemetry;
  readonly #events: FollowingEvents;
  readonly #log: OutboxLog;

  constructor(
    spec: FollowSpec,
    unitOfWork: RunUnitOfWork,
    ports: FollowingPorts,
    telemetry: RunTelemetry,
    events: FollowingEvents,
  ) {
    this.#spec = spec;
    this.#unitOfWork = unitOfWork;
    this.#ports = ports;
    this.#telemetry = telemetry;
    this.#events = events;
    this.#log = new OutboxLog(unitOfWork, ports.clock);
  }

  /**
   * Follows to the end, and resolves when the result is stored: the result and the last lines of
   * the log are one step. Rejects only with a `Detachment`.
   */
  async follow(isRestarted: boolean): Promise<void> {
    const { store, argocd } = this.#ports;
    const { isCanceled, id } = this.#unitOfWork.run;
    const spec = this.#spec;
    const kept = await this.#unitOfWork.insist(() => store.checkpoints(id));
    const access = argocd(spec, () => this.#unitOfWork.run);
    const faults = spec.announced?.faults ?? [];
    if (isCanceled && kept.length === 0) this.#endAtOnce('canceled', canceledEarly);
    else if (faults.length > 0) this.#endAtOnce('failed', notFollowed(faults));
    else if (access === undefined) this.#endAtOnce('failed', noInstance(spec.argocd));
    else await this.#followIn(access, kept, isRestarted);
    await this.#unitOfWork.stored();
  }

  async #followIn(
    access: RunArgoCD,
    kept: readonly StoredCheckpoint[],
    isRestarted: boolean,
  ): Promise<void> {
    if (isRestarted) this.#log.line('The handler was restarted, and resumes where it left off.');
    try {
      await this.#followAll(access, kept);
    } catch (error) {
      if (error instanceof Detachment) throw error;
      if (!(error instanceof UserError)) {
        this.#telemetry.fault(error);
        return this.#endAtOnce('failed', ownFault);
      }
      const outcome = this.#events.canceled.aborted ? 'canceled' : 'failed';
      this.#endAtOnce(outcome, [error.message, error.advice].filter(Boolean).join('. '));
    }
  }

  async #followAll(
    { argocd, changes, server }: RunArgoCD,
    kept: readonly StoredCheckpoint[],
  ): Promise<void> {
    const { clock, random, signal, followUps, annotationFaults } = this.#ports;
    const { run } = this.#unitOfWork;
    const { marker, acceptedAt, names } = run;
    const spec = this.#spec;
    const { authority, canceled, parked, activity } = this.#events;
    const subject = names === undefined ? spec.request.subject : { names };
    const earlier = { mark: run.report.mark, told: toldBefore(kept) };
    const report = new ProgressReport(
      this.#log,
      subject,
      (path) => stableId(run.id, path),
      earlier,
    );
    const detached = AbortSignal.any([signal, canceled, parked]);
    const tell = (progress: Progress) => {
      report.tell(progress);
      this.#note(progress, report);
    };
    const checkpoints = new RunCheckpointStore(this.#unitOfWork, kept);
    const results = await followAll(
      { ...spec.request, subject },
      { marker, info: spec.info, startedAt: acceptedAt, grace },
      {
        ...{ argocd, clock, random, changes, activity, authority },
        signal: detached,
        observer: warningOfAnnotations(
          spec.request.goal,
          (application) => annotationFaults?.(spec.argocd, application) ?? [],
          tell,
          followUps && this.#observer(followUps, checkpoints, tell),
        ),
        checkpoints,
        tell,
      },
    );
    const ending = await inTurns(endOfResults(results, spec, server));
    throwIfDetached(detached);
    report.close(results);
    this.#end(ending);
  }

  /** Who lists the follow-ups of the run's operation, or waits for them. */
  #observer(
    followUps: RunFollowUps,
    checkpoints: RunCheckpointStore,
    tell: (progress: Progress) => void,
  ): FollowObserver {
    const { clock, signal } = this.#ports;
    const { canceled, parked, activity } = this.#events;
    const { marker } = this.#unitOfWork.run;
    const { request, argocd } = this.#spec;
    const isAsked = request.followUps !== undefined;
    const common = { marker, argocd, followUps, isAsked, tell, clock };
    if (request.waitForFollowUps !== true || !mayStart(request.goal)) {
      const ended = AbortSignal.any([signal, canceled, parked]);
      return new ListedFollowUps({ ...common, signal: ended });
    }
    return new AwaitedFollowUps({
      ...{ ...common, checkpoints, activity, canceled },
      endsOnCancel: request.onCancel === 'terminate',
      insist: (act) => this.#unitOfWork.insist(act),
      life: AbortSignal.any([signal, parked]),
    });
  }

  #note(progress: Progress, log: Pick<ProgressReport, 'mark'>): void {
    if (progress.kind === 'status' || progress.kind === 'search')
      this.#log.activity(logLine(progress.message, 200));
    const { message, names } = this.#unitOfWork.run;
    const { subject } = this.#spec.request;
    const isAlone = ('names' in subject ? subject.names : names)?.length === 1;
    this.#unitOfWork.change({ message: activityOf(progress, isAlone) ?? message });
    // Hundreds of steps may be reported in one turn, and there may be hundreds of applications.
    this.#unitOfWork.changeAtClose(() => {
      return { report: { ...this.#unitOfWork.run.report, mark: log.mark } };
    });
    this.#telemetry.told(progress);
  }

  #endAtOnce(outcome: 'canceled' | 'failed', message: string): void {
    this.#log.issue(outcome === 'failed' ? 'error' : 'warning', logLine(message, 1_000));
    this.#end(endWithout(outcome, message));
  }

  #end({ change, items }: RunEnding): void {
    const { report } = this.#unitOfWork.run;
    const endingSince = this.#ports.clock.now();
    this.#unitOfWork.change({ ...change, report: { ...report, endingSince } });
    this.#unitOfWork.enqueue(...items);
  }
}

/** What a run is about, after its last line; undefined for what says nothing of that. */
function activityOf(progress: Progress, isAlone: boolean): string | undefined {
  if (progress.kind === 'search') return plainLine(progress.message, 300);
  if (progress.kind !== 'status' && progress.kind !== 'step') return undefined;
  const told =
    progress.kind === 'status'
      ? progress.message
      : `${printWave(progress.step)}: ${printKey(progress.step)} ${printState(progress.step)}`;
  return plainLine(isAlone ? told : `${printName(progress.application)}: ${told}`, 300);
}

/** Whether the end of an operation of the run is seen, and may start something. */
function mayStart(goal: Goal): boolean {
  return goal.action === 'sync' && goal.waitFor !== 'none' && !isDryRun(goal);
}

const canceledEarly = 'The run was canceled before anything was requested from Argo CD';
const ownFault =
  'Internal error in the handler; see its log. An operation that it requested continues in Argo CD.';

function notFollowed(faults: readonly string[]): string {
  return `The sync runs in Argo CD, but is not followed: the task has invalid inputs. ${faults.join(' ')}`;
}

function noInstance(name: string): string {
  return `The handler's configuration no longer has an Argo CD instance "${name}". Restore it, or change the task.`;
}

/** What an earlier process has reported, where it became records and lines. */
function toldBefore(kept: readonly StoredCheckpoint[]): readonly Progress[] {
  return kept.flatMap(({ path, checkpoint, result, wait }) => {
    // Children are reported within their parents.
    if (path.includes(' > ')) return [];
    const application = nameOf(path);
    const steps = (checkpoint?.held?.told ?? checkpoint?.steps ?? []).map(
      (step) => ({ kind: 'step', application, step }) as const,
    );
    const followUps = (wait?.followUps ?? []).map(
      (followUp) => ({ kind: 'followUp', application, followUp }) as const,
    );
    const told = [...steps, ...followUps];
    return result === undefined ? told : [...told, { kind: 'result', result } as const];
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
