import type { Build, Collection, Project } from './collection.ts';
import type { Attachment, Plan } from './plan.ts';

const planTypes = { build: 'Build', release: 'Release', gates: 'Gates', checks: 'Checks' } as const;
const emptyId = '00000000-0000-0000-0000-000000000000';

/** The list form of every answer. */
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

export function buildAnswer(build: Build, collection: Collection) {
  const project = collection.project(build.projectId);
  const shown = project && projectAnswer(project, collection.url);
  const url = `${collection.url}${build.projectId}/_apis/build/Builds/${build.id}`;
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
    definition: { id: 12, name: build.definitionName, type: 'build', project: shown },
    project: shown,
    uri: `vstfs:///Build/Build/${build.id}`,
    sourceBranch: build.sourceBranch,
    sourceVersion: build.sourceVersion,
    reason: 'manual',
    tags: [],
    orchestrationPlan: { planId: build.planId },
  };
}
