import * as z from 'zod/mini';
import { runKinds, runOutcomes, runStates } from '../run.ts';
import { hookPhases } from '../../sync/events/hook-phase.ts';
import { gateStatuses } from '../gates.ts';
import { actionStates } from '../store/event-store.ts';

/** A service connection's Verify recognizes the handler by this name. */
export const handlerName = 'argocd-for-azure-pipelines';

/** The response to an execute request: it is stored and will be processed. */
export const acceptedSchema = z.strictObject({ run: z.string(), state: z.enum(runStates) });

/** The response to a cancellation: it is stored and will be processed. */
export const cancelingSchema = z.strictObject({ state: z.literal('canceling') });

/** The response to a gate's sample. */
export const gateAnswerSchema = z.strictObject({
  status: z.enum(gateStatuses),
  message: z.string(),
  applications: z.array(
    z.strictObject({ name: z.string(), status: z.enum(gateStatuses), message: z.string() }),
  ),
});

/** How far a follow-up is, as a hook is told. */
export const hookFollowUpSchema = z.strictObject({
  id: z.string(),
  rule: z.string(),
  target: z.string(),
  state: z.enum(actionStates),
  message: z.string(),
  run: z.nullable(
    z.strictObject({
      name: z.string(),
      page: z.string(),
      state: z.nullable(z.string()),
      result: z.nullable(z.string()),
    }),
  ),
});

/** To the call of a hook. `task`: only where it asked for that; null where no task waits. */
export const hookAnswerSchema = z.strictObject({
  application: z.string(),
  phase: z.enum(hookPhases),
  followUps: z.array(hookFollowUpSchema),
  task: z.optional(
    z.nullable(
      z.strictObject({
        run: z.string(),
        state: z.enum(runStates),
        outcome: z.nullable(z.enum(runOutcomes)),
      }),
    ),
  ),
});

/** The response to a service connection's Verify. */
export const whoamiSchema = z.strictObject({
  handler: z.literal(handlerName),
  version: z.string(),
  client: z.string(),
});

/** The body of every refusal. */
export const refusalSchema = z.strictObject({ message: z.string(), faults: z.array(z.string()) });

const moment = z.string().check(z.iso.datetime());
const optionalMoment = z.nullable(moment);

/** A run on the admin listener. Everything else about a run is internal. */
export const runSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(runKinds),
  state: z.enum(runStates),
  outcome: z.nullable(z.enum(runOutcomes)),
  message: z.string(),
  isCanceled: z.boolean(),
  attempt: z.number(),
  client: z.string(),
  azureProject: z.string(),
  argocd: z.string(),
  action: z.string(),
  applications: z.array(z.string()),
  selector: z.nullable(z.string()),
  event: z.nullable(z.string()),
  page: z.nullable(z.string()),
  address: z.strictObject({
    collection: z.string(),
    projectId: z.string(),
    hub: z.string(),
    planId: z.string(),
    jobId: z.string(),
    timelineId: z.string(),
    taskInstanceId: z.string(),
  }),
  acceptedAt: moment,
  deadline: moment,
  endedAt: optionalMoment,
  results: z.array(
    z.strictObject({
      application: z.string(),
      outcome: z.string(),
      message: z.string(),
      revisions: z.array(z.string()),
      syncStatus: z.nullable(z.string()),
      health: z.nullable(z.string()),
      operationPhase: z.nullable(z.string()),
      page: z.nullable(z.string()),
    }),
  ),
});
/** A run, as routes return it. */
export type RunView = z.infer<typeof runSchema>;

const runLink = z.strictObject({ name: z.string(), page: z.nullable(z.string()) });

/** A page of follow-ups, newest first. `before`: the query that returns older ones. */
export const followUpsSchema = z.strictObject({
  followUps: z.array(
    z.strictObject({
      event: z.string(),
      rule: z.string(),
      what: z.nullable(z.string()),
      application: z.nullable(z.string()),
      argocd: z.nullable(z.string()),
      late: z.nullable(z.boolean()),
      target: z.nullable(z.string()),
      state: z.enum(actionStates),
      message: z.string(),
      tries: z.number(),
      createdAt: moment,
      nextAt: optionalMoment,
      expiresAt: moment,
      run: z.nullable(runLink),
      claim: z.nullable(z.extend(runLink, { at: moment })),
    }),
  ),
  before: z.nullable(z.number()),
});
/** A follow-up, as routes return it. */
export type FollowUpView = z.infer<typeof followUpsSchema>['followUps'][number];
