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
 * Why a run may not touch an application, or undefined where it may. Without an AppProject: whether
 * it may if that is the right one.
 */
export type Deny = (
  application: ApplicationName,
  appProject: string | undefined,
) => AccessDenied | undefined;

/** What the rules say to one run. */
export interface RunRights {
  readonly deny: Deny;
  /**
   * Whether a run that is denied an application may know that there is one. Otherwise it is told what
   * it would be told if there were none.
   */
  readonly mayKnowOf: (application: ApplicationName, appProject: string) => boolean;
  /** For operators: an application exists, but is hidden from the run. */
  readonly onWithheld: (application: ApplicationName, appProject: string) => void;
}

/**
 * An Argo CD as one run may use it. Only Argo CD knows the AppProject of an application, so each
 * application is read before anything else is done with it, and a denied one is not shown: not even
 * that it exists, unless the run could know. The rules are checked again with each call and each
 * response. Denials are `AccessDenied`.
 */
export class GuardedArgoCD implements ArgoCD {
  readonly #argocd: ArgoCD;
  readonly #rights: RunRights;
  /** The AppProject in which an application was when it was last allowed; empty: not any more. */
  readonly #projects = new Map<string, string>();

  constructor(argocd: ArgoCD, rights: RunRights) {
    this.#argocd = argocd;
    this.#rights = rights;
  }

  async get(address: Address, options: GetOptions): Promise<Application> {
    // Whatever is denied without a look is denied whether or not it is there.
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

  /** Reports only what the run may touch. */
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
   * The address of an application that may be used, bound to the AppProject for which that is so:
   * Argo CD refuses it when the application has moved to another since.
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

  /** An answer, unless the rules have changed while it was on its way. */
  #checked<T>(address: Address, answer: T): T {
    this.#check(address, this.#projects.get(printName(address)));
    return answer;
  }

  #check(application: ApplicationName, appProject: string | undefined): void {
    const denial = this.#rights.deny(nameOf(application), appProject);
    if (denial !== undefined) throw denial;
  }

  /** Takes in where an application is. Throws where it is not for the run. */
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

/** What Argo CD says of an application that does not exist, when no project is given (argo-cd.md §1.2). */
function notThere(name: string): ArgoCDError {
  return new ArgoCDError(`GET ${name}`, 'permission denied', { failure: 'hidden', status: 403 });
}
