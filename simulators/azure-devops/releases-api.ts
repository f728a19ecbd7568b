import { identityAnswer, list } from './answers.ts';
import type { Answer } from './api.ts';
import type { ApiRequest, OperationName, ReleaseOperation } from './api-request.ts';
import type { Collection, Project } from './collection.ts';
import { knowsOnly } from './pipelines-api.ts';
import type { Principal, Right } from './principal.ts';
import { badRequest, projectNotFound, Refusal } from './refusal.ts';
import type { DeployedStage, ReleaseDefinition, StageStatus } from './release.ts';
import { Release } from './release.ts';

const operations = [
  'listReleaseDefinitions',
  'getReleaseDefinition',
  'listReleases',
  'createRelease',
  'getRelease',
  'updateReleaseStage',
] as const satisfies readonly ReleaseOperation[];

export function isOfReleases(operation: OperationName): operation is ReleaseOperation {
  return (operations as readonly string[]).includes(operation);
}

interface Call {
  readonly request: ApiRequest;
  readonly principal: Principal;
  readonly project: Project;
}

interface ReleaseBody {
  readonly definitionId?: number;
  readonly description?: string;
  readonly artifacts?: readonly {
    readonly alias: string;
    readonly instanceReference: { readonly id: string };
  }[];
  readonly manualEnvironments?: readonly string[] | null;
  readonly variables?: Readonly<Record<string, { readonly value: string }>>;
}

const namespace = 'Microsoft.VisualStudio.Services.ReleaseManagement.WebApi.Exceptions';
const ok = (json: unknown): Answer => ({ status: 200, json });

/** The API of classic releases (azure-devops.md §5.3). */
export class ReleasesApi {
  readonly #collection: Collection;

  constructor(collection: Collection) {
    this.#collection = collection;
  }

  /** Executes the request. Throws a `Refusal`. */
  answer(operation: ReleaseOperation, request: ApiRequest, principal: Principal): Answer {
    const project = this.#collection.project(request.values.project ?? '');
    if (!project || (principal.projectId ?? project.id) !== project.id) {
      throw projectNotFound(request.values.project ?? '');
    }
    const call = { request, principal, project };
    require(call, 'View releases');
    switch (operation) {
      case 'listReleaseDefinitions':
        return this.#definitions(call);
      case 'getReleaseDefinition':
        return ok(definitionAnswer(this.#definition(call, request.values.definitionId)));
      case 'listReleases':
        return this.#releases(call);
      case 'createRelease':
        return this.#create(call);
      case 'getRelease':
        return ok(this.#answer(this.#release(call), true));
      case 'updateReleaseStage':
        return this.#updateStage(call);
    }
  }

  #definitions({ request, project }: Call): Answer {
    const { query } = request;
    knowsOnly(request, ['searchText', 'isExactNameMatch', '$top']);
    const text = (query.get('searchText') ?? '').toLowerCase();
    const isExact = query.get('isExactNameMatch') === 'true';
    const found = [...this.#collection.releaseDefinitions.values()].filter(
      ({ name, projectId }) =>
        projectId === project.id &&
        (isExact ? name.toLowerCase() === text : name.toLowerCase().includes(text)),
    );
    return ok(list(found.map(definitionReference)));
  }

  #create(call: Call): Answer {
    const body = (call.request.json ?? {}) as ReleaseBody;
    const definition = this.#definition(call, body.definitionId);
    require(call, 'Create releases');
    const { artifacts: aliases = [], settableVariables = [] } = definition;
    const artifacts = Object.fromEntries(
      (body.artifacts ?? []).map(({ alias, instanceReference }) => [alias, instanceReference.id]),
    );
    const missing = aliases.find((alias) => artifacts[alias] === undefined);
    if (missing !== undefined) {
      const message = `Latest version information could not be loaded for artifact ${missing}. This could be due to inaccessible artifact source or no version is available.`;
      throw new Refusal(400, 'ArtifactVersionUnavailableException', message, { namespace });
    }
    const variables = Object.fromEntries(
      Object.entries(body.variables ?? {}).map(([name, { value }]) => [name, value]),
    );
    const fixed = Object.keys(variables).filter((name) => !settableVariables.includes(name));
    if (fixed.length > 0) {
      throw badRequest(`Variable(s) ${fixed.join(', ')} cannot be overridden at release time.`);
    }
    const release = new Release({
      id: this.#collection.releases.size + 1,
      definition,
      description: body.description ?? '',
      createdBy: call.principal,
      createdOn: new Date(this.#collection.now()).toISOString(),
      artifacts,
      variables,
      manualStages: body.manualEnvironments ?? [],
    });
    this.#collection.releases.set(release.id, release);
    return ok(this.#answer(release, true));
  }

  #releases({ request, project }: Call): Answer {
    const { query } = request;
    knowsOnly(request, ['definitionId', 'minCreatedTime', 'queryOrder', '$expand', '$top']);
    const definitionId = Number(query.get('definitionId'));
    const min = query.get('minCreatedTime') ?? '';
    const found = [...this.#collection.releases.values()].filter(
      ({ definition, createdOn }) =>
        definition.projectId === project.id && definition.id === definitionId && createdOn >= min,
    );
    const isExpanded = query.get('$expand') === 'environments';
    const newest = found.reverse().slice(0, Number(query.get('$top') ?? 50));
    return ok(list(newest.map((release) => this.#answer(release, isExpanded))));
  }

  #updateStage(call: Call): Answer {
    const release = this.#release(call);
    const { stageId } = call.request.values;
    const stage = release.stages.find(({ id }) => id === Number(stageId));
    if (!stage) {
      const message = `The environment ${stageId} of ${release.name} was not found.`;
      throw new Refusal(404, 'ReleaseEnvironmentNotFoundException', message, { namespace });
    }
    require(call, 'Manage deployments');
    const { status } = (call.request.json ?? {}) as { status?: StageStatus };
    const isStart = status === 'inProgress' && stage.status !== 'inProgress';
    const isCancel = status === 'canceled' && ['inProgress', 'queued'].includes(stage.status);
    if (!isStart && !isCancel) {
      throw badRequest(`Stage ${stage.name} is ${stage.status} and cannot be ${status}.`);
    }
    stage.status = isStart ? 'inProgress' : 'canceled';
    return ok(stageAnswer(stage, release));
  }

  #definition({ project }: Call, id: unknown): ReleaseDefinition {
    const found = this.#collection.releaseDefinitions.get(Number(id));
    if (found?.projectId === project.id) return found;
    const message = `Release definition with ID ${String(id)} does not exist.`;
    throw new Refusal(404, 'ReleaseDefinitionNotFoundException', message, { namespace });
  }

  #release({ request, project }: Call): Release {
    const { releaseId } = request.values;
    const found = this.#collection.releases.get(Number(releaseId));
    if (found?.definition.projectId === project.id) return found;
    const message = `Release with ID ${releaseId} does not exist.`;
    throw new Refusal(404, 'ReleaseNotFoundException', message, { namespace });
  }

  #answer(release: Release, isExpanded: boolean) {
    const { id, name, status, description, createdOn, createdBy, definition } = release;
    const web = `${this.#collection.url}${definition.projectId}/_release?releaseId=${id}&_a=release-summary`;
    return {
      id,
      name,
      status,
      createdOn,
      createdBy: identityAnswer(createdBy),
      description,
      releaseDefinition: { id: definition.id, name: definition.name },
      reason: 'manual',
      variables: Object.fromEntries(
        Object.entries(release.variables).map(([key, value]) => [key, { value }]),
      ),
      ...(isExpanded && {
        environments: release.stages.map((stage) => stageAnswer(stage, release)),
      }),
      _links: { web: { href: web } },
    };
  }
}

function stageAnswer(stage: DeployedStage, release: Release) {
  const { id, name, status, after, isAutomatic } = stage;
  const condition =
    after === undefined || !isAutomatic
      ? []
      : after === 'release'
        ? [{ name: 'ReleaseStarted', conditionType: 'event', value: '' }]
        : [{ name: after.stage, conditionType: 'environmentState', value: '4' }];
  return {
    id,
    releaseId: release.id,
    name,
    status,
    rank: release.stages.indexOf(stage) + 1,
    conditions: condition,
  };
}

function definitionReference({ id, name, folder }: ReleaseDefinition) {
  return { id, name, path: folder, revision: 1, isDeleted: false };
}

function definitionAnswer(definition: ReleaseDefinition) {
  const { stages, artifacts = [], settableVariables = [] } = definition;
  return {
    ...definitionReference(definition),
    environments: stages.map(({ name }, place) => ({ id: place + 1, name, rank: place + 1 })),
    artifacts: artifacts.map((alias) => ({ alias, type: 'Build' })),
    variables: Object.fromEntries(
      settableVariables.map((name) => [name, { value: '', allowOverride: true }]),
    ),
  };
}

function require({ principal, project }: Call, right: Right): void {
  if (principal.rights.has(right)) return;
  const message = `VS402904: Access denied: User ${principal.name} does not have ${right.toLowerCase()} permission. Contact your release manager.`;
  throw new Refusal(403, 'AccessDeniedException', `${message} (${project.name})`, { namespace });
}
