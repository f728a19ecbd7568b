import { eventInput, markOf } from './run-mark.ts';
import type { BuildRequest, ReleaseRequest, RunRequest } from './pipelines.ts';

/** The body that queues a run of a YAML pipeline (azure-devops.md §5.1). */
export function queuedRun(request: RunRequest) {
  const { ref, commit, pipelineResources = {}, stagesToSkip = [], mark, eventKey } = request;
  const self = {
    ...(ref !== undefined && { refName: ref }),
    ...(commit !== undefined && { version: commit }),
  };
  const pipelines = mapValues(pipelineResources, (version) => ({ version }));
  const isParameter = mark === 'parameter' || mark === 'buildNumber';
  const event = { [eventInput]: eventKey };
  const parameters = { ...(isParameter && event), ...request.parameters };
  const variables = { ...(mark === 'variable' && event), ...request.variables };
  return {
    resources: {
      ...(Object.keys(self).length > 0 && { repositories: { self } }),
      ...(Object.keys(pipelines).length > 0 && { pipelines }),
    },
    templateParameters: parameters,
    variables: mapValues(variables, (value) => ({ value, isSecret: false })),
    ...(stagesToSkip.length > 0 && { stagesToSkip }),
  };
}

/** The body that queues a classic build. Its variables are JSON as text (azure-devops.md §5.2). */
export function queuedBuild(request: BuildRequest) {
  const { pipeline, ref, commit, mark, eventKey, variables, tags = [] } = request;
  const parameters = { ...(mark === 'variable' && { [eventInput]: eventKey }), ...variables };
  return {
    definition: { id: pipeline },
    ...(ref !== undefined && { sourceBranch: ref }),
    ...(commit !== undefined && { sourceVersion: commit }),
    ...(Object.keys(parameters).length > 0 && { parameters: JSON.stringify(parameters) }),
    tags: [markOf(eventKey), ...tags],
    reason: 'manual',
  };
}

/**
 * The body that creates a classic release (azure-devops.md §5.3). If it should start a single stage,
 * `stages` are all stages of the definition, so that none starts automatically.
 */
export function createdRelease(request: ReleaseRequest, stages: readonly string[]) {
  const { pipeline, artifacts, description = '', variables, stage, eventKey } = request;
  return {
    definitionId: pipeline,
    description: [description, `(${markOf(eventKey)})`].filter((part) => part !== '').join(' '),
    artifacts: artifacts.map(({ alias, version, name }) => ({
      alias,
      instanceReference: { id: version, name: name ?? null },
    })),
    isDraft: false,
    reason: 'manual',
    manualEnvironments: stage === undefined ? null : stages,
    variables: mapValues(variables, (value) => ({ value, isSecret: false })),
  };
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
