import { buildAnswer, identityAnswer, list, runAnswer } from './answers.ts';
import type { Answer } from './api.ts';
import type { ApiRequest, OperationName, PipelineOperation } from './api-request.ts';
import type { Build, Collection, Project, QueuedBuild } from './collection.ts';
import type { PipelineDefinition, RunInput, RunResult } from './pipeline-definition.ts';
import {
  finalYamlOf,
  invalidRun,
  needsConfiguration,
  runFaults,
  runNameOf,
} from './pipeline-definition.ts';
import type { Principal, Right } from './principal.ts';
import { badRequest, projectNotFound, Refusal } from './refusal.ts';

const operations = [
  'getConnectionData',
  'listDefinitions',
  'getPipeline',
  'previewRun',
  'queueRun',
  'getRun',
  'listBuilds',
  'queueBuild',
  'getBuild',
  'updateBuild',
  'listTags',
  'addTag',
] as const satisfies readonly PipelineOperation[];

export function isOfPipelines(operation: OperationName): operation is PipelineOperation {
  return (operations as readonly string[]).includes(operation);
}

export interface PipelinesApiSettings {
  readonly collection: Collection;
  readonly newId: () => string;
  readonly newCommit: () => string;
  /** Runs something after so many simulated milliseconds. */
  readonly after: (milliseconds: number, run: () => void) => void;
}

interface Call {
  readonly request: ApiRequest;
  readonly principal: Principal;
  readonly project: Project;
}

const namespace = 'Microsoft.TeamFoundation.Build.WebApi';
/** Until the first job of a run starts, simulated milliseconds. */
const pickUp = 100;
const ok = (json: unknown): Answer => ({ status: 200, json });

/** The API of pipelines, YAML and classic, and of their runs (azure-devops.md §5). */
export class PipelinesApi {
  readonly #settings: PipelinesApiSettings;
  readonly #collection: Collection;

  constructor(settings: PipelinesApiSettings) {
    this.#settings = settings;
    this.#collection = settings.collection;
  }

  /** Executes the request. Throws a `Refusal`. */
  answer(operation: PipelineOperation, request: ApiRequest, principal: Principal): Answer {
    if (operation === 'getConnectionData') return ok(connectionData(principal));
    const project = this.#collection.project(request.values.project ?? '');
    if (!project || (principal.projectId ?? project.id) !== project.id) {
      // A build's own URL reports only that the build does not exist.
      if (operation === 'getBuild') throw buildNotFound(request.values.buildId);
      throw projectNotFound(request.values.project ?? '');
    }
    const call = { request, principal, project };
    switch (operation) {
      case 'listDefinitions':
        return this.#definitions(call);
      case 'getPipeline':
        return ok(this.#pipelineAnswer(this.#pipeline(call, request.values.pipelineId)));
      case 'previewRun':
        return this.#preview(call);
      case 'queueRun':
        return this.#queueRun(call);
      case 'getRun':
        return this.#run(call);
      case 'listBuilds':
        return this.#builds(call);
      case 'queueBuild':
        return this.#queueBuild(call);
      case 'getBuild':
        return ok(buildAnswer(this.#build(call), this.#collection));
      case 'updateBuild':
        return this.#updateBuild(call);
      case 'listTags':
        return ok(list(this.#queued(call).tags));
      case 'addTag':
        return this.#addTag(call);
    }
  }

  #definitions({ request, principal, project }: Call): Answer {
    const wanted = wildcard(request.query.get('name') ?? '*');
    const top = Number(request.query.get('$top') ?? 10_000);
    knowsOnly(request, ['name', '$top']);
    const found = [...this.#collection.pipelines.values()].filter(
      ({ name, projectId }) =>
        projectId === project.id && principal.rights.has('View builds') && wanted.test(name),
    );
    return ok(list(found.slice(0, top).map((one) => this.#definitionAnswer(one, project))));
  }

  #definitionAnswer(pipeline: PipelineDefinition, project: Project) {
    const { id, name, folder, isDisabled } = pipeline;
    return {
      id,
      name,
      path: folder,
      type: 'build',
      queueStatus: isDisabled ? 'disabled' : 'enabled',
      revision: 1,
      quality: 'definition',
      url: `${this.#collection.url}${project.id}/_apis/build/Definitions/${id}?revision=1`,
      uri: `vstfs:///Build/Definition/${id}`,
    };
  }

  #pipelineAnswer({ id, name, folder, classic = false, projectId }: PipelineDefinition) {
    const url = `${this.#collection.url}${projectId}/_apis/pipelines/${id}?revision=1`;
    return {
      _links: { self: { href: url } },
      configuration: { type: classic ? 'designerJson' : 'yaml' },
      url,
      id,
      revision: 1,
      name,
      folder,
    };
  }

  #preview(call: Call): Answer {
    const pipeline = this.#pipeline(call, call.request.values.pipelineId);
    const input = runInput(call.request.json);
    this.#checkRights(call, pipeline, input);
    const faults = runFaults(pipeline, input);
    if (faults.length > 0) throw invalidRun(faults);
    return ok({ finalYaml: finalYamlOf(pipeline, input) });
  }

  #queueRun(call: Call): Answer {
    const pipeline = this.#pipeline(call, call.request.values.pipelineId);
    const input = runInput(call.request.json);
    this.#checkRights(call, pipeline, input);
    checkEnabled(pipeline);
    const faults = runFaults(pipeline, input);
    if (faults.length > 0) throw invalidRun(faults);
    const { build, queued } = this.#add(call, pipeline, input, []);
    return ok(runAnswer(build, queued, this.#collection));
  }

  #queueBuild(call: Call): Answer {
    const body = call.request.json as BuildBody | undefined;
    const pipeline = this.#pipeline(call, body?.definition?.id);
    const input = {
      ref: body?.sourceBranch ?? 'refs/heads/main',
      templateParameters: body?.templateParameters ?? {},
      variables: JSON.parse(body?.parameters ?? '{}') as Record<string, string>,
      stagesToSkip: [],
      pipelineResources: {},
    };
    this.#checkRights(call, pipeline, input);
    checkEnabled(pipeline);
    const validation = runFaults(pipeline, input);
    if (validation.length > 0) {
      const message = 'Could not queue the build because there were validation errors or warnings.';
      const about = { namespace, validation };
      throw new Refusal(400, 'BuildRequestValidationFailedException', message, about);
    }
    const { takesTags } = this.#collection.behavior;
    const { build } = this.#add(call, pipeline, input, takesTags ? (body?.tags ?? []) : []);
    return ok(buildAnswer(build, this.#collection));
  }

  #add(
    { principal }: Call,
    pipeline: PipelineDefinition,
    input: RunInput,
    tags: readonly string[],
  ): { build: Build; queued: QueuedBuild } {
    const { newId, newCommit, after } = this.#settings;
    const { ref, templateParameters, variables, stagesToSkip } = input;
    const queued = {
      ...{ pipeline, by: principal, templateParameters, variables, stagesToSkip },
      ...{ tags: [...tags], isDeleted: false },
    };
    const buildNumber = runNameOf(pipeline, input);
    const build = this.#collection.addBuild({
      projectId: pipeline.projectId,
      planId: newId(),
      definitionName: pipeline.name,
      sourceBranch: ref,
      sourceVersion: newCommit(),
      status: 'notStarted',
      result: undefined,
      queued,
      ...(buildNumber !== undefined && { buildNumber }),
    });
    const { run } = pipeline;
    const end = (result: RunResult) => {
      if (build.status === 'completed') return;
      this.#collection.endBuild(build, build.status === 'cancelling' ? 'canceled' : result);
    };
    if (run !== undefined) build.status = 'inProgress';
    if (typeof run === 'function') {
      after(pickUp, () => void run(Object.assign(build, { queued })).then(end));
    } else if (run !== undefined) {
      after(run.milliseconds, () => end(run.result));
    }
    return { build, queued };
  }

  #builds({ request, principal, project }: Call): Answer {
    const { query } = request;
    knowsOnly(request, [
      ...['definitions', 'buildNumber', 'minTime', 'maxTime', 'queryOrder'],
      ...['deletedFilter', 'tagFilters', '$top'],
    ]);
    if (query.get('queryOrder') !== 'queueTimeDescending') {
      throw new Error('Builds are listed here by the time of queuing only, the newest first.');
    }
    const definitions = query.get('definitions')?.split(',').map(Number);
    const number = wildcard(query.get('buildNumber') ?? '*');
    const [min, max] = [query.get('minTime') ?? '', query.get('maxTime') ?? '~'];
    const tags = query.get('tagFilters')?.split(',') ?? [];
    const withDeleted = query.get('deletedFilter') === 'includeDeleted';
    const found = [...this.#collection.builds.values()].filter(
      ({ projectId, queued, buildNumber, queueTime }) =>
        projectId === project.id &&
        principal.rights.has('View builds') &&
        (definitions?.includes(queued?.pipeline.id ?? 12) ?? true) &&
        number.test(buildNumber) &&
        queueTime >= min &&
        queueTime <= max &&
        tags.every((tag) => queued?.tags.includes(tag) === true) &&
        (withDeleted || queued?.isDeleted !== true),
    );
    const { listsInputs } = this.#collection.behavior;
    const newest = found.reverse().slice(0, Number(query.get('$top') ?? 1000));
    return ok(list(newest.map((build) => buildAnswer(build, this.#collection, listsInputs))));
  }

  #run(call: Call): Answer {
    const { pipelineId, runId } = call.request.values;
    const pipeline = this.#pipeline(call, pipelineId);
    const build = this.#collection.builds.get(Number(runId));
    if (build?.queued?.pipeline !== pipeline || build.queued.isDeleted) {
      throw buildNotFound(runId);
    }
    return ok(runAnswer(build, build.queued, this.#collection));
  }

  #updateBuild(call: Call): Answer {
    const build = this.#build(call);
    const { status } = (call.request.json ?? {}) as { status?: string };
    if (status !== 'cancelling') throw badRequest(`Builds are only canceled here, not ${status}.`);
    this.#require(call, 'Stop builds', build.queued?.pipeline);
    if (build.status === 'completed') {
      throw badRequest('The build has completed and cannot be updated.');
    }
    // Without an agent, nothing has to end first.
    if (build.status === 'notStarted') this.#collection.endBuild(build, 'canceled');
    else build.status = 'cancelling';
    return ok(buildAnswer(build, this.#collection));
  }

  #addTag(call: Call): Answer {
    const queued = this.#queued(call);
    const { tag = '' } = call.request.values;
    if (!queued.tags.includes(tag)) queued.tags.push(tag);
    return ok(list(queued.tags));
  }

  #pipeline({ principal, project }: Call, id: unknown): PipelineDefinition {
    const pipeline = this.#collection.pipelines.get(Number(id));
    if (pipeline?.projectId !== project.id || !principal.rights.has('View builds')) {
      const message = `The requested build definition ${String(id)} could not be found.`;
      throw new Refusal(404, 'DefinitionNotFoundException', message, { namespace });
    }
    return pipeline;
  }

  #build({ request, principal, project }: Call): Build {
    const { buildId } = request.values;
    const build = this.#collection.builds.get(Number(buildId));
    const isSeen = principal.rights.has('View builds') && build?.queued?.isDeleted !== true;
    if (build?.projectId !== project.id || !isSeen) throw buildNotFound(buildId);
    return build;
  }

  #queued(call: Call): QueuedBuild {
    const { queued } = this.#build(call);
    if (!queued) throw new Error('The build of a job has no tags here.');
    return queued;
  }

  #checkRights(call: Call, pipeline: PipelineDefinition, input: RunInput): void {
    this.#require(call, 'Queue builds', pipeline);
    if (needsConfiguration(pipeline, input)) {
      this.#require(call, 'Edit queue build configuration', pipeline);
    }
  }

  #require({ principal, project }: Call, right: Right, pipeline?: PipelineDefinition): void {
    if (principal.rights.has(right)) return;
    const what = pipeline ? `build pipeline ${pipeline.id}:${pipeline.name}` : 'the build';
    const message = `TF215106: Access denied. ${principal.name} needs ${right} permissions for ${what} in team project ${project.name} to perform the action. For more information, contact the Azure DevOps administrator.`;
    throw new Refusal(403, 'AccessDeniedException', message, { namespace });
  }
}

interface BuildBody {
  readonly definition?: { readonly id?: number };
  readonly sourceBranch?: string;
  readonly parameters?: string;
  readonly templateParameters?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
}

interface RunBody {
  readonly resources?: {
    readonly repositories?: { readonly self?: { readonly refName?: string } };
    readonly pipelines?: Readonly<Record<string, { readonly version?: string }>>;
  };
  readonly templateParameters?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, { readonly value: string }>>;
  readonly stagesToSkip?: readonly string[];
}

function runInput(json: unknown): RunInput {
  const { resources, templateParameters, variables, stagesToSkip } = (json ?? {}) as RunBody;
  return {
    ref: resources?.repositories?.self?.refName ?? 'refs/heads/main',
    templateParameters: templateParameters ?? {},
    variables: Object.fromEntries(
      Object.entries(variables ?? {}).map(([name, { value }]) => [name, value]),
    ),
    stagesToSkip: stagesToSkip ?? [],
    pipelineResources: Object.fromEntries(
      Object.entries(resources?.pipelines ?? {}).map(([alias, { version }]) => [alias, version]),
    ),
  };
}

function checkEnabled({ isDisabled, name }: PipelineDefinition): void {
  if (!isDisabled) return;
  const message = `Definition ${name} is disabled.`;
  throw new Refusal(400, 'DefinitionDisabledException', message, { namespace });
}

function buildNotFound(id: unknown): Refusal {
  const message = `The requested build ${String(id)} could not be found.`;
  return new Refusal(404, 'BuildNotFoundException', message);
}

function connectionData(principal: Principal) {
  const { id, displayName } = identityAnswer(principal);
  const user = { id, providerDisplayName: displayName, isActive: true, properties: {} };
  return { authenticatedUser: user, authorizedUser: user, deploymentType: 'hosted' };
}

/** A filter for names, in which `*` matches anything. */
export function wildcard(filter: string): RegExp {
  const parts = filter.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i');
}

/** An unsupported filter would find too much here without a test noticing. */
export function knowsOnly({ query, path }: ApiRequest, names: readonly string[]): void {
  const strange = [...query.keys()].filter((name) => ![...names, 'api-version'].includes(name));
  if (strange.length > 0) throw new Error(`${path}: ${strange.join(', ')} is not simulated.`);
}
