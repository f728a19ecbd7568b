import { readNames } from '../../../src/handler/http/request-names.ts';
import { readRunSpec } from '../../../src/handler/http/run-specs.ts';
import type { RunRecords, ServiceStatus } from '../../../src/handler/status.ts';
import { nothingReported, type FollowSpec, type Run } from '../../../src/handler/run.ts';
import type { RunQuery, StoredCheckpoint } from '../../../src/handler/store/store.ts';
import { at } from '../../report/example-results.ts';
import { jobId, leastSync, planId, projectId, taskInstanceId } from './example-requests.ts';

/** The time at which the pages are viewed. */
export const now = at(60);

export function spec(texts: Readonly<Record<string, string>> = {}): FollowSpec {
  const sections = new Map(
    Object.entries({
      ...leastSync,
      pipeline: 'shop CI',
      runNumber: '20261121.1',
      runPage: 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=4711',
      requestedFor: 'Ada',
      ...texts,
    }),
  );
  const address = {
    collection: 'https://dev.azure.com/fabrikam',
    projectId,
    hub: 'build',
    planId,
    jobId,
    timelineId: planId,
    taskInstanceId,
  } as const;
  const read = readRunSpec(
    'sync',
    sections,
    { names: readNames(sections), client: 'fabrikam', address, buildId: undefined },
    86_400_000,
  );
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read;
}

export function run(changes: Partial<Run> = {}): Run {
  return {
    id: 'f3b1c2d4-0000-4000-8000-000000000001',
    key: 'key',
    spec: spec(),
    marker: 'marker',
    acceptedAt: at(0),
    deadline: at(1_800),
    tokenExpiresAt: at(86_400),
    state: 'following',
    attempt: 1,
    isCanceled: false,
    names: undefined,
    report: nothingReported,
    outcome: undefined,
    message: 'waiting for PostSync hook Job shop/smoke-test',
    endedAt: undefined,
    results: [],
    ...changes,
  };
}

export const status: ServiceStatus = {
  unready: [],
  startedAt: at(-90_000),
  notes: [],
  instances: [
    {
      name: 'prod',
      page: 'https://argocd.example.com',
      streamSince: at(-4_000),
      reconnects: 2,
      listedAt: at(48),
      applications: 312,
      followers: 4,
      failure: '',
    },
  ],
  store: { path: '/data/handler.db', fault: undefined },
};

/** Runs in memory, as a store would return them. */
export class MemoryRecords implements RunRecords {
  readonly queries: RunQuery[] = [];
  readonly #runs: readonly Run[];
  readonly #checkpoints: readonly StoredCheckpoint[];
  /** Makes every further call fail. */
  failure: Error | undefined;

  constructor(runs: readonly Run[], checkpoints: readonly StoredCheckpoint[] = []) {
    this.#runs = runs;
    this.#checkpoints = checkpoints;
  }

  run(id: string) {
    return this.#give(this.#runs.find((each) => each.id === id));
  }

  runs(query: RunQuery) {
    this.queries.push(query);
    const { state, outcome, before = Infinity, limit } = query;
    const found = this.#runs
      .filter((each) => state === undefined || each.state === state)
      .filter((each) => outcome === undefined || each.outcome === outcome)
      .filter((each) => each.acceptedAt < before)
      .sort((a, b) => b.acceptedAt - a.acceptedAt);
    return this.#give(found.slice(0, limit));
  }

  checkpoints() {
    return this.#give(this.#checkpoints);
  }

  figures() {
    const states = ['accepted', 'following', 'reporting', 'ended'] as const;
    const runs = states.map((state) => ({
      kind: 'sync' as const,
      state,
      count: this.#runs.filter((each) => each.state === state).length,
    }));
    return this.#give({
      runs,
      oldestRunAt: at(0),
      items: 7,
      oldestItemAt: at(55),
      bytes: 3_400_000,
    });
  }

  #give<T>(value: T): Promise<T> {
    return this.failure ? Promise.reject(this.failure) : Promise.resolve(value);
  }
}
