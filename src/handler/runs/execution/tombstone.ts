import type { Goal } from '../../../sync/model/goal.ts';
import type { RunSpec } from '../../run.ts';

const mostNames = 3;
const longestText = 253;

/**
 * What is kept of a run that never started: a line for the pages, of bounded size, whatever the
 * request contained.
 */
export function tombstoneOf(spec: RunSpec): RunSpec {
  const azureProject = spec.azureProject.slice(0, longestText);
  if (spec.kind === 'claim') return { ...spec, azureProject, page: '', info: [] };
  const { subject, project, goal, timeout, onTimeout, onCancel } = spec.request;
  const { hookLogLines, publishSummary } = spec.request;
  return {
    ...spec,
    azureProject,
    page: '',
    info: [],
    ...(spec.announced && { announced: { ...spec.announced, faults: [] } }),
    // Listed one by one, so that what is added to requests is not kept.
    request: {
      ...{ timeout, onTimeout, onCancel, hookLogLines, publishSummary },
      subject:
        'names' in subject
          ? { names: subject.names.slice(0, mostNames) }
          : { selector: subject.selector.slice(0, longestText) },
      project: project.slice(0, longestText),
      goal: goalOf(goal),
      warnings: [],
    },
  };
}

function goalOf(goal: Goal): Goal {
  const plain = { ...goal, expectImages: [] };
  switch (plain.action) {
    case 'sync': {
      const options = { ...plain.options, resources: [], syncOptions: [], info: [] };
      return { ...plain, target: { kind: 'tracked' }, options: { ...options, retry: undefined } };
    }
    case 'wait':
      return { ...plain, target: { kind: 'tracked' } };
    case 'rollback':
      return { ...plain, to: { kind: 'previous' } };
    case 'terminate':
      return plain;
  }
}
