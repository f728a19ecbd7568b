import { printKey } from './application.ts';
import type { HistoryEntry, ResourceKey, Source } from './application.ts';
import type { PositionedRevision, Retry, RollbackGoal } from './goal.ts';
import type { Operation } from './operation.ts';
import { compareRevision, isSame, printRevisions } from './revision.ts';

/** What a request for a sync asks for. `undefined` leaves the application's own setting in force. */
export interface RequestedSync {
  readonly revision: string | undefined;
  readonly revisions: readonly PositionedRevision[];
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly strategy: 'hook' | 'apply';
  readonly resources: readonly ResourceKey[];
  /** The whole list: what is sent replaces the application's own. */
  readonly syncOptions: readonly string[] | undefined;
  readonly retry: Retry | undefined;
}

/** A field in which the operation that Argo CD holds is not the one that was asked for. */
export interface Deviation {
  readonly field: string;
  readonly asked: string;
  readonly stored: string;
}

/** What was found of an operation; `fingerprint` says which one was looked at. */
export interface CheckedOperation {
  readonly fingerprint: string;
  readonly deviations: readonly Deviation[];
}

type Check = (asked: RequestedSync, stored: Operation) => readonly Deviation[];

const checks: readonly Check[] = [
  checkRevision,
  checkPositions,
  ({ strategy }, stored) => differ('strategy', strategy, stored.strategy),
  ({ force }, stored) => differ('force', force, stored.force),
  ({ prune }, stored) => differ('prune', prune, stored.prune),
  ({ dryRun }, stored) => differ('dryRun', dryRun, stored.dryRun),
  checkResources,
  checkOptions,
  checkRetry,
];

/**
 * Where the operation that Argo CD holds differs from what was asked of it. Argo CD takes a request
 * and leaves out what does not apply, without a word; others may change what it stored (admission
 * webhooks). It may resolve revisions, and fill in what was left to the application's own settings.
 */
export function deviationsOf(asked: RequestedSync, stored: Operation): readonly Deviation[] {
  return checks.flatMap((check) => check(asked, stored));
}

/** The same for a rollback, which returns to a deployment of the history. */
export function rollbackDeviationsOf(
  entry: Pick<HistoryEntry, 'revisions'>,
  { prune, dryRun }: Pick<RollbackGoal, 'prune' | 'dryRun'>,
  stored: Operation,
): readonly Deviation[] {
  const [asked, kept] = [entry.revisions, stored.revisions].map(printRevisions);
  return [
    ...(isSame(entry.revisions, stored.revisions) ? [] : differ('revision', asked ?? '', kept)),
    ...differ('prune', prune, stored.prune),
    ...differ('dryRun', dryRun, stored.dryRun),
  ];
}

export function printDeviation({ field, asked, stored }: Deviation): string {
  return `${field}: asked for ${asked}, stored ${stored}`;
}

/** `stored` is undefined where an elder version of this program did not keep the field. */
function differ(
  field: string,
  asked: string | boolean | number,
  stored: string | boolean | number | undefined,
): readonly Deviation[] {
  if (stored === undefined || asked === stored) return [];
  return [{ field, asked: String(asked), stored: String(stored) }];
}

/** `revision` counts only where the operation has no list of sources. */
function checkRevision({ revision }: RequestedSync, stored: Operation): readonly Deviation[] {
  if (revision === undefined) return [];
  const [source] = stored.sources ?? [];
  const isIgnored = stored.multiSource === true;
  return isIgnored || isOther(source, revision, stored.revisions[0])
    ? [{ field: 'revision', asked: revision, stored: printRevisions(stored.revisions) }]
    : [];
}

/** Positions count only where it has one. */
function checkPositions({ revisions }: RequestedSync, stored: Operation): readonly Deviation[] {
  return revisions.flatMap(({ position, revision }) => {
    const isIgnored = stored.multiSource === false;
    const kept = stored.revisions[position - 1];
    if (!isIgnored && !isOther(stored.sources?.[position - 1], revision, kept)) return [];
    const field = `revision of source ${position}`;
    return [{ field, asked: revision, stored: printRevisions(kept === undefined ? [] : [kept]) }];
  });
}

function isOther(source: Source | undefined, asked: string, stored: string | undefined): boolean {
  if (stored === undefined) return true;
  return source !== undefined && compareRevision(source, asked, stored) === 'other';
}

function checkResources({ resources }: RequestedSync, stored: Operation): readonly Deviation[] {
  return differSets(
    'resources',
    resources.map(identityOf),
    stored.resources.map(identityOf),
    () => [printSome(resources.map(printKey)), printSome(stored.resources.map(printKey))],
  );
}

function identityOf({ group, kind, namespace, name }: ResourceKey): string {
  return JSON.stringify([group, kind, namespace, name]);
}

function checkOptions({ syncOptions }: RequestedSync, stored: Operation): readonly Deviation[] {
  const kept = stored.syncOptions;
  if (syncOptions === undefined || kept === undefined) return [];
  return differSets('syncOptions', syncOptions, kept, () => [
    printSome(syncOptions),
    printSome(kept),
  ]);
}

function differSets(
  field: string,
  asked: readonly string[],
  stored: readonly string[],
  print: () => readonly [string, string],
): readonly Deviation[] {
  const [wanted, kept] = [new Set(asked), new Set(stored)];
  if (wanted.size === kept.size && asked.every((one) => kept.has(one))) return [];
  const [askedText, storedText] = print();
  return [{ field, asked: askedText, stored: storedText }];
}

/** As many as fit a message. */
function printSome(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `${names.slice(0, 5).join(', ')}${more}`;
}

function checkRetry({ retry }: RequestedSync, stored: Operation): readonly Deviation[] {
  if (retry === undefined || stored.retry === undefined) return [];
  const { limit, backoff } = retry;
  const kept = stored.retry;
  const { duration, factor, maxDuration } = backoff ?? {};
  return [
    ...differ('retry limit', limit, kept.limit),
    ...(duration === undefined ? [] : differ('retry backoff', duration, kept.duration)),
    ...(factor === undefined ? [] : differ('retry factor', factor, kept.factor)),
    ...(maxDuration === undefined ? [] : differ('retry maximum', maxDuration, kept.maxDuration)),
  ];
}
