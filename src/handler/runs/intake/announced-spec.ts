import { announcedInputNames, longestDirectWait } from '../../../inputs/direct-definitions.ts';
import { printFault, type Fault } from '../../../inputs/fault.ts';
import { readInputs, type TaskRequest } from '../../../inputs/inputs.ts';
import type { Application, ApplicationName } from '../../../sync/model/application.ts';
import { printName } from '../../../sync/model/application.ts';
import type { RequestedSync } from '../../../sync/model/stored-operation.ts';
import { printDuration } from '../../../text/duration-text.ts';
import { logLine } from '../../../text/foreign-text.ts';
import type { FollowSpec } from '../../run.ts';
import type { Announcement } from './announcement.ts';

const mostFaults = 10;
const longestFault = 500;

/** The application and Argo CD of an announcement, and the client whose rules apply. */
export interface AnnouncedTo {
  readonly application: Pick<Application, 'name' | 'namespace' | 'uid' | 'project'>;
  readonly argocd: string;
  /** Argo CD's own namespace: applications there are named without it. */
  readonly namespace: string;
  readonly client: string;
  /** By Argo CD's clock; absent if the operation has not started. */
  readonly startedAt: number | undefined;
}

/**
 * The spec of a run that follows an operation which Azure DevOps itself has requested. Invalid inputs must
 * not leave the task waiting for nothing: they are part of the spec, and end the run once it has proven
 * itself.
 */
export function announcedSpec(
  { address, buildId, inputs }: Announcement,
  { application, argocd, namespace, client, startedAt }: AnnouncedTo,
): FollowSpec {
  const name = nameOf(application, namespace);
  const own = { action: 'sync', applications: printName(name), project: application.project };
  const known = [...inputs].filter(([input]) => isKnown(input));
  const reading = readRequest(new Map([...known, ...Object.entries(own)]));
  const faults = [...unknownInputs(inputs), ...('faults' in reading ? reading.faults : [])];
  const request = 'faults' in reading ? readRequest(new Map(Object.entries(own))) : reading;
  if ('faults' in request) throw new Error(request.faults.map(printFault).join('; '));
  return {
    kind: 'sync',
    address,
    client,
    azureProject: '',
    argocd,
    request: { ...request, subject: { names: [name] } },
    info: [],
    page: buildId === undefined ? '' : pageOf(address, buildId),
    buildId,
    announced: {
      uid: application.uid,
      ...(startedAt !== undefined && { startedAt }),
      faults: faults.slice(0, mostFaults).map((fault) => logLine(printFault(fault), longestFault)),
    },
  };
}

/** The sync that the task says it requested: what Argo CD stored must match. */
export function announcedSync({ goal }: Pick<TaskRequest, 'goal'>): RequestedSync {
  if (goal.action !== 'sync') throw new Error('only a sync is announced');
  const { target, options } = goal;
  const { prune, dryRun, force, strategy } = options;
  return {
    revision: target.kind === 'revision' ? target.revision : undefined,
    revisions: [],
    ...{ prune, dryRun, force, strategy, resources: [] },
    syncOptions: undefined,
    retry: undefined,
  };
}

function readRequest(
  inputs: ReadonlyMap<string, string>,
): TaskRequest | { readonly faults: readonly Fault[] } {
  return readInputs(
    { input: (name) => inputs.get(name) },
    // Announced runs have no follow-ups of their own.
    () => ({ value: undefined }),
    () => ({}),
    ({ timeout }, reader) => {
      if (timeout <= longestDirectWait) return;
      const problem = `Azure DevOps waits at most ${printDuration(longestDirectWait)} for this task`;
      const advice = `Use at most ${longestDirectWait / 1_000}.`;
      reader.refuse('timeoutSeconds', String(timeout / 1_000), problem, advice);
    },
  );
}

/** Includes inputs of other tasks: an operation may contain only what its task writes. */
function unknownInputs(inputs: ReadonlyMap<string, string>): readonly Fault[] {
  return [...inputs.keys()]
    .filter((name) => !isKnown(name))
    .map((input) => ({
      input: logLine(input, 60),
      value: '',
      problem: 'this handler does not support the input',
      advice: 'Upgrade the handler to the version of the task.',
    }));
}

function isKnown(input: string): boolean {
  const names: readonly string[] = announcedInputNames;
  return names.includes(input);
}

function nameOf(
  { name, namespace }: Pick<Application, 'name' | 'namespace'>,
  own: string,
): ApplicationName {
  return namespace === own ? { name } : { name, namespace };
}

function pageOf({ collection, projectId }: FollowSpec['address'], buildId: number): string {
  return `${collection}/${projectId}/_build/results?buildId=${buildId}`;
}
