import type { ApplicationSelection } from '../sync/model/application-selection.ts';
import type {
  Goal,
  Retry,
  RevisionTarget,
  RollbackTarget,
  SyncOptions,
} from '../sync/model/goal.ts';
import { parseApplicationList } from './application-list.ts';
import { readBoolean, readChoice, readInteger } from './defined-input.ts';
import type { ChoiceOf } from './definitions.ts';
import type { Fault, Parsed } from './fault.ts';
import { warnOfIdleInputs } from './idle-inputs.ts';
import { parseImageList } from './image-list.ts';
import { InputReader, type InputSource } from './input-reader.ts';
import { parseInfo, parseSyncOptions } from './key-value-lines.ts';
import { parseLabelSelector } from './label-selector.ts';
import { parsePositionedRevisions } from './positioned-revisions.ts';
import { parseResources } from './resource-lines.ts';
import { parseRetryBackoff } from './retry-backoff.ts';
import { revisionProblem } from './revision-text.ts';
import { warnOfSyncOptions } from './sync-option-names.ts';

/** What a step should do, after all inputs were found valid. */
export interface TaskRequest {
  readonly subject: ApplicationSelection;
  /** AppProject; empty: not given. */
  readonly project: string;
  readonly goal: Goal;
  /** Milliseconds for everything. */
  readonly timeout: number;
  readonly onTimeout: ChoiceOf<'onTimeout'>;
  readonly onCancel: ChoiceOf<'onCancel'>;
  /** Valid YAML as written; absent if there is none, and in data stored by older handlers. */
  readonly followUps?: string;
  /** Absent, meaning false, in data stored by older handlers. */
  readonly waitForFollowUps?: boolean;
  readonly hookLogLines: number;
  readonly publishSummary: boolean;
  /** Warnings about inputs that are allowed but probably not intended. */
  readonly warnings: readonly string[];
}

const pruneLastOption = 'PruneLast=true';

/**
 * Reads the input `followUps`. It is a parameter because an agent loads this code only if the input is
 * set.
 */
export type ParseFollowUps = (text: string) => Parsed<unknown>;

/**
 * Reads all inputs. Returns the request, or everything that is wrong with them. `readOwn` reads inputs
 * that only one of the tasks has; its faults come first. `check` runs last and refuses combinations of
 * valid inputs; it sees the default of an invalid one.
 */
export function readInputs<Own>(
  source: InputSource,
  parseFollowUps: ParseFollowUps,
  readOwn: (reader: InputReader) => Own,
  check: (request: TaskRequest & Own, reader: InputReader) => void = () => undefined,
): (TaskRequest & Own) | { readonly faults: readonly Fault[] } {
  const reader = new InputReader(source);
  const own = readOwn(reader);
  const subject = readSubject(reader);
  const project = reader.parsed('project', '', parseProject);
  const goal = readGoal(reader);
  const timeout = readInteger(reader, 'timeoutSeconds') * 1_000;
  if (goal.stableFor >= timeout) {
    const advice = 'Lower stableSeconds, or raise timeoutSeconds.';
    const seconds = String(goal.stableFor / 1_000);
    reader.refuse('stableSeconds', seconds, 'this is not less than timeoutSeconds', advice);
  }
  const request: TaskRequest & Own = {
    ...own,
    subject,
    project,
    goal,
    timeout,
    onTimeout: readChoice(reader, 'onTimeout'),
    onCancel: readChoice(reader, 'onCancel'),
    ...readFollowUps(reader, parseFollowUps),
    hookLogLines: readInteger(reader, 'hookLogLines'),
    publishSummary: readBoolean(reader, 'publishSummary'),
    warnings: [
      ...warnOfProject(project),
      ...warnOfIdleInputs(source, goal),
      ...(goal.action === 'sync' ? warnOfSyncOptions(goal.options.syncOptions) : []),
    ],
  };
  check(request, reader);
  return reader.faults.length > 0 ? { faults: reader.faults } : request;
}

function readFollowUps(
  reader: InputReader,
  parse: ParseFollowUps,
): Pick<TaskRequest, 'followUps' | 'waitForFollowUps'> {
  const waitForFollowUps = readBoolean(reader, 'waitForFollowUps');
  const followUps = reader.parsed('followUps', '', (text) => {
    const parsed = parse(text);
    return 'value' in parsed ? { value: text } : parsed;
  });
  return { ...(followUps === '' ? {} : { followUps }), waitForFollowUps };
}

function readSubject(reader: InputReader): ApplicationSelection {
  const faultsBefore = reader.faults.length;
  const names = reader.parsed('applications', [], parseApplicationList);
  const selector = reader.parsed('selector', '', parseLabelSelector);
  const expectedCount = readInteger(reader, 'expectedCount');
  if (reader.faults.length > faultsBefore) return { names };
  if (names.length > 0 && selector !== '') {
    const problem = 'it is set together with applications';
    reader.refuse('selector', selector, problem, 'Set either applications or selector.');
  } else if (names.length === 0 && selector === '') {
    const advice = 'Specify at least one application, or a selector.';
    reader.refuse('applications', '', 'neither applications nor selector is set', advice);
  }
  if (expectedCount === undefined) return selector === '' ? { names } : { selector };
  if (selector === '') {
    const problem = 'it is set without selector';
    const advice = 'Remove it, or use a selector instead of names.';
    reader.refuse('expectedCount', String(expectedCount), problem, advice);
  }
  return { selector, expectedCount };
}

function readGoal(reader: InputReader): Goal {
  const action = readChoice(reader, 'action');
  const target = readTarget(reader);
  const options = readOptions(reader);
  const to = reader.parsed('rollbackTo', { kind: 'previous' }, parseRollbackTarget);
  const { prune, dryRun } = options;
  const waiting = readWaiting(reader);
  // A dry run deploys nothing, so there is no health to wait for.
  const waitFor = dryRun && waiting.waitFor === 'health' ? 'operation' : waiting.waitFor;
  switch (action) {
    case 'sync':
      return { action, target, options, ...waiting, waitFor };
    case 'rollback':
      return { action, to, prune, dryRun, ...waiting, waitFor };
    case 'terminate':
      return { action, ...waiting };
    case 'wait':
      if (waiting.waitFor === 'none') {
        const problem = 'with action: wait, the step would do nothing';
        reader.refuse('waitFor', 'none', problem, 'Choose `operation` or `health`.');
      }
      return { action, target, ...waiting };
  }
}

function readTarget(reader: InputReader): RevisionTarget {
  const revision = reader.parsed('revision', '', parseRevision);
  const byPosition = reader.parsed('revisions', [], parsePositionedRevisions);
  if (revision !== '' && byPosition.length > 0) {
    const advice = 'Use revision for an application with one source, revisions for several.';
    reader.refuse('revisions', '', 'it is set together with revision', advice);
  }
  if (byPosition.length > 0) return { kind: 'revisions', byPosition };
  return revision === '' ? { kind: 'tracked' } : { kind: 'revision', revision };
}

function readOptions(reader: InputReader): SyncOptions {
  return {
    prune: readBoolean(reader, 'prune'),
    dryRun: readBoolean(reader, 'dryRun'),
    force: readBoolean(reader, 'force'),
    strategy: readChoice(reader, 'strategy'),
    resources: reader.parsed('resources', [], parseResources),
    syncOptions: readSyncOptions(reader),
    retry: readRetry(reader),
    info: reader.parsed('info', [], parseInfo),
  };
}

/** The options for Argo CD: those with their own input are added to the lines. */
function readSyncOptions(reader: InputReader): readonly string[] {
  const options = reader.parsed('syncOptions', [], parseSyncOptions);
  if (!readBoolean(reader, 'pruneLast')) return options;
  const others = options.filter((option) => option !== pruneLastOption);
  const contrary = others.find((option) => option.startsWith('PruneLast='));
  if (contrary !== undefined) {
    const problem = 'it contradicts pruneLast';
    reader.refuse('syncOptions', contrary, problem, 'Keep one of the two.');
  }
  return [...others, pruneLastOption];
}

function readRetry(reader: InputReader): Retry | undefined {
  const limit = readInteger(reader, 'retryLimit');
  const backoff = reader.parsed('retryBackoff', undefined, parseRetryBackoff);
  if (limit !== undefined) return { limit, backoff };
  if (backoff !== undefined) {
    const problem = 'it is set without retryLimit';
    reader.refuse(
      'retryBackoff',
      backoff.duration,
      problem,
      'Set retryLimit to the number of retries.',
    );
  }
  return undefined;
}

function readWaiting(reader: InputReader) {
  return {
    whenBusy: readChoice(reader, 'whenBusy'),
    whenWindowClosed: readChoice(reader, 'whenWindowClosed'),
    whenSuperseded: readChoice(reader, 'whenSuperseded'),
    waitFor: readChoice(reader, 'waitFor'),
    ifMissing: readChoice(reader, 'ifMissing'),
    acceptSuspended: readBoolean(reader, 'acceptSuspended'),
    includeChildren: readBoolean(reader, 'includeChildren'),
    expectImages: reader.parsed('expectImages', [], parseImageList),
    stableFor: readInteger(reader, 'stableSeconds') * 1_000,
  };
}

function parseProject(text: string): Parsed<string> {
  if (/^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/.test(text)) return { value: text };
  const problem = 'this is not the name of a project';
  const small = text.toLowerCase();
  const advice =
    small !== text && 'value' in parseProject(small)
      ? `Names of AppProjects are lowercase: use \`${small}\`.`
      : 'Use the name of the AppProject: lowercase letters, digits, `-` and `.`.';
  return { problems: [{ text, problem, advice }] };
}

function parseRevision(text: string): Parsed<string> {
  const problem = revisionProblem(text);
  return problem ? { problems: [problem] } : { value: text };
}

function parseRollbackTarget(text: string): Parsed<RollbackTarget> {
  if (text === 'previous') return { value: { kind: 'previous' } };
  if (/^\d{1,9}$/.test(text)) return { value: { kind: 'id', id: Number(text) } };
  const problem = revisionProblem(text);
  return problem ? { problems: [problem] } : { value: { kind: 'revision', revision: text } };
}

function warnOfProject(project: string): readonly string[] {
  if (project !== '') return [];
  return [
    'project is empty: Argo CD then answers "permission denied" for a missing application too, so the two cannot be told apart.',
  ];
}
