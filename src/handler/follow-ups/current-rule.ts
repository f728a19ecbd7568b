import { actionKindOf, pipelineOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { FollowUpRule, RenderedAction } from '../../follow-ups/follow-up.ts';
import { isGranted, type Grant } from '../../follow-ups/grants.ts';
import { printPipelineAddress, type CompleteAddress } from '../../follow-ups/pipeline-address.ts';
import { targetKey } from '../../follow-ups/target-key.ts';
import type { ApplicationName } from '../../sync/model/application.ts';
import type { ActionOutcome, StoredAction } from '../../actions/stored-action.ts';
import { readActionBody } from '../../actions/action-body.ts';
import type { RulesOfRun } from './follow-up-ports.ts';
import { ActionError, type ActionTarget } from '../../actions/action-target.ts';

/** The current configuration. */
export interface CurrentRules {
  readonly followUps: readonly FollowUpRule[];
  readonly grants: readonly Grant[];
  /** Whether a hook in a namespace may queue a pipeline for an application. */
  readonly mayHookQueue?: (about: HookQuestion) => boolean;
}

/** What a hook asked for. */
export interface HookQuestion {
  readonly argocd: string;
  readonly application: Required<ApplicationName>;
  readonly appProject: string;
  readonly namespace: string;
  readonly address: CompleteAddress;
}

/**
 * Executes an action only while its rule still applies. An action may wait for days, and whoever removed the
 * rule or grant no longer wants it.
 */
export class CurrentRuleTarget implements ActionTarget {
  readonly #target: ActionTarget;
  readonly #rules: () => CurrentRules;
  readonly #rulesOfRun: RulesOfRun | undefined;

  constructor(target: ActionTarget, rules: () => CurrentRules, rulesOfRun?: RulesOfRun) {
    this.#target = target;
    this.#rules = rules;
    this.#rulesOfRun = rulesOfRun;
  }

  async prepare(action: StoredAction, signal: AbortSignal): Promise<string> {
    const refusal = refusalOf(action, this.#rules()) ?? (await this.#refusalOfRun(action));
    if (refusal !== undefined) throw new ActionError('refused', refusal);
    return await this.#target.prepare(action, signal);
  }

  /** Why a run's own rule no longer applies: the run has lost the right, or is no longer stored. */
  async #refusalOfRun(stored: StoredAction): Promise<string | undefined> {
    if (this.#rulesOfRun === undefined || !stored.rule.startsWith('input/')) return undefined;
    const { event, argocd } = readActionBody(stored);
    const origin = event.operation?.origin;
    const run = origin?.kind === 'run' ? await this.#rulesOfRun(origin.marker) : undefined;
    const rule = run?.rules.find(({ name }) => name === stored.rule);
    if (run !== undefined && rule !== undefined && run.mayQueue(rule, event, argocd)) {
      return undefined;
    }
    return notAllowedAnyMore;
  }

  send(request: string, signal: AbortSignal): Promise<ActionOutcome> {
    return this.#target.send(request, signal);
  }

  lookUp(request: string, since: number, signal: AbortSignal): Promise<ActionOutcome | undefined> {
    return this.#target.lookUp(request, since, signal);
  }
}

/** Why a follow-up that a run requested is not queued: the run lost the right. */
export const notAllowedAnyMore =
  'The run whose input `followUps` asks for this may no longer queue it. Allow the action `queue` in `rules`; for a pipeline of another project, add an entry to `grants`.';

/** Why the rule of an action no longer applies. */
function refusalOf(
  stored: StoredAction,
  { followUps, grants, mayHookQueue }: CurrentRules,
): string | undefined {
  const { rule } = stored;
  if (rule.startsWith('input/')) return undefined;
  if (rule.startsWith('hook/')) {
    const { action, argocd, event } = readActionBody(stored);
    const queued = pipelineOf(action);
    if (queued === undefined)
      return `Hooks only queue pipelines, and this is the ${actionKindOf(action).printTarget(action)}.`;
    const { name, namespace, project: appProject } = event.application;
    const [, ofHook = ''] = rule.split('/');
    const about = { argocd, application: { name, namespace }, appProject, address: queued };
    if (mayHookQueue?.({ ...about, namespace: ofHook }) === true) return undefined;
    return `Hooks of ${namespace}/${name} may no longer queue ${printPipelineAddress(queued)}. To allow it, add an entry to \`hooks.grants\` in the configuration.`;
  }
  if (!rule.startsWith('annotation/')) {
    const current = followUps.find(({ name }) => name === rule);
    if (current === undefined) {
      return `The rule ${rule} is no longer in \`followUps\` of the configuration, so its action is skipped.`;
    }
    if (isSameTarget(current.do, readActionBody(stored).action)) return undefined;
    return `The rule ${rule} in \`followUps\` of the configuration now has another target, so its earlier action is skipped.`;
  }
  const { action, argocd, event } = readActionBody(stored);
  const queued = pipelineOf(action);
  if (queued === undefined)
    return `Annotations only queue pipelines, and this is the ${actionKindOf(action).printTarget(action)}.`;
  const appProject = event.application.project;
  if (isGranted(grants, { argocd, appProject, address: queued })) return undefined;
  return `Applications of AppProject ${appProject} may no longer queue ${printPipelineAddress(queued)}. To allow it, add an entry to \`grants\` in the configuration.`;
}

/** Whether a rule still has the target of its earlier action. The organization may be left out. */
function isSameTarget(current: FollowUpRule['do'], action: RenderedAction): boolean {
  return targetKey(current, pipelineOf(action)) === targetKey(action);
}
