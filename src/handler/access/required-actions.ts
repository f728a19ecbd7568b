import type { TaskRequest } from '../../inputs/inputs.ts';
import type { Goal } from '../../sync/model/goal.ts';
import { actions, type Action } from '../config/config.ts';

/** What of a request decides which actions it needs. */
export type RequestedChange = Pick<TaskRequest, 'goal' | 'onTimeout' | 'onCancel' | 'followUps'>;

/**
 * The actions that a request may come to use: a rule must allow every one of them before anything
 * begins, since half of a sync is worse than none.
 */
export function requiredActions(demand: RequestedChange): readonly Action[] {
  const needed = new Set(neededBy(demand.goal));
  if (changes(demand.goal) && mayTerminate(demand)) needed.add('terminate');
  // The handler's own identity queues them.
  if (demand.followUps !== undefined) needed.add('queue');
  return actions.filter((action) => needed.has(action));
}

function neededBy(goal: Goal): readonly Action[] {
  switch (goal.action) {
    case 'wait':
      return ['gate'];
    case 'terminate':
      return ['terminate'];
    case 'rollback':
      return goal.prune ? ['rollback', 'prune'] : ['rollback'];
    case 'sync': {
      const { prune, force, strategy, resources, syncOptions } = goal.options;
      const needed: Action[] = ['sync'];
      if (prune || syncOptions.some(prunes)) needed.push('prune');
      if (force || syncOptions.some(makesAnew)) needed.push('force');
      if (strategy === 'apply' || resources.length > 0) needed.push('skipHooks');
      if (syncOptions.some(overrides)) needed.push('override');
      return needed;
    }
  }
}

/** Only these start an operation; what the others say about endings has no effect. */
function changes({ action }: Goal): boolean {
  return action === 'sync' || action === 'rollback';
}

function mayTerminate({ goal, onTimeout, onCancel }: RequestedChange): boolean {
  return goal.whenBusy === 'terminate' || onTimeout === 'terminate' || onCancel === 'terminate';
}

/** `Prune=true` or `Prune=confirm` would replace the `Prune=false` with which an owner forbade it. */
function prunes(option: string): boolean {
  return turnsOn(option, ['prune']);
}

/** Both delete resources that cannot be changed, and create them again. */
function makesAnew(option: string): boolean {
  return turnsOn(option, ['force', 'replace']);
}

/** Sync options that add care and take none away, as they must be written: whoever may sync may set them. */
const harmless: ReadonlySet<string> = new Set([
  'ApplyOutOfSyncOnly=false',
  'ClientSideApplyMigration=true',
  'CreateNamespace=true',
  'FailOnSharedResource=true',
  'PruneLast=true',
  'PrunePropagationPolicy=foreground',
  'ServerSideApply=true',
  'SkipDryRunOnMissingResource=false',
  'Validate=true',
]);
/** Each has an action of its own where it is turned on, and does less where it is not. */
const own: readonly string[] = ['prune', 'force', 'replace'];

/**
 * What is sent replaces what the owner of the application set: checks such as `Validate`, or an option
 * of a newer Argo CD that nobody here knows.
 */
function overrides(option: string): boolean {
  return option.split(',').some((part) => {
    const [name = ''] = part.split('=');
    return !own.includes(name.trim().toLowerCase()) && !harmless.has(part.trim());
  });
}

/** Argo CD reads these as they are written; a looser reading here errs on the side of a rule. */
function turnsOn(option: string, names: readonly string[]): boolean {
  return option.split(',').some((part) => {
    const [name = '', value = ''] = part.split('=').map((text) => text.trim().toLowerCase());
    return names.includes(name) && value !== 'false';
  });
}
