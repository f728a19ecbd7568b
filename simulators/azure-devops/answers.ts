import type { Build, Collection, Project, QueuedBuild } from './collection.ts';
import type { Attachment, Plan } from './plan.ts';
import type { Principal } from './principal.ts';

const planTypes = { build: 'Build', release: 'Release', gates: 'Gates', checks: 'Checks' } as const;
const emptyId = '00000000-0000-0000-0000-000000000000';

/** The list form of every response. */
export function list<T>(value: readonly T[]): { count: number; value: readonly T[] } {
  return { count: value.length, value };
}

export function planAnswer(plan: Plan) {
  return {
    scopeIdentifier: plan.projectId,
    planType: planTypes[plan.hub],
    version: plan.version,
    planId: plan.id,
    artifactUri: `vstfs:///${planTypes[plan.hub]}/${planTypes[plan.hub]}/1`,
    timeline: { id: plan.timelineId, changeId: plan.changeId },
    state: plan.state,
    result: plan.result ?? null,
    startTime: plan.startTime,
    finishTime: plan.finishTime ?? null,
    requestedById: emptyId,
    requestedForId: emptyId,
  };
}

export function timelineAnswer(plan: Plan) {
  return {
    id: plan.timelineId,
    changeId: plan.changeId,
    lastChangedBy: emptyId,
    lastChangedOn: plan.time(),
  };
}

export function attachmentAnswer(plan: Plan, attachment: Attachment, collectionUrl: string) {
  const { type, name, recordId, createdOn, lastChangedOn } = attachment;
  const place = [plan.projectId, '_apis/distributedtask/hubs', plan.hub, 'plans', plan.id];
  const record = ['timelines', plan.timelineId, 'records', recordId];
  const names = [encodeURIComponent(type), encodeURIComponent(name)];
  const href = collectionUrl + [...place, ...record, 'attachments', ...names].join('/');
  return {
    _links: { self: { href } },
    type,
    name,
    timelineId: plan.timelineId,
    recordId,
    createdOn,
    lastChangedOn,
    lastChangedBy: emptyId,
  };
}

export function projectAnswer({ id, name }: Project, collectionUrl: string) {
  return {
    id,
    name,
    url: `${collectionUrl}_apis/projects/${id}`,
    state: 'wellFormed',
    revision: 7,
    visibility: 'private',
    lastUpdateTime: '2026-01-05T08:00:00.123Z',
  };
}

/** A build as it is returned. A list may omit what it was queued with. */
export function buildAnswer(build: Build, collection: Collection, showsInputs = true) {
  const project = collection.project(build.projectId);
  const shown = project && projectAnswer(project, collection.url);
  const url = `${collection.url}${build.projectId}/_apis/build/Builds/${build.id}`;
  const { queued } = build;
  const by = queued && identityAnswer(queued.by);
  return {
    _links: {
      self: { href: url },
      web: { href: `${collection.url}${build.projectId}/_build/results?buildId=${build.id}` },
    },
    id: build.id,
    buildNumber: build.buildNumber,
    status: build.status,
    result: build.result ?? null,
    queueTime: build.queueTime,
    startTime: build.queueTime,
    finishTime: build.finishTime ?? null,
    url,
    definition: {
      id: queued?.pipeline.id ?? 12,
      name: build.definitionName,
      type: 'build',
      project: shown,
    },
    project: shown,
    uri: `vstfs:///Build/Build/${build.id}`,
    sourceBranch: build.sourceBranch,
    sourceVersion: build.sourceVersion,
    reason: 'manual',
    tags: queued?.tags ?? [],
    orchestrationPlan: { planId: build.planId },
    ...(by && { requestedFor: by, requestedBy: by, deleted: queued.isDeleted }),
    ...(queued &&
      showsInputs && {
        templateParameters: queued.templateParameters,
        parameters: JSON.stringify(queued.variables),
      }),
  };
}

export function identityAnswer({ id, name }: Principal) {
  return {
    id,
    displayName: name,
    uniqueName: `${name.toLowerCase().replaceAll(' ', '.')}@fabrikam`,
  };
}

/** A build, as a run of its pipeline. */
export function runAnswer(build: Build, queued: QueuedBuild, collection: Collection) {
  const { pipeline } = queued;
  const web = `${collection.url}${build.projectId}/_build/results?buildId=${build.id}`;
  const url = `${collection.url}${build.projectId}/_apis/pipelines/${pipeline.id}/runs/${build.id}`;
  const states = { notStarted: 'inProgress', cancelling: 'canceling' } as const;
  const { status, result } = build;
  return {
    _links: { self: { href: url }, web: { href: web } },
    templateParameters: queued.templateParameters,
    variables: Object.fromEntries(
      Object.entries(queued.variables).map(([name, value]) => [name, { value, isSecret: false }]),
    ),
    pipeline: {
      url: `${collection.url}${build.projectId}/_apis/pipelines/${pipeline.id}?revision=1`,
      id: pipeline.id,
      revision: 1,
      name: pipeline.name,
      folder: pipeline.folder,
    },
    // A run has fewer result words than a build.
    state: status === 'inProgress' || status === 'completed' ? status : states[status],
    ...(result && { result: result === 'partiallySucceeded' ? 'unknown' : result }),
    createdDate: build.queueTime,
    ...(build.finishTime !== undefined && { finishedDate: build.finishTime }),
    url,
    resources: {
      repositories: { self: { refName: build.sourceBranch, version: build.sourceVersion } },
    },
    id: build.id,
    name: build.buildNumber,
  };
}
