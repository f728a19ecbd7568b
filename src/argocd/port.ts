import type { Application, ApplicationName, ResourceKey } from '../sync/model/application.ts';
import type { ApplicationSummary, Listing } from '../sync/model/application-summary.ts';
import type { Commit } from '../sync/model/hydrator.ts';
import type { InfoRow } from '../sync/model/operation.ts';
import type { RequestedSync } from '../sync/model/stored-operation.ts';
import type { SyncWindows } from '../sync/windows/sync-window.ts';

/**
 * The address of an application in a call. With `project`, Argo CD distinguishes "missing" from
 * "forbidden".
 */
export interface Address extends ApplicationName {
  readonly project: string;
}

/** The parameters of a sync, and the rows of `info` that mark it as ours. */
export interface SyncRequest extends RequestedSync {
  readonly infos: readonly InfoRow[];
}

/** A rollback to an entry of the application's history. Argo CD stores no `info` with it. */
export interface RollbackRequest {
  readonly historyId: number;
  readonly prune: boolean;
  readonly dryRun: boolean;
}

/** One message of the watch stream. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly application: Application;
}

/** What a label selector matches. */
export interface FoundApplication extends Required<ApplicationName> {
  /** Its AppProject. */
  readonly project: string;
}

/** The applications of a stream: one by name, or those of a project and selector. */
export interface WatchScope {
  readonly name?: ApplicationName;
  readonly project: string;
  readonly selector?: string;
}

/** A request for the last `lines` of the logs of a resource's pods. */
export interface LogQuery {
  readonly resource: ResourceKey;
  readonly lines: number;
}

/** The last lines of a pod's log, of each container under its heading; foreign text. */
export interface PodLog {
  readonly lines: readonly string[];
  /** What Kubernetes returned instead of a log; empty if there was a log. */
  readonly fault: string;
}

/**
 * The Argo CD API that this product needs. Every call ends by its own timeout or the signal;
 * failures are `ArgoCDError`s (src/argocd/argocd-error.ts).
 */
export interface ArgoCD {
  /**
   * Reads the application from Kubernetes, never from a cache. With `refresh`, waits for a new
   * comparison.
   */
  get(address: Address, options: GetOptions): Promise<Application>;
  /** The applications of a project that a label selector matches, sorted by name. */
  find(
    selector: string,
    project: string,
    signal: AbortSignal,
  ): Promise<readonly FoundApplication[]>;
  /** Requests a sync. Returns the application with the operation requested but not yet started. */
  sync(address: Address, request: SyncRequest, signal: AbortSignal): Promise<Application>;
  rollback(address: Address, request: RollbackRequest, signal: AbortSignal): Promise<Application>;
  terminate(address: Address, signal: AbortSignal): Promise<void>;
  /** The manifests of the revisions, hooks included, as parsed but unchecked JSON. */
  manifests(
    address: Address,
    revisions: ManifestRevisions,
    signal: AbortSignal,
  ): Promise<readonly unknown[]>;
  windows(address: Address, signal: AbortSignal): Promise<SyncWindows>;
  /** A commit of the application's repositories, by its SHA, whole or short. */
  commit(address: Address, revision: string, signal: AbortSignal): Promise<Commit>;
  /** The last log lines of a resource's pods; none if the pods are gone. */
  logs(address: Address, query: LogQuery, signal: AbortSignal): Promise<PodLog>;
  /**
   * Yields changes until the signal aborts or the stream breaks, without replay. Only an accelerator,
   * never the source of truth. Yields `undefined` for a heartbeat.
   */
  watch(scope: WatchScope, signal: AbortSignal): AsyncIterable<WatchEvent | undefined>;
  /** The application's page in Argo CD's user interface. */
  pageOf(name: ApplicationName): string;
}

/** One message about any application. Only its summary is read, unless `read` is called. */
export interface SummaryEvent {
  readonly type: WatchEvent['type'];
  readonly summary: ApplicationSummary;
  /** Reads the whole application. Rejects with an `ArgoCDError` if its shape is unexpected. */
  readonly read: () => Promise<Application>;
}

/**
 * All applications of an Argo CD at once, for services that follow many runs. Failures are
 * `ArgoCDError`s.
 */
export interface Overview {
  /** All applications that the token may read, from a cache that may lag slightly. */
  list(signal: AbortSignal): Promise<readonly Listing[]>;
  /** The summary of one application, read from Kubernetes. */
  summary(name: ApplicationName, signal: AbortSignal): Promise<ApplicationSummary>;
  /**
   * Yields all applications, then changes, until the signal aborts or the stream breaks. Yields
   * `undefined` for a heartbeat, and for an application that it cannot read.
   */
  summaryEvents(signal: AbortSignal): AsyncIterable<SummaryEvent | undefined>;
}

/** How to read an application: as Argo CD last saw it, or after a refresh. */
export interface GetOptions {
  readonly refresh?: boolean;
  /** With `refresh`: regenerates manifests, and hydrates a hydrated application again. */
  readonly hard?: boolean;
  readonly signal: AbortSignal;
}

/** Which revisions to read manifests of; empty means what the application tracks. */
export interface ManifestRevisions {
  readonly revision?: string;
  readonly revisions?: readonly { readonly position: number; readonly revision: string }[];
}
