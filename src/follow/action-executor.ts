import type { Wakeup } from '../async/wakeup.ts';
import type { ResourceKey } from '../sync/model/application.ts';
import type { SentRequest } from '../sync/model/memory.ts';
import type { Act, Ending } from '../sync/model/verdict.ts';
import type { View } from '../sync/model/view.ts';
import { renderedTarget } from '../sync/rules/hydration.ts';
import type { UserError } from '../user-error.ts';
import { perform } from './acts.ts';
import type { ApplicationPoller } from './application-poller.ts';
import { AuthorityMonitor } from './authority-monitor.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { FollowState } from './follow-state.ts';
import { RetryGate } from './retry-gate.ts';
import { selectResources } from './selected-resources.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import type { StatusReporter } from './status-reporter.ts';
import { endOwnOperation } from './termination.ts';

/** The parts of its follower that an executor works with. */
export interface ExecutorParts {
  readonly followState: FollowState;
  readonly poller: ApplicationPoller;
  readonly checkpointer: Pick<Checkpointer, 'keep'>;
  readonly status: StatusReporter;
  readonly wakeup: Wakeup;
}

/** An act cannot be made now; when it may be at the latest, in local milliseconds, if known. */
export interface Hold {
  readonly until: number | undefined;
}

/** The proof became too old before the request was sent. */
class ProofExpired extends Error {}

/**
 * Makes the changes in Argo CD that the rules want: after a failure only when a retry is allowed
 * (`RetryGate`), and only while the run is proven to be wanted (`AuthorityMonitor`). A request is
 * stored before it is sent.
 */
export class ActionExecutor {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #parts: ExecutorParts;
  readonly #retryGate: RetryGate;
  readonly #authorityMonitor: AuthorityMonitor;
  #fatal: UserError | undefined;
  #resources: readonly ResourceKey[] | undefined;

  constructor(settings: FollowSettings, ports: FollowPorts, parts: ExecutorParts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#parts = parts;
    this.#retryGate = new RetryGate(ports, parts.poller);
    this.#authorityMonitor = new AuthorityMonitor(ports.authority, {
      answered: () => parts.wakeup.wake(),
      broken: (error) => parts.poller.breakOff(error),
    });
  }

  /** Why nothing can be changed any more: the response to an act. */
  get fatal(): UserError | undefined {
    return this.#fatal;
  }

  /** Why Azure DevOps has ended the run, if it has. */
  get over(): string | undefined {
    return this.#authorityMonitor.over;
  }

  /** The rules want no act now; forgets the state of retries. */
  forget(): void {
    this.#retryGate.forget();
  }

  /**
   * Makes the act that the rules wanted for a view, and records its result; reports what is being
   * done, and why. Returns what it waits for if the act could not be made yet: then the rules
   * decide again. Rejects with a bug of ours, or when the request cannot be stored.
   */
  async execute(act: Act, what: string, view: View): Promise<Hold | undefined> {
    const { followState, status } = this.#parts;
    const doing = this.#retryGate.explain(what);
    if (!this.#retryGate.mayAct()) {
      status.say(doing);
      return { until: this.#retryGate.pauseEnd };
    }
    if (!this.#mayDo(act)) return this.#awaitProof();
    this.#retryGate.forget();
    const { request } = view.memory;
    if (act.kind === 'sync' && request === undefined) status.say(doing);
    else if (doing !== status.message) status.tell(doing);
    try {
      const resources = act.kind === 'sync' ? await this.#select(view) : [];
      if (!this.#mayDo(act)) return this.#awaitProof();
      await this.#perform(act, view, resources);
    } catch (error) {
      // The error was not a response to the request.
      followState.update({ request });
      if (error instanceof ProofExpired) return this.#awaitProof();
      this.#fatal = this.#retryGate.broke(error);
    }
    return undefined;
  }

  /** Leaves or terminates what the run began, as requested; the ending says which of the two. */
  endOwnOperation(ending: Ending): Promise<Ending> {
    const { argocd, clock } = this.#ports;
    const ports = { argocd, clock, authorityMonitor: this.#authorityMonitor };
    return endOwnOperation(ending, this.#settings, ports, this.#parts.followState);
  }

  /** Nothing is changed for a run that may no longer be wanted. */
  #mayDo({ kind }: Act): boolean {
    return kind === 'adopt' || this.#authorityMonitor.isProven();
  }

  /** Much can happen until then, so the rules decide again. */
  #awaitProof(): Hold {
    this.#parts.status.say('waiting for Azure DevOps to confirm that the run is still wanted');
    return { until: undefined };
  }

  async #perform(act: Act, view: View, resources: readonly ResourceKey[]): Promise<void> {
    const { argocd, clock, signal } = this.#ports;
    const { followState } = this.#parts;
    const ports = { argocd, now: () => clock.now(), signal, sending: this.#sending };
    const acted = await perform({ act, view, settings: this.#settings, resources }, ports);
    followState.update(acted.change);
    if (acted.application !== undefined) followState.take(acted.application);
    if (acted.failed === undefined) this.#retryGate.succeeded();
    else this.#retryGate.failed(acted.failed);
  }

  readonly #sending = async (request: SentRequest): Promise<void> => {
    this.#parts.followState.update({ request });
    await this.#parts.checkpointer.keep();
    // A store that was out of order may have taken long.
    if (!this.#authorityMonitor.isProven()) throw new ProofExpired();
  };

  async #select({ application, memory, goal }: View): Promise<readonly ResourceKey[]> {
    if (goal.action !== 'sync' || goal.options.resources.length === 0) return [];
    // The manifests of a hydrated application are generated from the dry commit, no matter what is
    // synced.
    const target = renderedTarget(application, memory) ?? goal.target;
    this.#resources ??= await selectResources(
      { ...goal, target },
      application,
      this.#settings.address,
      this.#ports,
    );
    return this.#resources;
  }
}
