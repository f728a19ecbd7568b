import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { eventKinds, type EventKind } from '../../sync/events/application-event.ts';
import { refusalReasons } from '../follow-ups/counted-target.ts';
import { claimResults, type ClaimResult } from '../follow-ups/event-claims.ts';
import type { FollowUpFigures } from '../follow-ups/follow-up-ports.ts';
import type { RunKind, RunOutcome } from '../run.ts';
import { runKinds, runOutcomes, runStates } from '../run.ts';
import { actionStates, type ActionFigures } from '../store/event-store.ts';
import type { StoreFigures } from '../store/store.ts';

/** Figures of one watched Argo CD. Times are seconds. */
export interface InstanceFigures {
  readonly argocd: string;
  readonly isStreaming: boolean;
  readonly reconnects: number;
  readonly listAge: number | undefined;
  readonly applications: number;
}

/** Where the gauges are read when somebody asks for them. */
export interface MetricsSources {
  readonly figures: () => Promise<StoreFigures>;
  readonly actions: () => Promise<ActionFigures>;
  readonly followUps: () => FollowUpFigures;
  readonly instances: () => readonly InstanceFigures[];
  readonly isStoreUp: () => boolean;
  /** How many runs are in memory, and how many are queued. */
  readonly runs: () => { readonly active: number; readonly queued: number };
  /** Milliseconds. */
  readonly now: () => number;
}

const calls = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const runs = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400];
const commits = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];

/** The results of reading the configuration again. */
const reloadResults = ['applied', 'refused'] as const;

/** What may be wrong with an annotation. */
export const annotationReasons = ['faulty', 'forbidden'] as const;

/**
 * How a repetition was prevented. `seenAgain`: the action existed already. `lookedUp`: a request without an
 * answer had taken effect. `claim`: a second run received no event.
 */
export const preventions = ['seenAgain', 'lookedUp', 'claim'] as const;
export type Prevention = (typeof preventions)[number];

/** The service in figures, for Prometheus; docs/operations.md explains each. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #ended = this.#counter('runs_ended_total', 'Runs that ended', ['kind', 'outcome']);
  readonly #duration = this.#histogram(
    'run_duration_seconds',
    'Time from acceptance to the end',
    runs,
    ['kind'],
  );
  readonly #reportsFailed = this.#counter(
    'reports_failed_total',
    'Reports that Azure DevOps did not accept',
    ['reason'],
  );
  readonly #reportsLeftOut = this.#counter(
    'reports_left_out_total',
    'Reports that were dropped so that the completion could be sent',
    ['what'],
  );
  readonly #argocd = this.#histogram('argocd_request_seconds', 'Requests to Argo CD', calls, [
    'argocd',
    'call',
    'code',
  ]);
  readonly #azure = this.#histogram('azure_request_seconds', 'Requests to Azure DevOps', calls, [
    'call',
    'code',
  ]);
  readonly #requests = this.#counter('requests_total', 'Requests from Azure DevOps', [
    'route',
    'code',
  ]);
  readonly #answers = this.#histogram('request_seconds', 'Answers to Azure DevOps', calls, [
    'route',
  ]);
  readonly #refusals = this.#counter('refusals_total', 'Requests that were refused', ['reason']);
  readonly #announced = this.#counter(
    'announced_operations_total',
    'Operations that name a run, by result',
    ['argocd', 'result'],
  );
  readonly #commits = this.#histogram('store_commit_seconds', 'Commits of the store', commits, []);
  readonly #reloads = this.#counter('config_reloads_total', 'Reloads of the configuration', [
    'result',
  ]);

  readonly #events = this.#counter('events_total', 'Events of applications', ['kind', 'late']);
  readonly #duplicates = this.#counter(
    'duplicates_prevented_total',
    'Repetitions of follow-ups that were prevented',
    ['by'],
  );
  readonly #refusedActions = this.#counter(
    'actions_refused_total',
    'Follow-ups that Azure DevOps refused',
    ['reason'],
  );
  readonly #claims = this.#counter('claims_total', 'Claims of events', ['result']);
  readonly #annotationFaults = this.#counter(
    'annotation_faults_total',
    'Annotations that are invalid or not granted',
    ['reason'],
  );

  constructor(version: string) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge('build_info', 'The running version', ['version']).set({ version }, 1);
    // Set from the start, since an alert does not see the step from absent to 1.
    for (const kind of runKinds) {
      for (const outcome of runOutcomes) this.#ended.inc({ kind, outcome }, 0);
    }
    for (const result of reloadResults) this.#reloads.inc({ result }, 0);
    for (const result of claimResults) this.#claims.inc({ result }, 0);
    for (const by of preventions) this.#duplicates.inc({ by }, 0);
    for (const kind of eventKinds) {
      for (const late of ['false', 'true']) this.#events.inc({ kind, late }, 0);
    }
    for (const reason of refusalReasons) this.#refusedActions.inc({ reason }, 0);
    for (const reason of annotationReasons) this.#annotationFaults.inc({ reason }, 0);
  }

  /** Sets the sources from which gauges are read, on demand. */
  read(sources: MetricsSources): void {
    const open = this.#gauge('runs', 'Open runs', ['kind', 'state']);
    const active = this.#gauge('runs_active', 'Open runs in memory', []);
    const queued = this.#gauge('runs_queued', 'Open runs that wait for a slot', []);
    const oldest = this.#gauge('oldest_run_age_seconds', 'Age of the oldest run', []);
    const items = this.#gauge('outbox_items', 'Reports waiting to be sent to Azure DevOps', []);
    const oldestItem = this.#gauge(
      'outbox_oldest_age_seconds',
      'Age of the oldest waiting report',
      [],
    );
    const actions = this.#gauge('actions', 'Follow-ups in the store', ['state']);
    const oldestAction = this.#gauge(
      'action_oldest_age_seconds',
      'Age of the oldest open follow-up',
      [],
    );
    const faulty = this.#gauge(
      'faulty_annotations',
      'Applications whose annotations are invalid or not granted',
      [],
    );
    const followed = this.#gauge(
      'followed_applications',
      'Applications whose events are followed',
      [],
    );
    const unread = this.#gauge(
      'unread_applications',
      'Applications that are still to be read, since something changed',
      [],
    );
    const bytes = this.#gauge('store_bytes', 'Size of the store', []);
    const up = this.#gauge('store_up', 'Whether the store accepts writes', []);
    const stream = this.#gauge('stream_up', 'Whether the watch stream is connected', ['argocd']);
    const reconnects = this.#counter('stream_reconnects_total', 'Reconnects of the stream', [
      'argocd',
    ]);
    const listAge = this.#gauge('list_age_seconds', 'Age of the last list', ['argocd']);
    const applications = this.#gauge('applications', 'Applications that are watched', ['argocd']);
    const age = (at: number | undefined) =>
      at === undefined ? 0 : Math.max(0, (sources.now() - at) / 1_000);
    this.#refresh = async () => {
      up.set(sources.isStoreUp() ? 1 : 0);
      const followUps = sources.followUps();
      followed.set(followUps.followed);
      unread.set(followUps.unread);
      faulty.set(followUps.faulty);
      const runs = sources.runs();
      active.set(runs.active);
      queued.set(runs.queued);
      // Instances come and go, and the watch counts reconnects, so they are read here.
      for (const one of [stream, reconnects, listAge, applications]) one.reset();
      for (const one of sources.instances()) {
        const { argocd } = one;
        stream.set({ argocd }, one.isStreaming ? 1 : 0);
        reconnects.inc({ argocd }, one.reconnects);
        applications.set({ argocd }, one.applications);
        if (one.listAge !== undefined) listAge.set({ argocd }, one.listAge);
      }
      const figures = await sources.figures();
      for (const kind of runKinds) {
        for (const state of runStates.filter((each) => each !== 'ended')) {
          const found = figures.runs.find((each) => each.kind === kind && each.state === state);
          open.set({ kind, state }, found?.count ?? 0);
        }
      }
      oldest.set(age(figures.oldestRunAt));
      items.set(figures.items);
      oldestItem.set(age(figures.oldestItemAt));
      bytes.set(figures.bytes);
      const { states, oldestOpenAt } = await sources.actions();
      for (const state of actionStates) {
        actions.set({ state }, states.find((each) => each.state === state)?.count ?? 0);
      }
      oldestAction.set(age(oldestOpenAt));
    };
  }

  #refresh: () => Promise<void> = () => Promise.resolve();

  operationAnnounced(argocd: string, result: string): void {
    this.#announced.inc({ argocd, result });
  }

  runEnded(kind: RunKind, outcome: RunOutcome, seconds: number): void {
    this.#ended.inc({ kind, outcome });
    this.#duration.observe({ kind }, seconds);
  }

  reportFailed(reason: string): void {
    this.#reportsFailed.inc({ reason });
  }

  reportLeftOut(what: string): void {
    this.#reportsLeftOut.inc({ what });
  }

  argocdRequest(argocd: string, call: string, code: string, seconds: number): void {
    this.#argocd.observe({ argocd, call, code }, seconds);
  }

  azureRequest(call: string, code: string, seconds: number): void {
    this.#azure.observe({ call, code }, seconds);
  }

  answered(route: string, code: number, seconds: number): void {
    this.#requests.inc({ route, code });
    this.#answers.observe({ route }, seconds);
  }

  refused(reason: string): void {
    this.#refusals.inc({ reason });
  }

  committed(seconds: number): void {
    this.#commits.observe(seconds);
  }

  reloaded(result: (typeof reloadResults)[number]): void {
    this.#reloads.inc({ result });
  }

  /** `isLate`: it happened while no handler was watching. */
  eventSeen(kind: EventKind, isLate: boolean): void {
    this.#events.inc({ kind, late: String(isLate) });
  }

  duplicatePrevented(by: Prevention, count = 1): void {
    this.#duplicates.inc({ by }, count);
  }

  /** `reason`: one of `refusalReasons`. */
  actionRefused(reason: string): void {
    this.#refusedActions.inc({ reason });
  }

  eventClaimed(result: ClaimResult): void {
    this.#claims.inc({ result });
    if (result === 'taken') this.duplicatePrevented('claim');
  }

  annotationFault(reason: (typeof annotationReasons)[number]): void {
    this.#annotationFaults.inc({ reason });
  }

  /** All figures in Prometheus's text format; if the store fails, only its figures are missing. */
  async text(): Promise<string> {
    await this.#refresh().catch(() => undefined);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name: prefixed(name), help, labelNames, registers: [this.#registry] });
  }

  #gauge<T extends string>(name: string, help: string, labelNames: readonly T[]): Gauge<T> {
    return new Gauge({ name: prefixed(name), help, labelNames, registers: [this.#registry] });
  }

  #histogram<T extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly T[],
  ): Histogram<T> {
    const registers = [this.#registry];
    return new Histogram({ name: prefixed(name), help, buckets, labelNames, registers });
  }
}

function prefixed(name: string): string {
  return `argocd_handler_${name}`;
}
