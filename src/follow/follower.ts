import type { Application, ApplicationName, ResourceKey } from '../sync/application.ts';
import { decide } from '../sync/decide.ts';
import { renderedTarget } from '../sync/hydration.ts';
import { atMost, mostCauses } from '../sync/explanation.ts';
import { explainUnfinished } from '../sync/unfinished.ts';
import type { ApplicationResult } from '../sync/outcome.ts';
import type { UserError } from '../sync/user-error.ts';
import type { Request } from '../sync/memory.ts';
import { refusal } from '../sync/verdict.ts';
import type { Act, Ending, Verdict } from '../sync/verdict.ts';
import { AccessDenied } from './access-denied.ts';
import type { News, Tidings } from './news.ts';
import { perform } from './acts.ts';
import { Alarm } from './alarm.ts';
import { throwIfDetached } from './detachment.ts';
import { Keeper } from './keeper.ts';
import { Lookout } from './lookout.ts';
import { Questions } from './questions.ts';
import { Repetition } from './repetition.ts';
import { makeResult } from './result.ts';
import { selectResources } from './selected-resources.ts';
import type { Activity, FollowPorts, FollowSettings } from './settings.ts';
import { overMessage, Standing } from './standing.ts';
import { followedState, Story } from './story.ts';
import { Subject } from './subject.ts';
import { Term } from './term.ts';
import { endOwnOperation } from './termination.ts';

/** Milliseconds for which a state must last before a person is told. */
const calm = 2_000;

/** Follows one application to the end: fetches, asks the rules, acts, sleeps and tells. */
export class Follower {
  readonly #settings: FollowSettings;
  /** Their signal aborts with the run, the deadline or the end of the following. */
  readonly #ports: FollowPorts;
  readonly #canceled: AbortSignal;
  readonly #life: Term;
  readonly #news: News;
  readonly #alarm: Alarm;
  readonly #subject: Subject;
  readonly #questions: Questions;
  readonly #lookout: Lookout;
  readonly #story: Story;
  readonly #keeper: Keeper;
  readonly #repetition: Repetition;
  readonly #standing: Standing;
  readonly #startedAt: number;
  #fatal: UserError | undefined;
  #isRefreshAsked: boolean;
  #status = { message: '', since: 0, isTold: true };
  #resources: readonly ResourceKey[] | undefined;

  constructor(given: FollowSettings, ports: FollowPorts, news: News) {
    const { clock, signal, journal } = ports;
    const { checkpoint: kept, plan } = journal?.recall(given.path) ?? {};
    this.#subject = new Subject(given.goal, given.marker, clock, kept?.memory);
    const settings = { ...given, address: this.#subject.locate(given.address) };
    this.#settings = settings;
    this.#canceled = signal;
    this.#life = new Term(clock, { parent: signal });
    const beforeDeadline = new Term(clock, { parent: this.#life.signal, at: settings.deadline });
    this.#ports = { ...ports, signal: beforeDeadline.signal };
    this.#news = news;
    this.#alarm = new Alarm(clock);
    this.#lookout = new Lookout(settings, this.#ports, this.#subject, news, this.#alarm);
    this.#questions = new Questions(
      settings,
      this.#ports,
      this.#subject,
      this.#lookout,
      this.#alarm,
    );
    this.#repetition = new Repetition(ports, this.#lookout);
    this.#standing = new Standing(ports.authority, {
      answered: () => this.#alarm.ring(),
      broken: (error) => this.#lookout.breakOff(error),
    });
    // What failed is told with its log even when the time is up.
    const toTheEnd = { ...ports, signal: this.#life.signal };
    const story = { steps: kept?.steps ?? [], held: kept?.held, plan };
    this.#story = new Story(settings, toTheEnd, story, () => this.#alarm.ring());
    this.#keeper = new Keeper(journal, settings.path, this.#subject, this.#story);
    const { memory } = this.#subject;
    this.#startedAt = memory.startedAt;
    this.#isRefreshAsked = memory.refresh.answeredAt !== undefined;
  }

  /** Resolves with how it ended, whatever happens on the way; rejects only for a bug of ours. */
  async run(): Promise<ApplicationResult> {
    const { name } = this.#settings.address;
    this.#is({ kind: 'busy' });
    const stop = this.#news.listen(name, (tidings) => {
      const heard = this.#hear(tidings);
      if (heard === 'look') this.#lookout.hearOfNews();
      if (heard === 'ignored') return;
      // Said at once: whoever takes a follower away that only waits must not take the news with it.
      this.#is({ kind: 'busy' });
      this.#alarm.ring();
    });
    try {
      return await this.#finish(await this.#follow());
    } finally {
      stop();
      this.#life.end();
      this.#is({ kind: 'over' });
    }
  }

  #hear(event: Tidings): ReturnType<Subject['hear']> | 'broken' {
    if (event === 'broken') return event;
    if (event === 'changed') return 'look';
    const isAwaited = this.#lookout.missing !== undefined && event.type === 'ADDED';
    return isAwaited ? 'look' : this.#subject.hear(event);
  }

  /** What is known of the application: its newest look. */
  get application(): Application | undefined {
    return this.#subject.application;
  }

  /** The child Applications that the application manages, as of the last look. */
  children(): readonly ApplicationName[] {
    return (this.application?.resources ?? [])
      .filter(
        ({ group, kind, requiresPruning }) =>
          group === 'argoproj.io' && kind === 'Application' && !requiresPruning,
      )
      .map(({ name, namespace }) => ({ name, namespace }));
  }

  async #follow(): Promise<Ending> {
    for (;;) {
      const ending = this.#interruption() ?? (await this.#turn());
      if (ending !== undefined) return ending;
    }
  }

  /** One round: look if it is time, ask the rules, do what they say, sleep. */
  async #turn(): Promise<Ending | undefined> {
    this.#lookout.lookIfDue();
    const verdict = this.#judge();
    if (verdict?.kind !== 'act') this.#repetition.forget();
    if (verdict === undefined) {
      const { missing } = this.#lookout;
      if (missing !== undefined) this.#say(`${missing} yet: waiting for it`);
      await this.#sleep(undefined);
      return undefined;
    }
    switch (verdict.kind) {
      case 'done':
        return verdict.ending;
      case 'act':
        return this.#act(verdict.act, verdict.doing);
      case 'wait':
        this.#say(verdict.doing, verdict.inSteps);
        if (verdict.ask !== undefined) this.#questions.ask(verdict.ask);
        await this.#sleep(verdict.at);
        return undefined;
    }
  }

  #judge(isLast = false): Verdict | undefined {
    const { application, memory } = this.#subject;
    if (application === undefined) return undefined;
    this.#story.track(application, memory);
    this.#keeper.keepNews();
    const { goal } = this.#settings;
    if (!this.#isRefreshAsked && goal.action !== 'terminate') {
      // Whatever is read before Argo CD has looked at Git again may be of yesterday.
      this.#isRefreshAsked = true;
      this.#questions.ask('refresh');
    }
    return decide({ application, memory, goal, now: this.#ports.clock.now(), isLast });
  }

  /** What ends the following from outside: a fatal answer, a cancellation, the deadline. */
  #interruption(): Ending | undefined {
    const fatal = this.#fatal ?? this.#lookout.fatal;
    if (fatal !== undefined) return refusal('failed', fatal.message, fatal.advice);
    throwIfDetached(this.#canceled);
    const { over } = this.#standing;
    if (this.#canceled.aborted || over !== undefined) {
      const message = over === undefined ? 'The run was canceled' : overMessage(over);
      return { outcome: 'canceled', message, evidence: '', causes: [] };
    }
    if (this.#ports.clock.now() < this.#settings.deadline) return undefined;
    // What was done in the last moment is done.
    const verdict = this.#judge(true);
    return verdict?.kind === 'done' ? verdict.ending : this.#timedOut();
  }

  #timedOut(): Ending {
    const { application, memory } = this.#subject;
    const seconds = Math.round((this.#settings.deadline - this.#startedAt) / 1000);
    const { missing, away, neverReached } = this.#lookout;
    if (neverReached !== undefined) {
      return refusal('timedOut', neverReached.message, neverReached.advice);
    }
    const last = missing ?? away ?? this.#status.message;
    const message =
      seconds <= 0
        ? 'Not begun: the time was up before its turn came'
        : `Not done within ${seconds} s${last === '' ? '' : `; at last: ${last}`}`;
    const { goal } = this.#settings;
    const view = application && { application, memory, goal, now: this.#ports.clock.now() };
    const causes =
      view === undefined
        ? []
        : explainUnfinished(view, followedState(view.application, memory), message);
    return { outcome: 'timedOut', message, evidence: '', causes };
  }

  async #act(act: Act, what: string): Promise<Ending | undefined> {
    const doing = this.#repetition.explain(what);
    const { application, memory } = this.#subject;
    const { argocd, clock, signal } = this.#ports;
    if (application === undefined) return undefined;
    if (!this.#repetition.mayAct()) {
      this.#say(doing);
      await this.#sleep(this.#repetition.pauseEnd);
      return undefined;
    }
    if (!this.#mayDo(act)) return this.#awaitProof();
    this.#repetition.forget();
    if (act.kind === 'sync' && memory.request === undefined) this.#say(doing);
    else if (doing !== this.#status.message) this.#tellStatus(doing);
    try {
      const resources = act.kind === 'sync' ? await this.#select(application) : [];
      if (!this.#mayDo(act)) return await this.#awaitProof();
      const ports = { argocd, now: () => clock.now(), signal, sending: this.#sending };
      const known = { application, memory };
      const acted = await perform(act, this.#settings, known, resources, ports);
      this.#subject.update(acted.change);
      if (acted.application !== undefined) this.#subject.take(acted.application);
      if (acted.failed === undefined) this.#repetition.succeeded();
      else this.#repetition.failed(acted.failed);
    } catch (error) {
      // It was no answer to the request.
      this.#subject.update({ request: memory.request });
      this.#fatal = this.#repetition.broke(error);
    }
    return undefined;
  }

  /** Nothing is changed for a run of which nobody knows whether it is still wanted. */
  #mayDo({ kind }: Act): boolean {
    return kind === 'adopt' || this.#standing.isProven();
  }

  /** Until then, much can happen: the rules are asked again. */
  async #awaitProof(): Promise<undefined> {
    this.#say('waiting for Azure DevOps to confirm that the run is still wanted');
    await this.#sleep(undefined);
  }

  readonly #sending = async (request: Request): Promise<void> => {
    this.#subject.update({ request });
    await this.#keeper.keep();
  };

  async #select(application: Application): Promise<readonly ResourceKey[]> {
    const { goal, address } = this.#settings;
    if (goal.action !== 'sync' || goal.options.resources.length === 0) return [];
    // The manifests of a hydrated application are made from the dry commit, whatever is synced.
    const target = renderedTarget(application, this.#subject.memory) ?? goal.target;
    this.#resources ??= await selectResources(
      { ...goal, target },
      application,
      address,
      this.#ports,
    );
    return this.#resources;
  }

  async #sleep(at: number | undefined): Promise<void> {
    const { clock, signal } = this.#ports;
    const { isTold, since } = this.#status;
    const until = Math.min(
      this.#lookout.due,
      this.#lookout.contactDue,
      this.#questions.retryAt,
      this.#story.heldUntil,
      at ?? Infinity,
      isTold ? Infinity : since + calm,
      this.#settings.deadline,
    );
    // What is yet to be told is not known to whoever takes it up after a rest: it would begin anew.
    const isBusy =
      !isTold || this.#lookout.isLooking || this.#questions.isAsking || this.#story.isReading;
    if (!isBusy && !this.#alarm.isRinging) this.#is({ kind: 'idle', until });
    await this.#alarm.wait(Math.max(0, until - clock.now()), signal);
    this.#is({ kind: 'busy' });
  }

  #is(activity: Activity): void {
    this.#ports.activity?.(this.#settings.path, activity);
  }

  /** Tells the steps that still wait for the plan; a run that was canceled has no time for it. */
  async #tellHeld({ outcome }: Ending): Promise<void> {
    if (outcome !== 'canceled') await this.#story.settled();
    throwIfDetached(this.#canceled);
    this.#story.release();
    this.#keeper.keepNews();
  }

  async #finish(ending: Ending): Promise<ApplicationResult> {
    const { clock, argocd } = this.#ports;
    const standing = this.#standing;
    const ports = { ...this.#ports, standing };
    const ended = await endOwnOperation(ending, this.#settings, ports, this.#subject);
    const isDenied = (this.#fatal ?? this.#lookout.fatal) instanceof AccessDenied;
    if (!isDenied) await this.#tellHeld(ended);
    const causes = await this.#story.withLogs(atMost(ended.causes, mostCauses - 1));
    const times = { startedAt: this.#startedAt, finishedAt: clock.now() };
    const { address } = this.#settings;
    const url = argocd.pageOf(address);
    const { application, memory } = this.#subject;
    const { steps, plan, toldSteps } = this.#story;
    // What was told before it was denied is told; nothing is added to that.
    const known = isDenied ? { application: undefined, memory } : { application, memory };
    const story = isDenied ? { plan: undefined, steps: toldSteps } : { plan, steps };
    return makeResult(address, url, { ...ended, causes }, known, story, times);
  }

  /**
   * Tells what is being waited for, once it has lasted a little: what is over at once is no news.
   * `inSteps`: the steps have told it already.
   */
  #say(message: string, inSteps = false): void {
    const now = this.#ports.clock.now();
    if (message !== this.#status.message) {
      this.#status = { message, since: now, isTold: inSteps };
    }
    const { since, isTold } = this.#status;
    if (isTold || now - since < calm) return;
    this.#tellStatus(message);
  }

  #tellStatus(message: string): void {
    this.#status = { message, since: this.#ports.clock.now(), isTold: true };
    this.#ports.tell({ kind: 'status', application: this.#settings.address, message });
  }
}
