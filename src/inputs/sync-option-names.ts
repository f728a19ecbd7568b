import { nearest } from '../text/nearest.ts';

const flag = ['true', 'false'] as const;
const confirmed = [...flag, 'confirm'] as const;

/**
 * The options that Argo CD 2.11 to 3.5 reads from an operation (argo-cd.md §3.6) or a resource, and
 * their values: it compares exactly, and ignores any other text.
 */
const known: Readonly<Record<string, readonly string[]>> = {
  ApplyOutOfSyncOnly: flag,
  ClientSideApplyMigration: flag,
  CreateNamespace: flag,
  Delete: confirmed,
  FailOnSharedResource: flag,
  Force: flag,
  Prune: confirmed,
  PruneLast: flag,
  PrunePropagationPolicy: ['foreground', 'background', 'orphan'],
  Replace: flag,
  RespectIgnoreDifferences: flag,
  ServerSideApply: flag,
  SkipDryRunOnMissingResource: flag,
  Validate: flag,
};

/**
 * One warning per sync option (`Key=value`) with an unknown key, or with a value that its key does not
 * have. The option is still sent, because a newer Argo CD may know it; others ignore it.
 */
export function warnOfSyncOptions(options: readonly string[]): readonly string[] {
  return options.flatMap((option) => {
    const at = option.indexOf('=');
    const [key, value] = [option.slice(0, at), option.slice(at + 1)];
    const values = Object.hasOwn(known, key) ? known[key] : undefined;
    if (values === undefined) {
      return `syncOptions: Argo CD 3.5 does not know the option ${key} and ignores it.${question(key, Object.keys(known))}`;
    }
    if (values.includes(value)) return [];
    const several = /[,;]/.test(value) ? ' Write one option per line.' : '';
    return `syncOptions: Argo CD 3.5 ignores ${option}: ${key} is ${values.join(' or ')}.${several || question(value, values)}`;
  });
}

function question(word: string, choices: readonly string[]): string {
  const meant = nearest(word, choices);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}
