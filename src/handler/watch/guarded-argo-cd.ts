import { ArgoCDError } from '../../argocd/argocd-error.ts';
import type {
  Address,
  ArgoCD,
  FoundApplication,
  GetOptions,
  LogQuery,
  ManifestRevisions,
  PodLog,
  RollbackRequest,
  SyncRequest,
  WatchEvent,
  WatchScope,
} from '../../argocd/port.ts';
import type { AccessDenied } from '../../follow/access-denied.ts';
import { printName, type Application, type ApplicationName } from '../../sync/model/application.ts';
import type { Commit } from '../../sync/model/hydrator.ts';
import type { SyncWindows } from '../../sync/windows/sync-window.ts';

/**
 * Why a run may not touch an application; undefined if it may. Without an AppProject: whether any AppProject
 * would make it allowed.
 */
export type Deny = (
  application: ApplicationName,
  appProject: string | undefined,
) => AccessDenied | undefined;

/** What the rules allow one run. */
export interface RunRights {
  readonly deny: Deny;
  /**
   * Whether a run that is denied an application may know that it exists. If not, it is told what it would be
   * told if the application did not exist.
   */
  readonly mayKnowOf: (application: ApplicationName, appProject: string) => boolean;
  /** For operators: an application exists, but is hidden from the run. */
  readonly onWithheld: (application: ApplicationName, appProject: string) => void;
}

/**
 * An Argo CD as one run may use it. Only Argo CD knows the AppProject of an application, so each application
 * is read before anything is done with it. A denied one stays hidden, including its existence, unless the run
 * may know of it. The rules are checked again with each call and each response. Denials are `AccessDenied`.
 */
export class GuardedArgoCD implements ArgoCD {
  readonly #argocd: ArgoCD;
  readonly #rights: RunRights;
  /** The AppProject of each application when it was last allowed; empty: no longer allowed. */
  readonly #projects = new Map<string, string>();

  constructor(argocd: ArgoCD, rights: RunRights) {
    this.#argocd = argocd;
    this.#rights = rights;
  }

  async get(address: Address, options: GetOptions): Promise<Application> {
    // What is denied without a look is denied whether or not it exists.
    this.#check(address, address.project === '' ? undefined : address.project);
    const application = await this.#argocd.get(address, options);
    this.#admitted(address, application.project);
    return application;
  }

  async find(
    selector: string,
    project: string,
    signal: AbortSignal,
  ): Promise<readonly FoundApplication[]> {
    const found = await this.#argocd.find(selector, project, signal);
    return found.filter((one) => {
      const denial = this.#rights.deny(nameOf(one), one.project);
      if (denial === undefined) return true;
      if (this.#mayKnowOf(one, one.project)) throw denial;
      return false;
    });
  }

  async sync(address: Address, request: SyncRequest, signal: AbortSignal): Promise<Application> {
    const answer = await this.#argocd.sync(await this.#admit(address, signal), request, signal);
    return this.#checked(address, answer);
  }

  async rollback(
    address: Address,
    request: RollbackRequest,
    signal: AbortSignal,
  ): Promise<Application> {
    const answer = await this.#argocd.rollback(await this.#admit(address, signal), request, signal);
    return this.#checked(address, answer);
  }

  async terminate(address: Address, signal: AbortSignal): Promise<void> {
    return this.#argocd.terminate(await this.#admit(address, signal), signal);
  }

  async manifests(
    address: Address,
    revisions: ManifestRevisions,
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const answer = await this.#argocd.manifests(
      await this.#admit(address, signal),
      revisions,
      signal,
    );
    return this.#checked(address, answer);
  }

  async windows(address: Address, signal: AbortSignal): Promise<SyncWindows> {
    const answer = await this.#argocd.windows(await this.#admit(address, signal), signal);
    return this.#checked(address, answer);
  }

  async commit(address: Address, revision: string, signal: AbortSignal): Promise<Commit> {
    const answer = await this.#argocd.commit(await this.#admit(address, signal), revision, signal);
    return this.#checked(address, answer);
  }

  async logs(address: Address, query: LogQuery, signal: AbortSignal): Promise<PodLog> {
    const answer = await this.#argocd.logs(await this.#admit(address, signal), query, signal);
    return this.#checked(address, answer);
  }

  /** Yields only what the run may touch. */
  async *watch(scope: WatchScope, signal: AbortSignal): AsyncGenerator<WatchEvent | undefined> {
    for await (const event of this.#argocd.watch(scope, signal)) {
      const application = event?.application;
      const denial = application && this.#rights.deny(nameOf(application), application.project);
      if (denial === undefined) yield event;
    }
  }

  pageOf(name: ApplicationName): string {
    return this.#argocd.pageOf(name);
  }

  /**
   * The address of an allowed application, bound to the AppProject for which it is allowed: Argo CD refuses
   * it if the application has since moved to another.
   */
  async #admit(address: Address, signal: AbortSignal): Promise<Address> {
    const known = this.#projects.get(printName(address)) ?? '';
    if (known === '') {
      const { project } = await this.get(address, { signal });
      return { ...address, project };
    }
    // The rules may have changed.
    this.#check(address, known);
    return { ...address, project: known };
  }

  /** The answer, unless the rules changed while it was on its way. */
  #checked<T>(address: Address, answer: T): T {
    this.#check(address, this.#projects.get(printName(address)));
    return answer;
  }

  #check(application: ApplicationName, appProject: string | undefined): void {
    const denial = this.#rights.deny(nameOf(application), appProject);
    if (denial !== undefined) throw denial;
  }

  /** Records the AppProject of an application. Throws if the run may not touch it. */
  #admitted(application: ApplicationName, appProject: string): void {
    const name = printName(application);
    const denial = this.#rights.deny(nameOf(application), appProject);
    if (denial === undefined) {
      this.#projects.set(name, appProject);
      return;
    }
    const wasAllowed = this.#projects.has(name);
    if (wasAllowed) this.#projects.set(name, '');
    if (this.#mayKnowOf(application, appProject) || wasAllowed) throw denial;
    throw notThere(name);
  }

  #mayKnowOf(application: ApplicationName, appProject: string): boolean {
    this.#rights.onWithheld(nameOf(application), appProject);
    return this.#rights.mayKnowOf(nameOf(application), appProject);
  }
}

function nameOf({ name, namespace }: ApplicationName): ApplicationName {
  return namespace === undefined ? { name } : { name, namespace };
}

/** Argo CD's answer for an application that does not exist, if no project is given (argo-cd.md §1.2). */
function notThere(name: string): ArgoCDError {
  return new ArgoCDError(`GET ${name}`, 'permission denied', { failure: 'hidden', status: 403 });
}
