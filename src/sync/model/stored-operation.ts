import { printKey, resourceId } from './application.ts';
import type { Application, HistoryEntry, ResourceKey, Source } from './application.ts';
import type { PositionedRevision, Retry, RollbackGoal } from './goal.ts';
import type { Operation, StoredRetry } from './operation.ts';
import { withoutCredentials } from './repositories.ts';
import { compareRevision, isSame, printRevisions } from './revision.ts';

/** What a sync request asks for. `undefined` keeps the application's own setting. */
export interface RequestedSync {
  readonly revision: string | undefined;
  readonly revisions: readonly PositionedRevision[];
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly strategy: 'hook' | 'apply';
  readonly resources: readonly ResourceKey[];
  /** The complete list: what is sent replaces the application's own. */
  readonly syncOptions: readonly string[] | undefined;
  readonly retry: Retry | undefined;
}

/** A field in which the operation that Argo CD stored differs from what was requested. */
export interface Deviation {
  readonly field: string;
  readonly asked: string;
  readonly stored: string;
}

/** The deviations of an operation; `fingerprint` says which operation was checked. */
export interface CheckedOperation {
  readonly fingerprint: string;
  readonly deviations: readonly Deviation[];
}

/**
 * What the application specifies, which Argo CD uses for all that a request leaves out
 * (server/application/application.go, `Sync` and `Rollback`).
 */
export type OwnSettings = Pick<Application, 'syncOptions' | 'retry' | 'sources'>;

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
  checkOrigin,
];

/**
 * Where the operation that Argo CD stored differs from the request. Argo CD accepts a request and
 * silently drops what does not apply; others may change what it stored (admission webhooks). It may
 * resolve revisions, and fills in what was left to the application: `own` lists what that may be,
 * since the application can change in between; where that is unknown, those fields are not
 * compared.
 */
export function deviationsOf(
  asked: RequestedSync,
  stored: Operation,
  own: readonly OwnSettings[] = [],
): readonly Deviation[] {
  return [
    ...checks.flatMap((check) => check(asked, stored)),
    ...(asked.syncOptions === undefined ? checkOwnOptions(stored, own) : []),
    ...(asked.retry === undefined ? checkOwnRetry(stored, own) : []),
    ...checkSources(stored, own),
  ];
}

/** The same for a rollback, which returns to a deployment of the history and runs no hooks. */
export function rollbackDeviationsOf(
  entry: Pick<HistoryEntry, 'revisions'>,
  { prune, dryRun }: Pick<RollbackGoal, 'prune' | 'dryRun'>,
  stored: Operation,
  own: readonly OwnSettings[] = [],
): readonly Deviation[] {
  const [asked, kept] = [entry.revisions, stored.revisions].map(printRevisions);
  return [
    ...(isSame(entry.revisions, stored.revisions) ? [] : differ('revision', asked ?? '', kept)),
    ...differ('prune', prune, stored.prune),
    ...differ('dryRun', dryRun, stored.dryRun),
    ...differ('strategy', 'apply', stored.strategy),
    ...differ('force', false, stored.force),
    ...checkResources({ resources: [] }, stored),
    ...checkOrigin(undefined, stored),
    ...checkOwnOptions(stored, own),
    ...(stored.retry === undefined ? [] : differRetry(noRetry, stored.retry)),
  ];
}

/** A deviation in words; `stored` contains foreign text. */
export function printDeviation({ field, asked, stored }: Deviation): string {
  return `${field}: asked for ${asked}, stored ${stored}`;
}

/** `stored` is undefined where an earlier version did not store the field. */
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

function checkResources(
  { resources }: Pick<RequestedSync, 'resources'>,
  stored: Operation,
): readonly Deviation[] {
  return differSets(
    'resources',
    resources.map(resourceId),
    stored.resources.map(resourceId),
    () => [printSome(resources.map(printKey)), printSome(stored.resources.map(printKey))],
  );
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

/** The limit of what fits a message. */
function printSome(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return `${names.slice(0, 5).join(', ')}${more}`;
}

function checkRetry({ retry }: RequestedSync, stored: Operation): readonly Deviation[] {
  if (retry === undefined || stored.retry === undefined) return [];
  const { limit, backoff } = retry;
  return differRetry({ ...noRetry, limit, ...backoff }, stored.retry);
}

/** What Argo CD stores where no retries are requested; omitted durations have its defaults. */
const noRetry: StoredRetry = {
  limit: 0,
  duration: '',
  factor: undefined,
  maxDuration: '',
  refresh: false,
};

function differRetry(asked: StoredRetry, stored: StoredRetry): readonly Deviation[] {
  const [factor, keptFactor] = [asked.factor ?? 0, stored.factor ?? 0];
  return [
    ...differ('retry limit', asked.limit, stored.limit),
    ...differ('retry backoff', asked.duration, stored.duration),
    ...differ('retry factor', factor, keptFactor),
    ...differ('retry maximum', asked.maxDuration, stored.maxDuration),
    ...differ('retry refresh', asked.refresh ?? false, stored.refresh),
  ];
}

/** Whose it is, and that it deploys from its sources, which every request of ours does. */
function checkOrigin(_: unknown, { initiatedBy, isLocal }: Operation): readonly Deviation[] {
  return [
    ...differ('initiatedBy.automated', false, initiatedBy.automated),
    ...differ('manifests of its own', false, isLocal),
  ];
}

function checkOwnOptions(stored: Operation, own: readonly OwnSettings[]): readonly Deviation[] {
  const { syncOptions: kept } = stored;
  if (kept === undefined) return [];
  return leastOf(own, ({ syncOptions }) =>
    differSets('syncOptions', syncOptions, kept, () => [
      `the application's own (${printSome(syncOptions)})`,
      printSome(kept),
    ]),
  );
}

function checkOwnRetry({ retry }: Operation, own: readonly OwnSettings[]): readonly Deviation[] {
  return retry === undefined ? [] : leastOf(own, (one) => differRetry(one.retry, retry));
}

function checkSources({ sources }: Operation, own: readonly OwnSettings[]): readonly Deviation[] {
  if (sources === undefined) return [];
  return leastOf(own, (one) => {
    const isSame =
      sources.length === one.sources.length &&
      sources.every((source, index) => isSameSource(source, one.sources[index]));
    if (isSame) return [];
    const [asked, stored] = [one.sources, sources].map((list) => printSome(list.map(printSource)));
    return [{ field: 'sources', asked: `the application's own (${asked})`, stored: stored ?? '' }];
  });
}

function isSameSource(one: Source, other: Source | undefined): boolean {
  return one.targetRevision === other?.targetRevision && isSameOrigin(one, other);
}

/** Whether both mean the same revision. */
function isSameOrigin(one: Source, other: Source | undefined): boolean {
  if (other === undefined) return false;
  const areSettingsKnown = one.settings !== undefined && other.settings !== undefined;
  return (
    one.repoURL === other.repoURL &&
    one.path === other.path &&
    one.chart === other.chart &&
    (!areSettingsKnown || one.settings === other.settings)
  );
}

/**
 * Whether a deployment was made from the application's current sources, at any revision: one
 * revision holds many folders, and a chart's version says nothing about its values. False after a
 * change of the application, or in a rollback to before one. `sources`: the deployment's, where
 * known.
 */
export function deploysFrom(
  { sources: own }: Pick<Application, 'sources'>,
  sources: readonly Source[] | undefined,
): boolean {
  if (sources === undefined) return true;
  return (
    sources.length === own.length &&
    sources.every((source, index) => isSameOrigin(source, own[index]))
  );
}

function printSource({ repoURL, path, chart, targetRevision, settings }: Source): string {
  const where = [withoutCredentials(repoURL), chart || path, targetRevision];
  const how = settings === undefined || settings === '' ? [] : [`settings ${settings.slice(0, 7)}`];
  return [...where, ...how].filter((part) => part !== '').join(' ');
}

/** The deviations from the closest candidate; none where there is nothing to compare with. */
function leastOf<T>(
  from: readonly T[],
  differences: (one: T) => readonly Deviation[],
): readonly Deviation[] {
  const all = from.map(differences).sort((a, b) => a.length - b.length);
  return all[0] ?? [];
}
