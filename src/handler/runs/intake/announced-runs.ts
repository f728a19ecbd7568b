import type { Logger } from 'pino';
import type { Clock } from '../../../async/clock.ts';
import { errorMessage } from '../../../async/error-message.ts';
import { longestDirectWait } from '../../../inputs/direct-definitions.ts';
import type { TaskRequest } from '../../../inputs/inputs.ts';
import type { Application, ApplicationName } from '../../../sync/model/application.ts';
import { printName } from '../../../sync/model/application.ts';
import {
  currentOperations,
  takeUp,
  type CurrentOperation,
} from '../../../sync/model/announced-operation.ts';
import { plainLine } from '../../../text/foreign-text.ts';
import { RateLimit } from '../../access/rate-limit.ts';
import { keyOf, type FollowSpec, type RunHead } from '../../run.ts';
import type { Store } from '../../store/store.ts';
import { isAnnounced, readAnnouncement } from './announcement.ts';
import { announcedSpec, announcedSync } from './announced-spec.ts';
import { announcementStatusOf, operationStart, type SeenOperation } from './known-announcement.ts';
import type { RunRegistry } from './run-registry.ts';

/**
 * The result for each operation that names a run, counted once. `accepted`: it is one of our runs from now on.
 * `known`: it already was. Otherwise, nothing happens: the rows are not those of the task (`malformed`); the
 * organization is not configured (`foreign`); no rule allows Azure DevOps to sync the application (`denied`);
 * the handler has no Azure DevOps identity (`noIdentity`); another run has the task (`taken`); the operation
 * ended too long ago (`old`). `busy`: there were too many, and this one is looked at again.
 */
export const announcementResults = [
  'accepted',
  'known',
  'malformed',
  'foreign',
  'denied',
  'noIdentity',
  'taken',
  'old',
  'busy',
] as const;
export type AnnouncementResult = (typeof announcementResults)[number];

/** The configuration of announced runs of one Argo CD. */
export interface AnnouncedSettings {
  /** The client whose rules apply; absent: announced runs are ignored. */
  readonly client: string | undefined;
  /** Argo CD's own namespace. */
  readonly namespace: string;
}

/** Who may do what, as far as announced runs need it (`http/access.ts`). */
export interface AnnouncedAccess {
  collectionOf(planUrl: string): string | undefined;
  quotaProblem(client: string, pending: number): string | undefined;
  /** The denial of a request, whichever Azure DevOps project it comes from. */
  denyFromAnywhere(
    claim: Pick<FollowSpec, 'client' | 'argocd'>,
    request: TaskRequest,
  ): { readonly message: string; readonly advice: string } | undefined;
}

/** What the intake of announced runs needs. */
export interface AnnouncedRunsPorts {
  readonly runs: Pick<RunRegistry, 'announce' | 'pendingOf' | 'unprovenOf'>;
  readonly store: Pick<Store, 'run' | 'runsOf'>;
  readonly access: AnnouncedAccess;
  readonly settingsOf: (argocd: string) => AnnouncedSettings | undefined;
  /** Whether the handler has an identity for an Azure DevOps collection. */
  readonly hasIdentity: (collection: string) => boolean;
  /** Reads an application again. */
  readonly read: (
    argocd: string,
    name: ApplicationName,
    signal: AbortSignal,
  ) => Promise<Application>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onResult: (argocd: string, result: AnnouncementResult) => void;
  /** Aborts when the process ends. */
  readonly signal: AbortSignal;
}

/** Limit for operations of one application that may name a new run: ten at once, then one per minute. */
const perApplication = { requestsPerSecond: 1 / 60, burst: 10, pendingRuns: Infinity };
/** Applications whose last operations are remembered; nobody has more. */
const mostKnown = 50_000;
/** Results that another configuration may change. */
const mayChange: ReadonlySet<AnnouncementResult> = new Set(['denied', 'foreign', 'noIdentity']);
/** How often operations that could not be accepted are looked at again, in milliseconds, and how many at a time. */
const again = { every: 10_000, most: 20 };

/** Identifies an application. */
interface Place {
  readonly argocd: string;
  readonly name: ApplicationName;
}

/**
 * Finds the runs that nobody has sent to the handler: Azure DevOps itself requested their operation from Argo
 * CD (`ArgoCDSyncDirect@1`), and the operation names them. So the handler need not be reachable. It sees every
 * application that changes, and trusts nothing in an operation until its run is proven
 * (`verification/proof.ts`).
 */
export class AnnouncedRuns {
  readonly #ports: AnnouncedRunsPorts;
  readonly #rate = new RateLimit(perApplication);
  /** The operations last looked at, by application (`signOf`). */
  readonly #seen = new Map<string, ReadonlySet<string>>();
  /** At most one look at an application at a time, so that no operation is accepted twice. */
  readonly #turns = new Map<string, { readonly signs: string; readonly done: Promise<void> }>();
  /** Applications to read and look at again, by place. */
  readonly #again = new Map<string, Place>();
  /** Applications to look at again when the configuration changes. */
  readonly #refused = new Map<string, Place>();

  constructor(ports: AnnouncedRunsPorts) {
    this.#ports = ports;
  }

  /** Looks at an application in its current state. Resolves when what it announces is stored. */
  look(argocd: string, application: Application): Promise<void> {
    this.drop(argocd, application);
    const standing = currentOperations(application).filter(({ operation }) =>
      isAnnounced(operation.info),
    );
    const id = `${argocd}|${application.uid}`;
    if (standing.length === 0 || this.#ports.settingsOf(argocd)?.client === undefined) {
      this.#seen.delete(id);
      this.#refused.delete(id);
      return Promise.resolve();
    }
    const signs = standing.map(signOf).join();
    const turn = this.#turns.get(id);
    if (turn?.signs === signs) return turn.done;
    const done = (turn?.done ?? Promise.resolve())
      .then(() => this.#takeAll(id, argocd, application, standing))
      .finally(() => {
        if (this.#turns.get(id)?.done === done) this.#turns.delete(id);
      });
    this.#turns.set(id, { signs, done });
    return done;
  }

  /** Reads an application and looks at it. Rejects if it cannot be read. */
  async hint(argocd: string, name: ApplicationName): Promise<void> {
    await this.look(argocd, await this.#ports.read(argocd, name, this.#ports.signal));
  }

  /**
   * The run that the operation of that start names; the operation is looked at first. `none`: it names
   * none. `unfollowed`: the run that it names is not ours. `busy`: not accepted yet, and looked at again.
   */
  async runOf(
    argocd: string,
    application: Application,
    startedAt: number,
  ): Promise<'none' | 'unfollowed' | 'busy' | RunHead> {
    const one = currentOperations(application).find((each) => each.startedAt === startedAt);
    if (one === undefined || !isAnnounced(one.operation.info)) return 'none';
    await this.look(argocd, application);
    const announced = this.#announced(argocd, application, one);
    if (typeof announced === 'string') return 'unfollowed';
    const { spec } = announced;
    const seen = { uid: application.uid, startedAt };
    if ((await this.#acquaintance(spec, seen)) === 'known') {
      return (await this.#ports.store.runsOf(keyOf(spec.address))).at(-1) ?? 'unfollowed';
    }
    const isSeen = this.#seen.get(`${argocd}|${application.uid}`)?.has(signOf(one)) === true;
    return isSeen ? 'unfollowed' : 'busy';
  }

  /** Requests a read of an application soon. */
  later(argocd: string, { name, namespace }: Required<ApplicationName>): void {
    this.#wantAgain({ argocd, name: { name, namespace } });
  }

  /** A read became unnecessary, since the application was delivered. */
  drop(argocd: string, name: ApplicationName): void {
    this.#again.delete(keyOfPlace({ argocd, name }));
  }

  #wantAgain(place: Place): void {
    keep(this.#again, keyOfPlace(place), place);
  }

  /** The configuration has changed: refused operations may now be accepted. */
  reconsider(): void {
    for (const [id, place] of this.#refused) {
      this.#seen.delete(id);
      this.#wantAgain(place);
    }
    this.#refused.clear();
  }

  /** Looks again at operations that could not be accepted, until the process ends. Never rejects. */
  async run(): Promise<void> {
    const { clock, signal, logger } = this.#ports;
    while (!signal.aborted) {
      await clock.sleep(again.every, signal);
      for (const [id, { argocd, name }] of [...this.#again].slice(0, again.most)) {
        if (signal.aborted) return;
        this.#again.delete(id);
        try {
          await this.hint(argocd, name);
        } catch (error) {
          // A deleted application needs no look, and a recreated one is delivered again.
          logger.warn({ argocd, reason: plainLine(errorMessage(error)) }, 'application not read');
        }
      }
    }
  }

  async #takeAll(
    id: string,
    argocd: string,
    application: Application,
    standing: readonly CurrentOperation[],
  ): Promise<void> {
    const { logger, onResult } = this.#ports;
    const { name, namespace } = application;
    const place = { argocd, name: { name, namespace } };
    const before = this.#seen.get(id);
    const seen = new Set<string>();
    for (const one of standing) {
      const sign = signOf(one);
      if (before?.has(sign) === true) {
        seen.add(sign);
        continue;
      }
      let result: AnnouncementResult;
      try {
        result = await this.#take(argocd, application, one);
      } catch (error) {
        logger.error({ argocd, err: error }, 'announced run not stored; retrying');
        result = 'busy';
      }
      onResult(argocd, result);
      if (result !== 'busy') seen.add(sign);
      else this.#wantAgain(place);
      if (mayChange.has(result)) keep(this.#refused, id, place);
    }
    keep(this.#seen, id, seen);
  }

  async #take(
    argocd: string,
    application: Application,
    one: CurrentOperation,
  ): Promise<AnnouncementResult> {
    const { access, hasIdentity, clock } = this.#ports;
    const { startedAt, finishedAt } = one;
    if (finishedAt !== undefined && clock.now() - finishedAt > longestDirectWait) return 'old';
    const announced = this.#announced(argocd, application, one);
    if (announced === 'denied') return announced;
    if (typeof announced === 'string') return this.#refuse(announced, argocd, application);
    const { spec, marker } = announced;
    const denial = access.denyFromAnywhere(spec, spec.request);
    if (denial !== undefined) {
      return this.#refuse('denied', argocd, application, `${denial.message}. ${denial.advice}`);
    }
    if (!hasIdentity(spec.address.collection)) {
      return this.#refuse('noIdentity', argocd, application);
    }
    const acquaintance = await this.#acquaintance(spec, { uid: application.uid, startedAt });
    if (acquaintance !== 'new') return acquaintance;
    return this.#accept(spec, marker, application, one);
  }

  /** What an operation requests from us, or why it does not concern us, according to the operation. */
  #announced(
    argocd: string,
    application: Application,
    { operation, startedAt }: CurrentOperation,
  ): { readonly spec: FollowSpec; readonly marker: string } | 'malformed' | 'foreign' | 'denied' {
    const { access, settingsOf } = this.#ports;
    const { client, namespace } = settingsOf(argocd) ?? { client: undefined, namespace: '' };
    const announcement = readAnnouncement(operation.info, (url) => access.collectionOf(url));
    if (typeof announcement === 'string') return announcement;
    if (client === undefined) return 'denied';
    const about = { application, argocd, namespace, client, startedAt };
    return { spec: announcedSpec(announcement, about), marker: announcement.marker };
  }

  async #accept(
    spec: FollowSpec,
    marker: string,
    application: Application,
    one: CurrentOperation,
  ): Promise<AnnouncementResult> {
    const { runs, access, clock } = this.#ports;
    const { client, argocd } = spec;
    const problem = access.quotaProblem(client, runs.pendingOf(client));
    if (problem !== undefined) return this.#refuse('busy', argocd, application, problem);
    const now = clock.now();
    if (this.#rate.take(`${argocd}|${application.uid}`, now) > 0) {
      return this.#refuse('busy', argocd, application, 'too many runs of one application');
    }
    const { subject } = spec.request;
    const path = 'names' in subject ? subject.names.map(printName).join() : '';
    const memory = takeUp(application, one, { marker, sent: announcedSync(spec.request), now });
    const checkpoint = {
      path,
      checkpoint: { memory, steps: [] },
      plan: undefined,
      result: undefined,
    };
    await runs.announce({ spec, marker, checkpoint });
    return 'accepted';
  }

  async #acquaintance(spec: FollowSpec, seen: SeenOperation) {
    const { store } = this.#ports;
    const run = (await store.runsOf(keyOf(spec.address))).at(-1);
    if (run === undefined) return 'new';
    const whole = run.spec.announced?.startedAt === undefined ? await store.run(run.id) : undefined;
    const startedAt = operationStart(whole ?? { ...run, results: [] });
    return announcementStatusOf(seen, { run, startedAt });
  }

  /** Logs the refusal once, for operators only; callers must not learn what exists here. */
  #refuse(
    result: AnnouncementResult,
    argocd: string,
    application: ApplicationName,
    why?: string,
  ): AnnouncementResult {
    const about = { argocd, application: plainLine(printName(application)), result };
    this.#ports.logger.warn(
      { ...about, ...(why !== undefined && { reason: plainLine(why) }) },
      'operation names a run that is not followed',
    );
    return result;
  }
}

/** Tells the operations of an application apart: equal ones by their start. */
function signOf({ operation, startedAt }: CurrentOperation): string {
  return `${operation.fingerprint}|${startedAt ?? 'pending'}`;
}

function keyOfPlace({ argocd, name }: Place): string {
  return `${argocd}|${printName(name)}`;
}

/** Keeps a value as the newest, and drops the oldest beyond the limit. */
function keep<T>(kept: Map<string, T>, id: string, value: T): void {
  kept.delete(id);
  kept.set(id, value);
  const [oldest] = kept.keys();
  if (kept.size > mostKnown && oldest !== undefined) kept.delete(oldest);
}
