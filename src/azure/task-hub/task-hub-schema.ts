import * as z from 'zod/mini';
import type { OrchestrationPlan, TimelineRecord } from './task-hub.ts';

/** Azure writes `null` for absent values; optional fields may contain anything. */
const optionalText = z.catch(z.optional(z.string()), undefined);
/** Ids come in either case, so they are normalized for comparison. */
const id = z.string().check(z.toLowerCase());
const optionalId = z.catch(z.optional(id), undefined);

/**
 * The plan of a run (`TaskOrchestrationPlan`); fields that no rule depends on may be missing or invalid.
 */
export const planSchema = z.pipe(
  z.object({
    planId: id,
    scopeIdentifier: id,
    version: z.catch(z.optional(z.number()), undefined),
    state: optionalText,
  }),
  z.transform(({ planId, scopeIdentifier, version, state }): OrchestrationPlan => ({
    planId,
    scopeIdentifier,
    version,
    state,
  })),
);

const recordStates = {
  pending: 'pending',
  inprogress: 'inProgress',
  completed: 'completed',
} as const;

const recordSchema = z.pipe(
  z.object({
    id,
    parentId: optionalId,
    type: optionalText,
    name: optionalText,
    state: optionalText,
    result: optionalText,
    task: z.catch(z.nullish(z.object({ name: optionalText })), undefined),
  }),
  z.transform(({ id, parentId, type, name, state, result, task }): TimelineRecord => ({
    id,
    parentId,
    type,
    name,
    ...(task?.name !== undefined && { taskName: task.name }),
    state: Object.entries(recordStates).find(([word]) => word === state?.toLowerCase())?.[1],
    result,
  })),
);

/** The records of a timeline. */
export const recordsSchema = z.object({ value: z.array(recordSchema) });

/** A log (`TaskLog`); `lineCount` counts its lines. */
export const logSchema = z.object({ id: z.int(), lineCount: z.int() });

/** A build; only the status matters. */
export const buildSchema = z.object({ status: z.string() });

/** A team project; only the name matters. */
export const projectSchema = z.object({ name: z.string() });
