import { printName } from '../sync/model/application.ts';
import type { ApplicationSelection } from '../sync/model/application-selection.ts';
import { isDryRun } from '../sync/model/goal.ts';
import type { Goal, RevisionTarget } from '../sync/model/goal.ts';
import { shortRevision } from '../sync/model/revision.ts';
import { printDuration } from '../text/duration-text.ts';
import { logLine } from '../text/foreign-text.ts';
import type { TaskRequest } from '../inputs/inputs.ts';

const shownNames = 10;

/** The first lines of the log: what the run will do, where and how, and the warnings. */
export function openingLines(request: TaskRequest, server: string): readonly string[] {
  const { goal, subject, timeout, warnings } = request;
  return [
    logLine(`${describeAction(goal, subject)} on ${server}`, 1_000),
    `${capitalize([...describeManner(goal), `at most ${printDuration(timeout)}`].join('; '))}.`,
    ...warnings.map((warning) => `##[warning]${logLine(warning)}`),
  ];
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function describeAction(goal: Goal, subject: ApplicationSelection): string {
  const applications = printSubject(subject);
  const one = 'names' in subject && subject.names.length === 1;
  switch (goal.action) {
    case 'sync': {
      const verb = goal.options.dryRun ? 'Dry run: sync' : 'Sync';
      return `${verb} ${applications} to ${printTarget(goal.target, one)}`;
    }
    case 'wait':
      return `Wait until ${applications} ${one ? 'runs' : 'run'} ${printTarget(goal.target, one)}`;
    case 'rollback':
      return `${goal.dryRun ? 'Dry run: roll' : 'Roll'} ${applications} back to ${printRollback(goal.to)}`;
    case 'terminate':
      return `Terminate the running operation of ${applications}`;
  }
}

/** The applications in words, at most ten by name. */
export function printSubject(subject: ApplicationSelection): string {
  if ('selector' in subject) {
    const { selector, expectedCount } = subject;
    return `the ${expectedCount === undefined ? '' : `${expectedCount} `}applications with ${selector}`;
  }
  const names = subject.names.map(printName);
  if (names.length === 1) return names.join('');
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
  return `${names.length} applications (${names.slice(0, shownNames).join(', ')}${more})`;
}

function printTarget(target: RevisionTarget, one: boolean): string {
  switch (target.kind) {
    case 'tracked':
      return `the revision ${one ? 'it tracks' : 'they track'}`;
    case 'revision':
      return shortRevision(target.revision);
    case 'revisions':
      return target.byPosition
        .map(({ position, revision }) => `${shortRevision(revision)} (source ${position})`)
        .join(', ');
  }
}

function printRollback(to: Extract<Goal, { action: 'rollback' }>['to']): string {
  switch (to.kind) {
    case 'previous':
      return 'the previous deployment';
    case 'id':
      return `history id ${to.id}`;
    case 'revision':
      return shortRevision(to.revision);
  }
}

function describeManner(goal: Goal): readonly string[] {
  switch (goal.action) {
    case 'sync':
      return [...describeSync(goal), describeEnd(goal)];
    case 'rollback':
      return [
        ...flags(goal),
        ...(goal.dryRun ? [unchanged] : []),
        'a rollback runs no hooks',
        describeEnd(goal),
      ];
    case 'wait':
      return [describeEnd(goal)];
    case 'terminate':
      return ['no matter who started it'];
  }
}

function describeSync({ options }: Extract<Goal, { action: 'sync' }>): readonly string[] {
  const { resources, strategy, force, syncOptions } = options;
  return [
    ...flags(options),
    ...(force ? ['with force'] : []),
    ...(syncOptions.length > 0 ? [`with ${logLine(syncOptions.join(', '), 200)}`] : []),
    ...(options.dryRun ? [unchanged] : []),
    describeHooks(resources.length, options.dryRun ? 'none' : strategy),
  ];
}

const unchanged = 'nothing is changed';

/** `none` is a dry run, which creates neither hooks nor anything else. */
function describeHooks(selected: number, strategy: 'hook' | 'apply' | 'none'): string {
  if (selected > 0) return 'only the selected resources, for which Argo CD runs no hooks';
  if (strategy === 'none') return 'no hook runs';
  return strategy === 'apply' ? 'strategy apply: hooks do not run' : 'hooks run';
}

function flags({ prune }: { readonly prune: boolean }): readonly string[] {
  return prune ? ['pruning'] : [];
}

function describeEnd(goal: Goal): string {
  if (isDryRun(goal) && goal.waitFor !== 'none') return 'followed to the end of the dry run';
  const isPart = goal.action === 'sync' && goal.options.resources.length > 0;
  const healthy = isPart ? 'until these are Healthy' : 'until Healthy';
  switch (goal.waitFor) {
    case 'none':
      return 'not followed';
    case 'operation':
      return 'followed to the end of the operation';
    case 'health':
      return goal.stableFor > 0
        ? `followed ${healthy} for ${printDuration(goal.stableFor)}`
        : `followed ${healthy}`;
  }
}
