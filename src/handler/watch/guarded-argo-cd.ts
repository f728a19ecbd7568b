import type {
  Address,
  ArgoCD,
  GetOptions,
  LogQuery,
  ManifestRevisions,
  PodLog,
  RollbackRequest,
  SyncRequest,
  WatchEvent,
  WatchScope,
} from '../../argocd/port.ts';
import { printName, type Application, type ApplicationName } from '../../sync/application.ts';
import type { Commit } from '../../sync/hydrator.ts';
import type { SyncWindows } from '../../sync/sync-window.ts';
import type { UserError } from '../../sync/user-error.ts';

/**
 * Why a run may not touch an application, or undefined where it may. Without an AppProject: whether
 * it may if that is the right one.
 */
export type Deny = (
  application: ApplicationName,
  appProject: string | undefined,
) => UserError | undefined;

/**
 * An Argo CD as one run may use it. To which AppProject an application belongs only Argo CD knows, so
 * each is read before anything else is done with it, and what is denied is not shown. Denials are
 * `UserError`s.
 */
export class GuardedArgoCD implements ArgoCD {
  readonly #argocd: ArgoCD;
  readonly #deny: Deny;
  /** The AppProject in which an application was when it was last allowed. */
  readonly #projects = new Map<string, string>();

  constructor(argocd: ArgoCD, deny: Deny) {
    this.#argocd = argocd;
    this.#deny = deny;
  }

  async get(address: Address, options: GetOptions): Promise<Application> {
    this.#check(address, undefined);
    const application = await this.#argocd.get(address, options);
    const { project } = application;
    this.#projects.delete(printName(address));
    this.#check(address, project);
    this.#projects.set(printName(address), project);
    return application;
  }

  async find(
    selector: string,
    project: string,
    signal: AbortSignal,
  ): Promise<readonly ApplicationName[]> {
    const found = await this.#argocd.find(selector, project, signal);
    for (const application of found) this.#check(application, undefined);
    return found;
  }

  async sync(address: Address, request: SyncRequest, signal: AbortSignal): Promise<Application> {
    return this.#argocd.sync(await this.#admit(address, signal), request, signal);
  }

  async rollback(
    address: Address,
    request: RollbackRequest,
    signal: AbortSignal,
  ): Promise<Application> {
    return this.#argocd.rollback(await this.#admit(address, signal), request, signal);
  }

  async terminate(address: Address, signal: AbortSignal): Promise<void> {
    return this.#argocd.terminate(await this.#admit(address, signal), signal);
  }

  async manifests(
    address: Address,
    revisions: ManifestRevisions,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    return this.#argocd.manifests(await this.#admit(address, signal), revisions, signal);
  }

  async windows(address: Address, signal: AbortSignal): Promise<SyncWindows> {
    return this.#argocd.windows(await this.#admit(address, signal), signal);
  }

  async commit(address: Address, revision: string, signal: AbortSignal): Promise<Commit> {
    return this.#argocd.commit(await this.#admit(address, signal), revision, signal);
  }

  async logs(address: Address, query: LogQuery, signal: AbortSignal): Promise<PodLog> {
    return this.#argocd.logs(await this.#admit(address, signal), query, signal);
  }

  /** Tells of what the run may touch, and of nothing else. */
  async *watch(scope: WatchScope, signal: AbortSignal): AsyncGenerator<WatchEvent | undefined> {
    for await (const event of this.#argocd.watch(scope, signal)) {
      const application = event?.application;
      const denial = application && this.#deny(application, application.project);
      if (denial === undefined) yield event;
    }
  }

  pageOf(name: ApplicationName): string {
    return this.#argocd.pageOf(name);
  }

  /**
   * The address of an application that may be used, bound to the AppProject for which that is so:
   * Argo CD refuses it when the application has moved to another since.
   */
  async #admit(address: Address, signal: AbortSignal): Promise<Address> {
    const known = this.#projects.get(printName(address));
    if (known === undefined) {
      const { project } = await this.get(address, { signal });
      return { ...address, project };
    }
    // The rules may have changed.
    this.#check(address, known);
    return { ...address, project: known };
  }

  #check({ name, namespace }: ApplicationName, appProject: string | undefined): void {
    const application = namespace === undefined ? { name } : { name, namespace };
    const denial = this.#deny(application, appProject);
    if (denial !== undefined) throw denial;
  }
}
