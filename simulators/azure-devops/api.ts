import { attachmentAnswer, list, planAnswer, projectAnswer, timelineAnswer } from './answers.ts';
import type {
  ApiRequest,
  OperationName,
  PipelineOperation,
  ReleaseOperation,
} from './api-request.ts';
import { checkedUpdate, checkFeed, checkLogText, checkText } from './caller-rules.ts';
import type { Collection } from './collection.ts';
import type { Plan } from './plan.ts';
import type { PipelinesApiSettings } from './pipelines-api.ts';
import { isOfPipelines, PipelinesApi } from './pipelines-api.ts';
import type { Principal } from './principal.ts';
import { badRequest, notFound, planNotFound, projectNotFound, Refusal } from './refusal.ts';
import { isOfReleases, ReleasesApi } from './releases-api.ts';
import { finishedPlan, type TaskEvents } from './task-events.ts';

export type Answer =
  | { readonly status: number; readonly json?: unknown }
  | { readonly status: number; readonly bytes: Buffer };

interface Call {
  readonly request: ApiRequest;
  readonly plan: Plan;
}

type PlanHandler = (call: Call) => Answer;

const none: Answer = { status: 204 };
const ok = (json: unknown): Answer => ({ status: 200, json });
const writes = new Set<OperationName>([
  'postEvent',
  'createTimeline',
  'updateRecords',
  'appendFeed',
  'createLog',
  'appendLog',
  'putAttachment',
]);

/** Operations that need a token. */
export type AuthenticatedOperation = Exclude<OperationName, 'receiveEvent'>;

export interface ApiSettings extends PipelinesApiSettings {
  readonly events: TaskEvents;
}

/** The callback API of the task hub, with projects, pipelines and releases. */
export class Api {
  readonly #collection: Collection;
  readonly #events: TaskEvents;
  readonly #handlers: Readonly<
    Record<
      Exclude<AuthenticatedOperation, 'getProject' | PipelineOperation | ReleaseOperation>,
      PlanHandler
    >
  >;
  readonly #pipelines: PipelinesApi;
  readonly #releases: ReleasesApi;

  constructor({ collection, events, ...settings }: ApiSettings) {
    this.#collection = collection;
    this.#events = events;
    this.#pipelines = new PipelinesApi({ collection, ...settings });
    this.#releases = new ReleasesApi(collection);
    this.#handlers = {
      postEvent: ({ request, plan }) => {
        this.#events.post(request, plan);
        return none;
      },
      getPlan: ({ plan }) => ok(planAnswer(plan)),
      createTimeline: ({ plan }) => {
        throw new Refusal(409, 'TimelineExistsException', `Timeline ${plan.timelineId} exists.`);
      },
      listTimelines: ({ plan }) => ok(list([timelineAnswer(plan)])),
      getTimeline: ({ request, plan }) =>
        ok({
          ...timelineAnswer(plan),
          ...(/^true$/i.test(request.query.get('includeRecords') ?? '') && {
            records: recordsSince(request, plan),
          }),
        }),
      listRecords: ({ request, plan }) => ok(list(recordsSince(request, plan))),
      updateRecords: (call) => this.#updateRecords(call),
      appendFeed: (call) => this.#appendFeed(call),
      listLogs: ({ plan }) => ok(list(plan.logs.map((log) => log.reference))),
      getLog: ({ request, plan }) => {
        const { lines } = knownLog(request, plan);
        const start = Number(request.query.get('startLine') ?? 0);
        const end = Number(request.query.get('endLine') ?? lines.length);
        return ok(list(lines.slice(start, end)));
      },
      createLog: ({ request, plan }) => {
        const path = (request.json as { path?: unknown } | undefined)?.path;
        if (typeof path !== 'string' || path === '') throw badRequest('A log needs a path.');
        return ok(plan.createLog(path).reference);
      },
      appendLog: (call) => this.#appendLog(call),
      putAttachment: (call) => this.#putAttachment(call),
      getAttachment: ({ request, plan }) => {
        const { recordId = '', type = '', name = '' } = request.values;
        const found = plan.attachment(recordId.toLowerCase(), type, name);
        if (!found) throw notFound(`There is no attachment ${name} of type ${type}.`);
        return request.headers.accept?.toLowerCase().includes('application/json')
          ? ok(attachmentAnswer(plan, found, collection.url))
          : { status: 200, bytes: found.content };
      },
      listAttachments: ({ request, plan }) => this.#attachments(plan, request),
      listPlanAttachments: ({ request, plan }) => this.#attachments(plan, request),
    };
  }

  /** Executes the request. Throws a `Refusal`. */
  answer(operation: AuthenticatedOperation, request: ApiRequest, principal: Principal): Answer {
    if (operation === 'getProject') return this.#project(request, principal);
    if (isOfPipelines(operation)) return this.#pipelines.answer(operation, request, principal);
    if (isOfReleases(operation)) return this.#releases.answer(operation, request, principal);
    const plan = this.#plan(request, principal);
    if (plan.state === 'completed') {
      this.#collection.late.push({ operation, planId: plan.id, at: request.at });
      // Events have their own delays.
      if (writes.has(operation) && operation !== 'postEvent') {
        throw finishedPlan(this.#collection, plan);
      }
    }
    return this.#handlers[operation]({ request, plan });
  }

  #plan({ values, planId = '' }: ApiRequest, { projectId }: Principal): Plan {
    const { hub = '', scope = '', timelineId } = values;
    const plan = this.#collection.plans.get(planId);
    const fits = plan?.projectId === scope.toLowerCase() && plan.hub === hub.toLowerCase();
    if (!plan || !fits) throw planNotFound(planId, hub);
    // Any identity may act on plans of the projects that it sees (azure-devops.md §2.1).
    if (projectId !== undefined && plan.projectId !== projectId) {
      const message = `The token has no permission for the plan ${planId}.`;
      throw new Refusal(403, 'TaskOrchestrationPlanSecurityException', message);
    }
    if (timelineId !== undefined && timelineId.toLowerCase() !== plan.timelineId) {
      throw new Refusal(404, 'TimelineNotFoundException', `There is no timeline ${timelineId}.`);
    }
    return plan;
  }

  #project({ values }: ApiRequest, principal: Principal): Answer {
    const project = this.#collection.project(values.project ?? '');
    if (!project || (principal.projectId ?? project.id) !== project.id) {
      throw projectNotFound(values.project ?? '');
    }
    return ok(projectAnswer(project, this.#collection.url));
  }

  #updateRecords({ request, plan }: Call): Answer {
    const updates = checkedUpdate(request.json, plan, this.#collection);
    return ok(list(plan.update(updates)));
  }

  #appendFeed({ request, plan }: Call): Answer {
    const recordId = knownRecord(request, plan);
    const lines = checkFeed(request.json, plan, recordId, this.#collection);
    plan.feed.set(recordId, [...(plan.feed.get(recordId) ?? []), ...lines]);
    return none;
  }

  #appendLog({ request, plan }: Call): Answer {
    const log = knownLog(request, plan);
    const text = request.body.toString('utf8');
    checkLogText(text, log, plan, this.#collection);
    log.append(text, plan.time());
    return ok(log.reference);
  }

  #putAttachment({ request, plan }: Call): Answer {
    const recordId = knownRecord(request, plan);
    const { type = '', name = '' } = request.values;
    checkText(request.body.toString('utf8'), `the attachment ${name}`, plan, this.#collection);
    if (plan.isCompleted(recordId)) {
      this.#collection.faults.push(`The attachment ${name} came after TaskCompleted.`);
    }
    const attachment = plan.attach(recordId, type, name, request.body);
    return ok(attachmentAnswer(plan, attachment, this.#collection.url));
  }

  #attachments(plan: Plan, { values }: ApiRequest): Answer {
    const { recordId, type = '' } = values;
    const found = plan.attachments.filter(
      (one) =>
        one.type.toLowerCase() === type.toLowerCase() &&
        (recordId === undefined || one.recordId === recordId.toLowerCase()),
    );
    return ok(list(found.map((one) => attachmentAnswer(plan, one, this.#collection.url))));
  }
}

function recordsSince({ query }: ApiRequest, plan: Plan) {
  const since = Number(query.get('changeId') ?? 0);
  return plan.records.filter((record) => record.changeId > since);
}

function knownRecord({ values }: ApiRequest, plan: Plan): string {
  const record = plan.record(values.recordId ?? '');
  if (!record) throw notFound(`There is no timeline record ${values.recordId ?? ''}.`);
  return record.id;
}

function knownLog({ values }: ApiRequest, plan: Plan) {
  const log = plan.log(Number(values.logId));
  if (!log) throw new Refusal(404, 'TaskLogNotFoundException', `There is no log ${values.logId}.`);
  return log;
}
