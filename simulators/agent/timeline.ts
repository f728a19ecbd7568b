import { taskResults, type TaskResult } from './task-result.ts';

export const recordStates = ['Pending', 'InProgress', 'Completed'] as const;
export type RecordState = (typeof recordStates)[number];

/** A child record that the task created with `task.logdetail`. Times are milliseconds since the epoch. */
export interface TimelineRecord {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly type: string;
  readonly order: number | undefined;
  readonly state: RecordState;
  readonly result: TaskResult | undefined;
  readonly progress: number | undefined;
  readonly operation: string | undefined;
  readonly startedAt: number;
  readonly finishedAt: number | undefined;
}

const emptyId = '00000000-0000-0000-0000-000000000000';

/**
 * The detail timeline of one step, by the rules of azure-pipelines-agent's `TaskDetailCommand`. Refusals are
 * thrown, and fail the step, like there.
 */
export class Timeline {
  readonly #records = new Map<string, TimelineRecord>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get records(): readonly TimelineRecord[] {
    return [...this.#records.values()];
  }

  /** Creates or updates the record that a `task.logdetail` names. */
  apply(properties: ReadonlyMap<string, string>, data: string): void {
    const id = readId(properties.get('id'));
    if (id === undefined || id === emptyId) {
      throw new Error('Can not update timeline record, timeline record id is not provided.');
    }
    const parent = properties.get('parentid');
    const parentId = parent === undefined ? undefined : readId(parent);
    if (parent !== undefined && parentId === undefined) {
      throw new Error(`"${parent}" is no GUID.`);
    }
    if (properties.get('type') === 'Job') throw new Error('A task makes no record of type Job.');
    const known = this.#records.get(id);
    this.#records.set(
      id,
      known
        ? this.#update(known, parentId, properties, data)
        : this.#create(id, parentId, properties, data),
    );
  }

  #create(
    id: string,
    parentId: string | undefined,
    properties: ReadonlyMap<string, string>,
    data: string,
  ): TimelineRecord {
    const name = properties.get('name');
    const type = properties.get('type');
    if (name === undefined) throw new Error('Name is required for this new timeline record.');
    if (type === undefined) throw new Error('Type is required for this new timeline record.');
    if (parentId !== undefined && parentId !== emptyId && !this.#records.has(parentId)) {
      throw new Error('Parent timeline record has not been created for this new timeline record.');
    }
    const said = this.#read(properties, data);
    return {
      id,
      parentId,
      name,
      type,
      ...said,
      state: said.state ?? 'InProgress',
      startedAt: said.startedAt ?? this.#now(),
    };
  }

  #update(
    known: TimelineRecord,
    parentId: string | undefined,
    properties: ReadonlyMap<string, string>,
    data: string,
  ): TimelineRecord {
    if (parentId !== undefined && parentId !== known.parentId) {
      throw new Error('Cannot change parent timeline record of an existing timeline record.');
    }
    const said = this.#read(properties, data);
    const completed = said.state === 'Completed';
    return {
      id: known.id,
      parentId: known.parentId,
      name: properties.get('name') ?? known.name,
      type: properties.get('type') ?? known.type,
      order: said.order ?? known.order,
      state: said.state ?? known.state,
      result: said.result ?? known.result,
      progress: said.progress ?? (completed ? 100 : known.progress),
      operation: said.operation ?? known.operation,
      startedAt: said.startedAt ?? known.startedAt,
      finishedAt: said.finishedAt ?? (completed ? this.#now() : known.finishedAt),
    };
  }

  #read(properties: ReadonlyMap<string, string>, data: string) {
    const state = properties.get('state');
    const result = properties.get('result');
    const progress = readInteger(properties.get('progress'));
    return {
      order: readInteger(properties.get('order')),
      // The agent distinguishes case in states, and takes any other word for Pending.
      state: state === undefined ? undefined : (find(recordStates, state) ?? 'Pending'),
      result: result === undefined ? undefined : (findIgnoringCase(result) ?? 'Succeeded'),
      progress: progress === undefined ? undefined : Math.min(Math.max(progress, 0), 100),
      operation: data === '' ? undefined : data,
      startedAt: this.#readTime(properties.get('starttime')),
      finishedAt: this.#readTime(properties.get('finishtime')),
    };
  }

  #readTime(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const time = Date.parse(text);
    return Number.isNaN(time) ? this.#now() : time;
  }
}

function find<T extends string>(words: readonly T[], word: string): T | undefined {
  return words.find((candidate) => candidate === word);
}

function findIgnoringCase(word: string): TaskResult | undefined {
  return taskResults.find((result) => result.toLowerCase() === word.toLowerCase());
}

function readId(text: string | undefined): string | undefined {
  const id = text?.trim().toLowerCase();
  return id !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
    ? id
    : undefined;
}

function readInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : undefined;
}
