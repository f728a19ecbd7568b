import { printKey } from '../model/application.ts';
import type { Application, ResourceKey } from '../model/application.ts';
import { healthInScope } from './health.ts';
import type { OperationState } from '../model/operation.ts';
import type { RunWarning } from '../model/outcome.ts';
import type { Plan } from '../plan/plan.ts';

/**
 * Conditions that do not stop a sync, but mean that something is not as its author thinks; with
 * advice that Argo CD does not give.
 */
const warned: ReadonlyMap<string, string> = new Map([
  ['SharedResourceWarning', ''],
  // NormalizeTargetObjects in controller/state.go
  ['RepeatedResourceWarning', 'Argo CD applies only the last of them: remove the others.'],
  ['ExcludedResourceWarning', ''],
]);
const shown = 5;

/**
 * What needs attention although the operation succeeded. `isMissing`: resources stayed missing after
 * Argo CD had compared the application; before that, missing means nothing.
 */
export function findRunWarnings(
  application: Application,
  state: OperationState | undefined,
  plan: Plan | undefined,
  isMissing: boolean,
): readonly RunWarning[] {
  return [
    ...(state === undefined ? [] : leftUnpruned(state)),
    ...(state === undefined ? [] : skippedHooks(state, plan)),
    ...application.conditions
      .filter(({ type }) => warned.has(type))
      .map(({ type, message }) => ({
        title: type,
        message: [message, warned.get(type)].filter(Boolean).join(' '),
      })),
    ...(state === undefined || !isMissing ? [] : disappeared(application, state)),
  ];
}

/**
 * `Prune=false` on the resource is intended; `requires pruning` means that something was left
 * undone.
 */
function leftUnpruned({ results }: OperationState): readonly RunWarning[] {
  const left = results.filter(
    ({ status, message }) => status === 'PruneSkipped' && !message.includes('no prune'),
  );
  if (left.length === 0) return [];
  return [
    {
      title: `${count(left, 'resource is', 'resources are')} no longer in Git but still in the cluster`,
      message: `${names(left)}. Set prune: true to delete them.`,
    },
  ];
}

function skippedHooks(
  { operation }: OperationState,
  plan: Plan | undefined,
): readonly RunWarning[] {
  if (operation.strategy !== 'apply' || operation.info.length === 0) return [];
  const hooks = plan?.skippedHooks;
  if (hooks !== undefined && hooks.length === 0) return [];
  return [
    {
      title: 'Strategy "apply" ran no hooks',
      message:
        hooks === undefined
          ? 'The application may have PreSync, Sync and PostSync hooks; none of them ran.'
          : `These did not run: ${names(hooks)}.`,
    },
  ];
}

function disappeared(
  application: Application,
  { operation }: OperationState,
): readonly RunWarning[] {
  const gone = healthInScope(application, operation).unhealthy.filter(
    ({ health }) => health?.status === 'Missing',
  );
  if (gone.length === 0 || operation.dryRun) return [];
  return [
    {
      title: `${count(gone, 'resource', 'resources')} disappeared after the sync`,
      message: `${names(gone)}. A Job that is removed when it ends (ttlSecondsAfterFinished) should be a hook.`,
    },
  ];
}

function count(list: readonly unknown[], one: string, many: string): string {
  return `${list.length} ${list.length === 1 ? one : many}`;
}

function names(keys: readonly ResourceKey[]): string {
  const rest = keys.length > shown ? ` and ${keys.length - shown} more` : '';
  return `${keys.slice(0, shown).map(printKey).join(', ')}${rest}`;
}
