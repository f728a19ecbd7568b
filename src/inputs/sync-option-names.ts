import { nearest } from '../text/nearest.ts';

/** The options that Argo CD 2.11 to 3.5 reads from an operation (argo-cd.md §3.6) or a resource. */
const known = [
  'ApplyOutOfSyncOnly',
  'ClientSideApplyMigration',
  'CreateNamespace',
  'Delete',
  'FailOnSharedResource',
  'Force',
  'Prune',
  'PruneLast',
  'PrunePropagationPolicy',
  'Replace',
  'RespectIgnoreDifferences',
  'ServerSideApply',
  'SkipDryRunOnMissingResource',
  'Validate',
] as const;

/**
 * One warning per sync option (`Key=value`) with an unknown key. The option is still sent, because a
 * newer Argo CD may know it; others ignore it.
 */
export function warnOfSyncOptions(options: readonly string[]): readonly string[] {
  return options
    .map((option) => option.slice(0, option.indexOf('=')))
    .filter((key) => !known.some((each) => each === key))
    .map((key) => {
      const meant = nearest(key, known);
      const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
      return `syncOptions: Argo CD 3.5 does not know the option ${key} and ignores it.${question}`;
    });
}
