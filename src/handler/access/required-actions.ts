import type { TaskRequest } from '../../inputs/inputs.ts';
import type { Goal } from '../../sync/model/goal.ts';
import { actions, type Action } from '../config/config.ts';

/** What decides which actions a request needs. */
export type RequestedChange = Pick<TaskRequest, 'goal' | 'onTimeout' | 'onCancel' | 'followUps'>;

/**
 * The actions that a request may use. Rules must allow all of them before anything starts, since half of a
 * sync is worse than none.
 */
export function requiredActions(demand: RequestedChange): readonly Action[] {
  const needed = new Set(neededBy(demand.goal));
  if (changes(demand.goal) && mayTerminate(demand)) needed.add('terminate');
  // What an input may ask for is done with the handler's own identity (`permission` of `ActionKind`).
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

/** Only these start an operation. For the others, options for how it ends have no effect. */
function changes({ action }: Goal): boolean {
  return action === 'sync' || action === 'rollback';
}

function mayTerminate({ goal, onTimeout, onCancel }: RequestedChange): boolean {
  return goal.whenBusy === 'terminate' || onTimeout === 'terminate' || onCancel === 'terminate';
}

/** `Prune=true` or `Prune=confirm` would override the owner's `Prune=false`. */
function prunes(option: string): boolean {
  return turnsOn(option, ['prune']);
}

/** Both delete and recreate resources that cannot be changed. */
function makesAnew(option: string): boolean {
  return turnsOn(option, ['force', 'replace']);
}

/** Sync options that only make a sync safer. Anyone who may sync may set them, in exactly this form. */
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
/** Options with an action of their own. Turning one off needs no right. */
const own: readonly string[] = ['prune', 'force', 'replace'];

/**
 * The value replaces what the owner of the application set: checks such as `Validate`, or options of a newer
 * Argo CD that this version does not know.
 */
function overrides(option: string): boolean {
  return option.split(',').some((part) => {
    const [name = ''] = part.split('=');
    return !own.includes(name.trim().toLowerCase()) && !harmless.has(part.trim());
  });
}

/** Argo CD compares these exactly; a looser comparison here errs toward requiring a right. */
function turnsOn(option: string, names: readonly string[]): boolean {
  return option.split(',').some((part) => {
    const [name = '', value = ''] = part.split('=').map((text) => text.trim().toLowerCase());
    return names.includes(name) && value !== 'false';
  });
}
