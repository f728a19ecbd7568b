import { isoTime } from '../text/iso-time.ts';
import { printKey, printName, resourceId } from '../sync/model/application.ts';
import { isOver, type FollowUpReport } from '../sync/model/follow-up-report.ts';
import type { ApplicationResult, Progress, OperationStep } from '../sync/model/outcome.ts';
import { followUpState } from './follow-up-words.ts';
import { plainLine } from '../text/foreign-text.ts';
import { phasePlace, phaseTitle } from './phases.ts';
import type { TaskResult } from './result.ts';
import { unseenEnd } from './step-line.ts';

/** A record of the step's own timeline: the first command creates it, later ones change it. */
export interface DetailRecord {
  readonly id: string;
  readonly parentId?: string | undefined;
  /** The first command of an id must include type and name. */
  readonly type?: string;
  readonly name?: string;
  readonly order?: number;
  readonly startTime?: string | undefined;
  readonly finishTime?: string | undefined;
  readonly state: 'Pending' | 'InProgress' | 'Completed';
  readonly result?: TaskResult | 'Canceled' | 'Skipped' | 'Abandoned';
  readonly message?: string;
}

/** Places follow-ups after all phases of all attempts. */
const followUpPlace = 10_000;
/** Machines read these records; nobody needs thousands, and each costs the agent a call. */
const mostRecords = 500;

type Result = NonNullable<DetailRecord['result']>;

interface OpenRecord {
  readonly id: string;
  ended: boolean;
}

interface PhaseRecord extends OpenRecord {
  /** Its place among the phases of all attempts. */
  readonly place: number;
  readonly startedAt: number | undefined;
  readonly hooks: Map<string, OpenRecord>;
  failed: boolean;
  /** A later phase has started. */
  passed: boolean;
  /** It was a dry run, so nothing ran. */
  readonly skipped: boolean;
  /** The last place assigned to a hook, from 1. */
  lastHook: number;
}

interface ApplicationRecord extends OpenRecord {
  readonly phases: Map<string, PhaseRecord>;
  readonly followUps: Map<string, OpenRecord>;
}

/**
 * Writes the records of the step's own timeline: one per application, phase and hook. The agent requires
 * type and name in the first command of a record, the parent before it, and a parent that never changes
 * (azure-devops.md §3.5). Records are ordered by phase and plan, not by arrival.
 */
export class Timeline {
  readonly #write: (record: DetailRecord) => void;
  readonly #identify: (path: string) => string;
  readonly #applications = new Map<string, ApplicationRecord>();
  #count = 0;
  #isSilent = false;

  /** `identify` returns the id of a record, a GUID, for a path that stays the same across processes. */
  constructor(write: (record: DetailRecord) => void, identify: (path: string) => string) {
    this.#write = write;
    this.#identify = identify;
  }

  /** Restores what an earlier process has written: the same ids, without writing anything. */
  remember(told: readonly Progress[]): void {
    this.#isSilent = true;
    for (const progress of told) this.tell(progress);
    this.#isSilent = false;
  }

  tell(progress: Progress): void {
    if (progress.kind === 'result') this.#end(progress.result);
    else if (progress.kind === 'step')
      this.#tellStep(printName(progress.application), progress.step);
    else if (progress.kind === 'followUp')
      this.#tellFollowUp(printName(progress.application), progress.followUp);
  }

  #tellStep(name: string, step: OperationStep): void {
    if (step.state === 'Pending') return;
    const phase = this.#phaseOf(name, step);
    if (phase === undefined) return;
    if (step.state === 'Failed') phase.failed = true;
    if (!step.hook) return;
    const key = resourceId(step);
    const hook = phase.hooks.get(key) ?? this.#createHook(phase, step);
    if (hook === undefined) return;
    phase.hooks.set(key, hook);
    if (step.state !== 'Running' && !hook.ended) {
      hook.ended = true;
      const good = step.dryRun === true ? 'Skipped' : 'Succeeded';
      this.#complete(hook.id, step.state === 'Failed' ? 'Failed' : good, step.finishedAt);
      if (phase.passed) this.#passPhase(phase, step.finishedAt);
    }
  }

  #tellFollowUp(name: string, report: FollowUpReport): void {
    const application = this.#applicationOf(name, undefined);
    if (application === undefined) return;
    const { key, pipeline, run } = report;
    const known = application.followUps.get(key);
    const record =
      known ??
      this.#create(`${name}|follow-up|${key}`, {
        parentId: application.id,
        type: 'ArgoCD.FollowUp',
        name: plainLine(`Follow-up ${pipeline}`, 300),
        order: followUpPlace + application.followUps.size,
      });
    if (record === undefined || record.ended) return;
    application.followUps.set(key, record);
    record.ended = isOver(report);
    if (this.#isSilent) return;
    const message = [followUpState(report), run?.name ?? '', run?.page ?? ''].filter(Boolean);
    this.#write({
      id: record.id,
      message: plainLine(message.join(', '), 1_000),
      ...(record.ended
        ? { state: 'Completed', result: resultOfFollowUp(report) }
        : { state: 'InProgress' }),
    });
  }

  #createHook(phase: PhaseRecord, step: OperationStep): OpenRecord | undefined {
    // A hook that is not in the plan comes after the existing ones.
    const place = step.order === undefined ? phase.lastHook + 1 : step.order + 1;
    phase.lastHook = Math.max(phase.lastHook, place);
    return this.#create(`${phase.id}|${printKey(step)}|${step.namespace}`, {
      parentId: phase.id,
      type: 'ArgoCD.Hook',
      name: plainLine(printKey(step), 300),
      order: place,
      startTime: isoTime(step.startedAt),
    });
  }

  #phaseOf(name: string, step: OperationStep): PhaseRecord | undefined {
    const application = this.#applicationOf(name, step.startedAt);
    if (application === undefined) return undefined;
    const title = phaseTitle(step);
    const place = phasePlace(step);
    for (const earlier of application.phases.values()) {
      if (earlier.place < place) this.#passPhase(earlier, step.startedAt);
    }
    const known = application.phases.get(title);
    if (known) return known;
    const record = this.#create(`${name}|${title}`, {
      parentId: application.id,
      type: 'ArgoCD.Phase',
      name: title,
      order: place + 1,
      startTime: isoTime(step.startedAt),
    });
    if (record === undefined) return undefined;
    const phase: PhaseRecord = {
      ...record,
      place,
      startedAt: step.startedAt,
      hooks: new Map(),
      failed: false,
      passed: false,
      skipped: step.dryRun === true,
      lastHook: 0,
    };
    application.phases.set(title, phase);
    return phase;
  }

  #applicationOf(name: string, startedAt: number | undefined): ApplicationRecord | undefined {
    const known = this.#applications.get(name);
    if (known) return known;
    const record = this.#create(name, {
      type: 'ArgoCD.Application',
      name,
      order: this.#applications.size + 1,
      startTime: isoTime(startedAt),
    });
    if (record === undefined) return undefined;
    const application: ApplicationRecord = { ...record, phases: new Map(), followUps: new Map() };
    this.#applications.set(name, application);
    return application;
  }

  /** A phase ends when a later one has started and all its hooks were seen to end. */
  #passPhase(phase: PhaseRecord, at: number | undefined): void {
    phase.passed = true;
    if ([...phase.hooks.values()].every(({ ended }) => ended)) this.#endPhase(phase, at);
  }

  /** `unseen` is the result of hooks that were not seen to end. */
  #endPhase(
    phase: PhaseRecord,
    finishedAt: number | undefined,
    unseen: Result = 'Abandoned',
  ): void {
    if (phase.ended) return;
    phase.ended = true;
    // A step that is reported late may have started earlier.
    const at = finishedAt && Math.max(finishedAt, phase.startedAt ?? finishedAt);
    const open = [...phase.hooks.values()].filter(({ ended }) => !ended);
    for (const hook of open) {
      hook.ended = true;
      this.#complete(hook.id, unseen, at);
    }
    const done = phase.skipped ? 'Skipped' : 'Succeeded';
    const good = open.length > 0 ? unseen : done;
    this.#complete(phase.id, phase.failed ? 'Failed' : good, at);
  }

  #end(result: ApplicationResult): void {
    const application = this.#applicationOf(printName(result), result.startedAt);
    if (application === undefined || application.ended) return;
    const unfinished = unseenEnd(result.outcome);
    for (const phase of application.phases.values()) {
      this.#endPhase(phase, result.finishedAt, unfinished);
    }
    for (const followUp of application.followUps.values()) {
      // Without waiting for the follow-up, its result stays unknown.
      if (!followUp.ended) this.#complete(followUp.id, 'Abandoned', result.finishedAt);
      followUp.ended = true;
    }
    application.ended = true;
    this.#complete(application.id, resultOf(result), result.finishedAt);
  }

  #create(path: string, record: Omit<DetailRecord, 'id' | 'state'>): OpenRecord | undefined {
    if (this.#count >= mostRecords) return undefined;
    this.#count += 1;
    const id = this.#identify(path);
    if (!this.#isSilent) this.#write({ id, state: 'InProgress', ...record });
    return { id, ended: false };
  }

  #complete(id: string, result: Result, finishedAt: number | undefined): void {
    const finishTime = isoTime(finishedAt);
    if (this.#isSilent) return;
    this.#write({ id, state: 'Completed', result, finishTime });
  }
}

function resultOfFollowUp({ state, result }: FollowUpReport): Result {
  if (state === 'notQueued') return 'Skipped';
  switch (result) {
    case 'succeeded':
      return 'Succeeded';
    case 'partiallySucceeded':
      return 'SucceededWithIssues';
    case 'canceled':
      return 'Canceled';
    case 'failed':
    case undefined:
      return 'Failed';
  }
}

function resultOf({ outcome, concerns }: ApplicationResult): Result {
  if (outcome === 'canceled') return 'Canceled';
  if (outcome !== 'succeeded') return 'Failed';
  return concerns.length > 0 ? 'SucceededWithIssues' : 'Succeeded';
}
