import type { ApiRequest } from './api-request.ts';
import type { Collection } from './collection.ts';
import type { Plan, PostedEvent } from './plan.ts';
import { badRequest, Refusal } from './refusal.ts';
import type { TaskResult } from './timeline-record.ts';
import { taskResults } from './timeline-record.ts';

const taskEvents = ['TaskAssigned', 'TaskStarted', 'TaskCompleted'];
const jobEvents = ['JobAssigned', 'JobStarted', 'JobCompleted'];
const emptyId = '00000000-0000-0000-0000-000000000000';

interface EventBody {
  readonly name: string;
  readonly taskId?: string;
  readonly jobId?: string;
  readonly result?: string;
}

export interface TaskEventSettings {
  readonly collection: Collection;
  readonly after: (milliseconds: number, run: () => void) => void;
}

/** Handles events like the task hub does (azure-devops.md §2.2). */
export class TaskEvents {
  readonly #collection: Collection;
  readonly #after: (milliseconds: number, run: () => void) => void;

  constructor({ collection, after }: TaskEventSettings) {
    this.#collection = collection;
    this.#after = after;
  }

  post(request: ApiRequest, plan: Plan): void {
    const body = eventBody(request.json);
    const { taskId = emptyId, jobId = emptyId } = body;
    const known = [...taskEvents, ...jobEvents];
    if (!known.includes(body.name)) throw badRequest(`The event ${body.name} is not supported.`);
    if (body.name === 'JobCompleted') {
      this.#collection.faults.push('JobCompleted is the agent’s event: it would end the job.');
      throw badRequest('JobCompleted needs a request of an agent.');
    }
    const taskInstanceId = taskEvents.includes(body.name)
      ? meantTask(plan, taskId.toLowerCase(), jobId.toLowerCase())
      : undefined;
    if (taskInstanceId === undefined && plan.record(jobId)?.type !== 'Job') {
      throw badRequest(`The plan has no job ${jobId}.`);
    }
    const result = body.name === 'TaskCompleted' ? resultOf(body.result) : undefined;
    const event = { name: body.name, taskId, jobId, taskInstanceId, result, at: request.at };
    this.#take(plan, event);
  }

  #take(plan: Plan, event: Omit<PostedEvent, 'accepted'>): void {
    const { behavior } = this.#collection;
    const { taskInstanceId } = event;
    const again =
      taskInstanceId !== undefined &&
      (plan.isCompleted(taskInstanceId) || plan.record(taskInstanceId)?.state === 'completed');
    const late = plan.state === 'completed' || again;
    if (!late && event.result === 'canceled' && behavior.refusesCanceled) {
      throw badRequest('The result canceled is not supported for this event.');
    }
    plan.post({ ...event, accepted: !late });
    if (late) {
      if (event.name === 'TaskCompleted' && behavior.secondCompletion === 'accepted') return;
      throw finishedPlan(this.#collection, plan);
    }
    if (event.result === undefined || taskInstanceId === undefined) return;
    const update = {
      id: taskInstanceId,
      state: 'completed',
      result: event.result,
      finishTime: plan.time(),
    } as const;
    if (behavior.completionDelay === 0) plan.update([update]);
    else this.#after(behavior.completionDelay, () => plan.update([update]));
  }
}

/** How a finished plan refuses writes. */
export function finishedPlan({ behavior }: Collection, plan: Plan): Refusal {
  const { status, typeKey } = behavior.finishedPlan;
  return new Refusal(status, typeKey, `The orchestration plan ${plan.id} has ended.`);
}

function eventBody(json: unknown): EventBody {
  const body = json as Partial<Record<keyof EventBody, unknown>> | null | undefined;
  const wrong =
    typeof body !== 'object' ||
    body === null ||
    typeof body.name !== 'string' ||
    [body.taskId, body.jobId, body.result].some((one) => one != null && typeof one !== 'string');
  if (wrong) throw badRequest('The event needs a name, and its ids are texts.');
  return body as EventBody;
}

function resultOf(text: string | undefined): TaskResult {
  const result = taskResults.find((one) => one === text);
  if (!result) throw badRequest(`TaskCompleted needs a result, and ${text ?? 'nothing'} is none.`);
  return result;
}

/** Gates of version 12 and below have the task's id in `jobId`, and no task id (azure-devops.md §2.2). */
function meantTask(plan: Plan, taskId: string, jobId: string): string {
  const swapped = plan.hub === 'gates' && plan.version <= 12;
  const task = plan.record(swapped ? jobId : taskId);
  if (!task?.task) throw badRequest(`The plan has no task ${swapped ? jobId : taskId}.`);
  if (swapped ? taskId !== emptyId : task.parentId !== jobId) {
    throw badRequest(`The task ${task.id} is not addressed by task ${taskId} of job ${jobId}.`);
  }
  return task.id;
}
