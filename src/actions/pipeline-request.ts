import * as z from 'zod/mini';
import type {
  PipelineKind,
  PipelineRun,
  QueueRequest,
  RunReference,
  UncheckedRequest,
} from '../azure/pipelines/pipelines.ts';
import { pipelineKinds, runMarks } from '../azure/pipelines/pipelines.ts';
import type { RenderedRelease } from '../follow-ups/action-kinds/create-release.ts';
import type { RenderedRun } from '../follow-ups/action-kinds/queue-pipeline.ts';
import type { ActionOutcome } from './stored-action.ts';

/** What an action requests from Azure DevOps. */
export type RenderedQueueing = RenderedRun | RenderedRelease;

/** Where it is queued: the organization by its URL, the pipeline by its id. */
export interface QueueAddress {
  readonly organization: string;
  readonly project: string;
  readonly pipeline: number;
  readonly kind: PipelineKind;
}

/** The tags of every run, besides that of the event, so that people find them. */
const tags: readonly string[] = ['argocd'];

/** How the pipeline or release definition of an action is found. */
export function wantedBy({ kind, pipeline: reference }: RenderedQueueing) {
  return { kind: kind === 'createRelease' ? 'release' : 'pipeline', reference } as const;
}

/** The request for an action, without the mark of its run. */
export function uncheckedRequest(
  action: RenderedQueueing,
  { kind, ...address }: QueueAddress,
  eventKey: string,
): UncheckedRequest {
  const common = { ...address, eventKey, variables: action.variables };
  if (action.kind === 'createRelease') {
    const { artifacts, description, stage } = action;
    return {
      ...{ kind: 'release', ...common, artifacts },
      ...(description !== undefined && { description }),
      ...(stage !== undefined && { stage }),
    };
  }
  const { ref, commit, parameters, pipelineResources, stagesToSkip } = action;
  const source = {
    ...(ref !== undefined && { ref }),
    ...(commit !== undefined && { commit }),
    tags,
  };
  if (kind !== 'yaml') return { kind: 'build', ...common, ...source };
  return { kind, ...common, ...source, parameters, pipelineResources, stagesToSkip };
}

/** The settings of a rule that a classic build does not support. */
export function unfitFor(kind: PipelineKind, action: RenderedQueueing): readonly string[] {
  if (kind !== 'build' || action.kind !== 'queuePipeline') return [];
  const { parameters, pipelineResources, stagesToSkip } = action;
  const given = { parameters, pipelineResources, stagesToSkip };
  return Object.entries(given).flatMap(([name, value]) =>
    Object.keys(value).length > 0 ? [name] : [],
  );
}

const texts = z.record(z.string(), z.string());
const common = {
  organization: z.string(),
  project: z.string(),
  pipeline: z.int(),
  eventKey: z.string(),
  mark: z.enum(runMarks),
  variables: texts,
  clockOffset: z.exactOptional(z.number()),
};
const source = {
  ref: z.exactOptional(z.string()),
  commit: z.exactOptional(z.string()),
  tags: z.exactOptional(z.array(z.string())),
};
const [yaml, build, release] = pipelineKinds;
const requestSchema = z.discriminatedUnion('kind', [
  z.object({
    ...{ kind: z.literal(yaml), ...common, ...source },
    parameters: texts,
    pipelineResources: z.exactOptional(texts),
    stagesToSkip: z.exactOptional(z.array(z.string())),
  }),
  z.object({ kind: z.literal(build), ...common, ...source }),
  z.object({
    ...{ kind: z.literal(release), ...common },
    artifacts: z.array(
      z.object({ alias: z.string(), version: z.string(), name: z.exactOptional(z.string()) }),
    ),
    description: z.exactOptional(z.string()),
    stage: z.exactOptional(z.string()),
  }),
]);

/** Serializes a request to be stored before it is sent. */
export function printRequest(request: QueueRequest): string {
  return JSON.stringify(request);
}

/** Reads what `printRequest` wrote. Throws an ordinary error for anything else. */
export function readRequest(text: string): QueueRequest {
  return z.parse(requestSchema, JSON.parse(text));
}

/** The same; undefined for anything else, such as the request of a webhook. */
export function findRequest(text: string): QueueRequest | undefined {
  try {
    return readRequest(text);
  } catch {
    return undefined;
  }
}

/** The outcome of a request, from the run that it queued. */
export function outcomeOf({ id, name, page }: PipelineRun): ActionOutcome {
  return { id, name, page };
}

/** The run that a request has queued. */
export function runOf(request: string, { id }: ActionOutcome): RunReference {
  const asked = readRequest(request);
  const { kind, organization, project } = asked;
  const stage = asked.kind === 'release' ? asked.stage : undefined;
  return { kind, organization, project, id, ...(stage === undefined ? {} : { stage }) };
}
