import { actionKeyOf, eventKeyOf } from '../../follow-ups/action-key.ts';
import { judgeAnnotations } from '../../follow-ups/annotation-sentences.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { Grant } from '../../follow-ups/grants.ts';
import { idleReasons } from '../../follow-ups/idle-reasons.ts';
import { chooseRules } from '../../follow-ups/precedence.ts';
import type { AddressDefaults } from '../../follow-ups/pipeline-address.ts';
import { renderAction } from '../../follow-ups/render-action.ts';
import { RuleSet, type EventSource } from '../../follow-ups/rule-set.ts';
import { valuesOf } from '../../follow-ups/template-values.ts';
import type { ApplicationEvent } from '../../sync/events/application-event.ts';
import { originOfEvent } from '../../sync/events/operation-origin.ts';
import type { Application } from '../../sync/model/application.ts';
import type { EventStore, StoredAction } from '../store/event-store.ts';
import { writeActionBody } from '../../actions/action-body.ts';
import { chainOf, chainRefusal, linkOf, type ChainPorts } from './chain.ts';
import type { FollowUpTelemetry, RulesOfRun } from './follow-up-ports.ts';
import type { IdleEventSource } from './idle-events.ts';
import type { RulePace } from './rule-pace.ts';

/** The configuration of follow-ups. Times are milliseconds. */
export interface ActionSettings {
  readonly followUps: readonly FollowUpRule[];
  readonly grants: readonly Grant[];
  readonly followUpLimits: {
    readonly catchUp: number;
    readonly keepTrying: number;
    readonly chainDepth: number;
    readonly actionsPerHour: number;
  };
  /** Used where a rule names no organization; undefined if several are configured, or none. */
  readonly organization: string | undefined;
}

/** What rules and chains need of an event's application. */
export type ActionSubject = Pick<
  Application,
  'name' | 'namespace' | 'project' | 'annotations' | 'labels' | 'operationState'
>;

/** Where an event was seen. */
export interface SeenAt {
  readonly argocd: string;
  /** From the application's memory. */
  readonly keyPrefix: string | undefined;
  readonly ownNamespace: string;
  readonly applicationUrl: string;
}

/** An event, and how it became known. */
export interface SeenEvent {
  readonly event: ApplicationEvent;
  readonly late: boolean;
  /** Whether a rule of the configuration existed when the event happened. */
  readonly isMeant: (rule: FollowUpRule) => boolean;
}

/** What turning events into actions needs. */
export interface EventActionsPorts extends ChainPorts {
  readonly store: ChainPorts['store'] & Pick<EventStore, 'action'>;
  readonly rulesOfRun: RulesOfRun | undefined;
  readonly pace: RulePace;
  readonly telemetry: Pick<FollowUpTelemetry, 'chainRefused' | 'flooded' | 'seenAgain'>;
  /** Called once when a rule reaches its hourly limit, and again only after it was below the limit. */
  readonly onDelay: (rule: string, until: number) => void;
  /** Called when an action of a rule is dropped, since too many wait before it. */
  readonly onFlood: (rule: string) => void;
  /** Told of an event that starts nothing, or less than its rules ask for, and why. May be told again. */
  readonly onIdle: (
    event: ApplicationEvent,
    source: IdleEventSource,
    reasons: readonly string[],
  ) => void;
}

/** What annotations ask for, as far as it is granted, and why the rest is not done. */
interface Annotated {
  readonly rules: RuleSet;
  readonly faults: readonly string[];
}

/** The rules that an event starts, and what else is known of them. */
interface StartedRules {
  readonly rules: readonly FollowUpRule[];
  readonly defaults: AddressDefaults;
  /** All rules that the run that started the operation brought; undefined: none. */
  readonly brought: RuleSet | undefined;
}

/** Why a rule that an event starts makes no action. */
const leftWords = {
  incomplete: 'it names no project, and the event does not tell one.',
  flood: 'not done, because too many of its follow-ups wait (`followUpLimits`).',
} as const;

const notAllowed =
  'the handler may not queue it. `rules` must allow the run the action `queue`, and a pipeline of another project needs a grant for the AppProject.';

/** No organization has this name. An action that needs one is refused with the reason when it is prepared. */
const nowhere = '';

/** Turns events into actions, by the rules of the configuration, annotations and runs. */
export class EventActions {
  readonly #ports: EventActionsPorts;
  readonly #settings: ActionSettings;
  readonly #rules: RuleSet;

  constructor(settings: ActionSettings, ports: EventActionsPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#rules = new RuleSet(settings.followUps);
  }

  /** The actions for events of one application, in the order of the events. `now`: local milliseconds. */
  async of(
    events: readonly SeenEvent[],
    application: ActionSubject,
    { now, ...at }: SeenAt & { readonly now: number },
  ): Promise<readonly StoredAction[]> {
    const actions: StoredAction[] = [];
    if (events.length === 0) return actions;
    const { argocd, ownNamespace } = at;
    const source: EventSource = { argocd, ownNamespace, labels: application.labels };
    const annotated = this.#annotated(application, argocd);
    for (const seen of events) {
      const { event, late } = seen;
      const started = await this.#startedBy(seen, application, source, annotated.rules);
      const { rules, defaults } = started;
      const left: string[] = [];
      for (const rule of rules) {
        const action = await this.#actionOf(seen, rule, { ...at, application, defaults, now });
        if (typeof action === 'object') actions.push(action);
        else if (action !== 'known') left.push(`Rule ${rule.name}: ${leftWords[action]}`);
      }
      const reasons =
        rules.length > 0 ? left : this.#idleReasons(seen, source, annotated, started.brought);
      if (reasons.length > 0) this.#ports.onIdle(event, { ...at, late }, reasons);
    }
    return actions;
  }

  /**
   * The action of one additional rule, from a hook, for an event. Undefined: it exists already, or too
   * many wait before it.
   */
  async ofRule(
    event: ApplicationEvent,
    rule: FollowUpRule,
    application: ActionSubject,
    at: SeenAt & { readonly now: number },
  ): Promise<StoredAction | undefined> {
    const seen = { event, late: false, isMeant: () => true };
    const { organization = nowhere } = this.#settings;
    const defaults = { organization, project: undefined };
    const action = await this.#actionOf(seen, rule, { ...at, application, defaults });
    return typeof action === 'object' ? action : undefined;
  }

  #annotated(application: ActionSubject, argocd: string): Annotated {
    const { rules, faulty, forbidden } = judgeAnnotations(argocd, application, this.#settings);
    return { rules: new RuleSet(rules), faults: [...faulty, ...forbidden] };
  }

  async #startedBy(
    { event, isMeant }: SeenEvent,
    application: ActionSubject,
    source: EventSource,
    annotated: RuleSet,
  ): Promise<StartedRules> {
    const { organization = nowhere } = this.#settings;
    const origin = originOfEvent(event, application);
    const run = origin?.kind === 'run' ? await this.#ports.rulesOfRun?.(origin.marker) : undefined;
    const brought = run && new RuleSet(run.rules);
    const defaults = {
      organization: run?.organization ?? organization,
      project: run?.project,
    };
    const placed = {
      configuration: this.#rules.matching(event, source).filter(isMeant),
      // Only what the handler may do for this application.
      input: (brought?.matching(event, source) ?? []).filter((rule) =>
        run?.mayQueue(rule, event, source.argocd),
      ),
      annotations: annotated.matching(event, source),
    };
    return { rules: chooseRules(placed, defaults), defaults, brought };
  }

  /** Why an event starts nothing. */
  #idleReasons(
    { event, isMeant }: SeenEvent,
    source: EventSource,
    { rules: annotated, faults }: Annotated,
    brought: RuleSet | undefined,
  ): readonly string[] {
    const of = (rules: RuleSet, isMeant: (rule: FollowUpRule) => boolean) =>
      idleReasons({ rules, isMeant }, event, source);
    const always = () => true;
    const configured = of(this.#rules, isMeant);
    const refused = brought?.matching(event, source) ?? [];
    const reasons = [
      ...(configured.length > 0 ? configured : ['No rule of `followUps` is for this application.']),
      ...of(annotated, always),
      ...faults,
      ...refused.map(({ name }) => `Rule ${name} of the run: ${notAllowed}`),
      ...(brought === undefined || refused.length > 0 ? [] : of(brought, always)),
    ];
    return [...new Set(reasons)];
  }

  async #actionOf(
    { event, late }: SeenEvent,
    rule: FollowUpRule,
    about: SeenAt & {
      readonly application: ActionSubject;
      readonly defaults: AddressDefaults;
      readonly now: number;
    },
  ): Promise<StoredAction | keyof typeof leftWords | 'known'> {
    const { argocd, keyPrefix, applicationUrl, application, defaults, now } = about;
    const action = renderAction(rule, valuesOf(event, { argocd, applicationUrl }), defaults);
    // Only rules of an input may leave out the project; the run supplies it.
    if (action === undefined) return 'incomplete';
    const { chainDepth, actionsPerHour, keepTrying } = this.#settings.followUpLimits;
    const { pace, telemetry, onDelay, onFlood } = this.#ports;
    const key = actionKeyOf(event, rule, keyPrefix);
    // An action that exists is left unchanged and counts once.
    if ((await this.#ports.store.action(key)) !== undefined) {
      telemetry.seenAgain();
      return 'known';
    }
    const chain = await chainOf(event, application, this.#ports);
    const refusal = chainRefusal(chain, linkOf({ event, argocd }, rule.name), chainDepth);
    if (refusal) telemetry.chainRefused(refusal.why);
    const { uid } = event.application;
    const limits = { perHour: actionsPerHour, longest: keepTrying };
    // A refused action does not wait, but no more of them are stored per hour than of others.
    const counted = refusal ? `refused ${rule.name}` : rule.name;
    const turn = pace.next({ rule: counted, action, uid }, limits, now);
    if (turn === undefined || (refusal && turn > now)) {
      // A flood must not fill the store: dropped actions are only counted, and reported once.
      telemetry.flooded();
      onFlood(rule.name);
      return 'flood';
    }
    const dueAt = refusal ? now : turn;
    if (dueAt > now) onDelay(rule.name, dueAt);
    const eventKey = eventKeyOf(key);
    const body = { event, argocd, applicationUrl, action, eventKey, late, chain };
    return {
      ...{ key, uid, rule: rule.name, createdAt: now, dueAt },
      // The pace of the rule may delay it further.
      expiresAt: dueAt + keepTrying,
      state: refusal ? 'refused' : 'waiting',
      ...{ tries: 0, sentAt: undefined, looks: 0, request: undefined, outcome: undefined },
      body: writeActionBody(body),
      message: refusal?.message ?? (dueAt > now ? delayed(rule.name, actionsPerHour) : ''),
    };
  }
}

function delayed(rule: string, perHour: number): string {
  return `Delayed: ${rule} may start ${perHour} an hour (\`followUpLimits.actionsPerHour\`).`;
}
