import type { ApplicationName, ResourceKey } from '../sync/application.ts';
import { decide } from '../sync/decide.ts';
import { explainUnfinished } from '../sync/explanation.ts';
import type { ApplicationResult } from '../sync/outcome.ts';
import { expandSelection } from '../sync/selection.ts';
import { UserError } from '../sync/user-error.ts';
import type { Act, Ending, Verdict } from '../sync/verdict.ts';
import { perform } from './acts.ts';
import { Alarm } from './alarm.ts';
import { backoff } from './backoff.ts';
import type { Feed } from './feed.ts';
import { Lookout } from './lookout.ts';
import { Questions } from './questions.ts';
import { makeResult } from './result.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import { followedState, Story } from './story.ts';
import { Subject } from './subject.ts';
import { endOwnOperation } from './termination.ts';

/** Milliseconds for which a state must last before a person is told. */
const calm = 2_000;
const retry = { first: 500, most: 10_000 };

/** Follows one application to the end: fetches, asks the rules, acts, sleeps and tells. */
export class Follower {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #feed: Feed;
  readonly #alarm: Alarm;
  readonly #subject: Subject;
  readonly #questions: Questions;
  readonly #lookout: Lookout;
  readonly #story: Story;
  readonly #startedAt: number;
  #actFailures = 0;
  #actNotBefore = -Infinity;
  #fatal: UserError | undefined;
  #isRefreshAsked = false;
  #status = { message: '', since: 0, isTold: true };
  #resources: readonly ResourceKey[] | undefined;

  constructor(settings: FollowSettings, ports: FollowPorts, feed: Feed) {
    this.#settings = settings;
    this.#ports = ports;
    this.#feed = feed;
    this.#alarm = new Alarm(ports.clock);
    this.#subject = new Subject(settings.goal, settings.marker, ports.clock);
    this.#questions = new Questions(settings, ports, this.#subject, this.#alarm);
    this.#lookout = new Lookout(settings, ports, this.#subject, feed, this.#alarm);
    this.#story = new Story(settings, ports);
    this.#startedAt = ports.clock.now();
  }

  /** Resolves with how it ended, whatever happens on the way; rejects only for a bug of ours. */
  async run(): Promise<ApplicationResult> {
    const { name } = this.#settings.address;
    const stop = this.#feed.listen(name, (event) => {
      const heard = this.#subject.hear(event);
      if (heard === 'look') this.#lookout.hurry();
      if (heard !== 'ignored') this.#alarm.ring();
    });
    try {
      return await this.#finish(await this.#follow());
    } finally {
      stop();
    }
  }

  /** The child Applications that the application manages, as of the last look. */
  children(): readonly ApplicationName[] {
    return (this.#subject.application?.resources ?? [])
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

  #judge(): Verdict | undefined {
    const { application, memory } = this.#subject;
    if (application === undefined) return undefined;
    this.#story.track(application, memory);
    const { goal } = this.#settings;
    if (!this.#isRefreshAsked && goal.action !== 'terminate') {
      // Whatever is read before Argo CD has looked at Git again may be of yesterday.
      this.#isRefreshAsked = true;
      this.#questions.ask('refresh');
    }
    return decide({ application, memory, goal, now: this.#ports.clock.now() });
  }

  /** What ends the following from outside: a fatal answer, a cancellation, the deadline. */
  #interruption(): Ending | undefined {
    const fatal = this.#fatal ?? this.#lookout.fatal;
    if (fatal !== undefined) {
      const cause = { title: fatal.message, message: '', advice: fatal.advice };
      return {
        outcome: 'failed',
        message: fatal.message,
        evidence: '',
        causes: [{ ...cause, resource: undefined, log: [] }],
      };
    }
    if (this.#ports.signal.aborted) {
      return { outcome: 'canceled', message: 'The run was canceled', evidence: '', causes: [] };
    }
    if (this.#ports.clock.now() < this.#settings.deadline) return undefined;
    return this.#timedOut();
  }

  #timedOut(): Ending {
    const { application, memory } = this.#subject;
    const seconds = Math.round((this.#settings.deadline - this.#startedAt) / 1000);
    const last = this.#lookout.missing ?? this.#status.message;
    const message = `Not done within ${seconds} s${last === '' ? '' : `; at last: ${last}`}`;
    const causes = application
      ? explainUnfinished(application, followedState(application, memory))
      : [];
    return { outcome: 'timedOut', message, evidence: '', causes };
  }

  async #act(act: Act, doing: string): Promise<Ending | undefined> {
    const isFirstSync = act.kind === 'sync' && this.#subject.memory.request === undefined;
    if (isFirstSync) this.#say(doing);
    else if (doing !== this.#status.message) this.#tellStatus(doing);
    const { argocd, clock, signal, random } = this.#ports;
    const { application, memory } = this.#subject;
    if (application === undefined) return undefined;
    if (clock.now() < this.#actNotBefore) {
      await this.#sleep(this.#actNotBefore);
      return undefined;
    }
    try {
      const resources = act.kind === 'sync' ? await this.#select() : [];
      const now = () => clock.now();
      const ports = { argocd, now, signal };
      const acted = await perform(act, this.#settings, { application, memory }, resources, ports);
      const { request, identity, terminating, terminatedAt, begun, ended, proven } = acted.memory;
      this.#subject.update(
        act.kind === 'adopt'
          ? { request, identity, begun, ended, proven }
          : { request, identity, terminating, terminatedAt },
      );
      if (acted.application !== undefined) this.#subject.take(acted.application);
      if (acted.failed === undefined) {
        this.#actFailures = 0;
        return undefined;
      }
      this.#actFailures += 1;
      const pause = backoff(this.#actFailures, retry, random);
      this.#actNotBefore = clock.now() + Math.max(pause, acted.failed.retryAfter ?? 0);
      // What is known may be older than the answer: look before the rules are asked again.
      await this.#lookout.lookNow();
    } catch (error) {
      if (error instanceof UserError) this.#fatal = error;
      else this.#lookout.failed(error);
    }
    return undefined;
  }

  /** The exact resources of a selective sync, since the server compares exactly. */
  async #select(): Promise<readonly ResourceKey[]> {
    const { goal, address } = this.#settings;
    if (goal.action !== 'sync' || goal.options.resources.length === 0) return [];
    if (this.#resources !== undefined) return this.#resources;
    const { target, options } = goal;
    const asked =
      target.kind === 'revision'
        ? { revision: target.revision }
        : target.kind === 'revisions'
          ? { revisions: target.byPosition }
          : {};
    const manifests = await this.#ports.argocd.manifests(address, asked, this.#ports.signal);
    const namespace = this.#subject.application?.destinationNamespace ?? '';
    const { resources, unmatched } = expandSelection(options.resources, manifests, namespace);
    if (unmatched.length > 0) {
      throw new UserError(
        `"resources" selects nothing: ${unmatched.join('; ')}`,
        'Argo CD would ignore what it does not find, and call that a success. Correct the entry.',
      );
    }
    this.#resources = resources;
    return resources;
  }

  async #sleep(at: number | undefined): Promise<void> {
    const { clock, signal } = this.#ports;
    const { isTold, since } = this.#status;
    const until = Math.min(
      this.#lookout.due,
      at ?? Infinity,
      isTold ? Infinity : since + calm,
      this.#settings.deadline,
    );
    await this.#alarm.wait(Math.max(0, until - clock.now()), signal);
  }

  async #finish(ending: Ending): Promise<ApplicationResult> {
    const { clock, argocd } = this.#ports;
    const ended = await endOwnOperation(ending, this.#settings, this.#ports, this.#subject);
    const causes = await this.#story.withLogs(ended.causes);
    const times = { startedAt: this.#startedAt, finishedAt: clock.now() };
    const { address } = this.#settings;
    const url = argocd.pageOf(address);
    return makeResult(address, url, { ...ended, causes }, this.#subject, this.#story, times);
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
