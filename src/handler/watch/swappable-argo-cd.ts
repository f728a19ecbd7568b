import type {
  Address,
  ArgoCD,
  GetOptions,
  LogQuery,
  ManifestRevisions,
  Overview,
  RollbackRequest,
  SummaryEvent,
  SyncRequest,
  WatchEvent,
  WatchScope,
} from '../../argocd/port.ts';
import { pageAt } from '../../argocd/rest/path.ts';
import type { ApplicationName } from '../../sync/model/application.ts';

/** A connection to Argo CD that can be closed. */
export interface Adapter extends ArgoCD, Overview {
  close(): Promise<void>;
}

interface Holder {
  readonly adapter: Adapter;
  readonly page: string;
  calls: number;
  /** Aborts when another connection replaces this one. */
  readonly replaced: AbortController;
}

/**
 * An Argo CD whose connection can be replaced while it is in use. Running calls finish on the connection on
 * which they started; streams break and are reopened on the new one.
 */
export class SwappableArgoCD implements ArgoCD, Overview {
  #holder: Holder;

  /** `page`: the URL that people open. */
  constructor(adapter: Adapter, page: string) {
    this.#holder = hold(adapter, page);
  }

  /** Replaces the connection. The old one is closed when its last call has ended. */
  swap(adapter: Adapter, page: string): void {
    const old = this.#holder;
    this.#holder = hold(adapter, page);
    old.replaced.abort(new Error('the connection to Argo CD was replaced'));
    if (old.calls === 0) void old.adapter.close();
  }

  close(): Promise<void> {
    return this.#holder.adapter.close();
  }

  get(address: Address, options: GetOptions) {
    return this.#call((argocd) => argocd.get(address, options));
  }

  find(selector: string, project: string, signal: AbortSignal) {
    return this.#call((argocd) => argocd.find(selector, project, signal));
  }

  sync(address: Address, request: SyncRequest, signal: AbortSignal) {
    return this.#call((argocd) => argocd.sync(address, request, signal));
  }

  rollback(address: Address, request: RollbackRequest, signal: AbortSignal) {
    return this.#call((argocd) => argocd.rollback(address, request, signal));
  }

  terminate(address: Address, signal: AbortSignal) {
    return this.#call((argocd) => argocd.terminate(address, signal));
  }

  manifests(address: Address, revisions: ManifestRevisions, signal: AbortSignal) {
    return this.#call((argocd) => argocd.manifests(address, revisions, signal));
  }

  windows(address: Address, signal: AbortSignal) {
    return this.#call((argocd) => argocd.windows(address, signal));
  }

  commit(address: Address, revision: string, signal: AbortSignal) {
    return this.#call((argocd) => argocd.commit(address, revision, signal));
  }

  logs(address: Address, query: LogQuery, signal: AbortSignal) {
    return this.#call((argocd) => argocd.logs(address, query, signal));
  }

  list(signal: AbortSignal) {
    return this.#call((argocd) => argocd.list(signal));
  }

  summary(name: ApplicationName, signal: AbortSignal) {
    return this.#call((argocd) => argocd.summary(name, signal));
  }

  watch(scope: WatchScope, signal: AbortSignal): AsyncGenerator<WatchEvent | undefined> {
    return this.#stream((argocd, inner) => argocd.watch(scope, inner), signal);
  }

  summaryEvents(signal: AbortSignal): AsyncGenerator<SummaryEvent | undefined> {
    return this.#stream((argocd, inner) => argocd.summaryEvents(inner), signal);
  }

  pageOf(name: ApplicationName): string {
    return pageAt(this.#holder.page, name);
  }

  async #call<T>(call: (adapter: Adapter) => Promise<T>): Promise<T> {
    const holder = this.#holder;
    holder.calls += 1;
    try {
      return await call(holder.adapter);
    } finally {
      this.#ended(holder);
    }
  }

  async *#stream<T>(
    open: (adapter: Adapter, signal: AbortSignal) => AsyncIterable<T>,
    signal: AbortSignal,
  ): AsyncGenerator<T> {
    const holder = this.#holder;
    holder.calls += 1;
    try {
      yield* open(holder.adapter, AbortSignal.any([signal, holder.replaced.signal]));
    } finally {
      this.#ended(holder);
    }
  }

  #ended(holder: Holder): void {
    holder.calls -= 1;
    if (holder.calls === 0 && holder !== this.#holder) void holder.adapter.close();
  }
}

function hold(adapter: Adapter, page: string): Holder {
  return { adapter, page, calls: 0, replaced: new AbortController() };
}
