export const taskResults = [
  'succeeded',
  'succeededWithIssues',
  'failed',
  'canceled',
  'skipped',
  'abandoned',
] as const;
export type TaskResult = (typeof taskResults)[number];

export type RecordState = 'pending' | 'inProgress' | 'completed';

export interface Issue {
  readonly type: 'error' | 'warning';
  readonly category?: string | null;
  readonly message: string;
  readonly data?: Readonly<Record<string, string>> | null;
}

export interface RecordVariable {
  readonly value: string;
  readonly isSecret?: boolean | null;
}

/** A row of a run's timeline, as Azure DevOps returns it. Times are ISO 8601. */
export interface TimelineRecord {
  readonly id: string;
  readonly parentId: string | null;
  readonly type: string;
  readonly name: string;
  readonly startTime: string | null;
  readonly finishTime: string | null;
  readonly currentOperation: string | null;
  readonly percentComplete: number | null;
  readonly state: RecordState;
  readonly result: TaskResult | null;
  readonly resultCode: string | null;
  readonly changeId: number;
  readonly lastModified: string;
  readonly workerName: string | null;
  readonly order: number | null;
  readonly refName: string | null;
  readonly log: { readonly id: number; readonly location?: string | null } | null;
  readonly details: { readonly id: string } | null;
  readonly errorCount: number;
  readonly warningCount: number;
  readonly issues: readonly Issue[] | null;
  readonly variables: Readonly<Record<string, RecordVariable>> | null;
  readonly task: { readonly id: string; readonly name: string; readonly version: string } | null;
  readonly location: string;
  readonly attempt: number;
  readonly identifier: string | null;
}

/** What a caller sends of a record. Null and absent both mean unchanged. */
export type RecordUpdate = { readonly id: string } & {
  readonly [Field in keyof TimelineRecord]?: TimelineRecord[Field] | null;
};

export function emptyRecord(id: string): TimelineRecord {
  return {
    id,
    parentId: null,
    type: '',
    name: '',
    startTime: null,
    finishTime: null,
    currentOperation: null,
    percentComplete: null,
    state: 'pending',
    result: null,
    resultCode: null,
    changeId: 0,
    lastModified: '0001-01-01T00:00:00',
    workerName: null,
    order: null,
    refName: null,
    log: null,
    details: null,
    errorCount: 0,
    warningCount: 0,
    issues: null,
    variables: null,
    task: null,
    location: '',
    attempt: 1,
    identifier: null,
  };
}

/** Fields that only the server sets, whatever a caller sends. */
const serverFields = new Set(['id', 'changeId', 'lastModified', 'location']);

/**
 * The record after an update: null and absent leave a field unchanged (recorded in
 * `distributedTask__Records_Update.json`); variables are merged by name.
 */
export function merged(
  record: TimelineRecord,
  update: RecordUpdate,
  stamp: { readonly changeId: number; readonly lastModified: string },
): TimelineRecord {
  const given = Object.entries(update).filter(
    ([field, value]) => value != null && !serverFields.has(field),
  );
  const variables = update.variables
    ? { ...record.variables, ...update.variables }
    : record.variables;
  return { ...record, ...Object.fromEntries(given), variables, ...stamp };
}
