import type * as z from 'zod/mini';
import type { AddressDefaults, PipelineAddress } from '../pipeline-address.ts';
import type { TemplateValues } from '../template.ts';

/** Where rules are written. It decides what they may omit and what they may do. */
export type Place = 'configuration' | 'input';

/** What an action is rendered for. */
export interface RenderContext {
  /** The rule's name. */
  readonly rule: string;
  /** Of the event. */
  readonly values: TemplateValues;
  readonly defaults: AddressDefaults;
}

/** The settings of a kind, by their names below its own in a rule. */
export interface KindSettings {
  /** Those that contain no secret, so faults may show their values. */
  readonly shown: readonly string[];
  /** Those that are secrets: a warning tells who wrote one in plain text. */
  readonly secrets: readonly string[];
  /** The paths of those that name a pipeline; empty: its own setting does. */
  readonly pipelines: readonly (readonly string[])[];
}

/**
 * A kind of action: everything that the rest of the code needs to know of it, except how it is done,
 * which its `ActionTarget` knows. `Written`: the action as a rule has it; `Rendered`: for one event, as
 * plain data without secrets, for the store. What queues a run names its pipeline in both.
 */
export interface ActionKind<
  Written extends { readonly kind: string },
  Rendered extends { readonly kind: string },
> {
  /** Its name in rules and in the store. */
  readonly kind: Written['kind'] & Rendered['kind'];
  /**
   * What a run must be allowed to do (`actions` in `rules`) to ask for it in its input `followUps`.
   * Undefined: only the configuration may ask for it.
   */
  readonly permission: 'queue' | undefined;
  /**
   * Whether it queues a run in Azure DevOps, which then claims the event, is followed to its end, and
   * can be canceled. Others are over as soon as they are done.
   */
  readonly queues: Written extends PipelineAddress ? true : false;
  /** How often an event can lead to it, for people. Undefined: the mark of the requested run decides. */
  readonly once: string | undefined;
  readonly settings: KindSettings;
  /** Reads its setting in a rule. */
  schema(place: Place): z.core.$ZodType<Written>;
  /** Reads it from the store. */
  stored(): z.core.$ZodType<Rendered>;
  /** The action for an event. Undefined if it needs a project, and none is known. */
  render(action: Written, about: RenderContext): Rendered | undefined;
  /**
   * Equal for actions that lead to the same: the pace counts them together, and of rules in several
   * places only the first acts. Undefined if it needs a project, and none is known.
   */
  target(action: Written | Rendered, defaults: AddressDefaults): string | undefined;
  /** What the run that started the operation calls it; contains no secret. */
  print(action: Written | Rendered): string;
  /** What it is about, for operators: `pipeline fabrikam/shop/smoke-tests`. */
  printTarget(action: Written | Rendered): string;
  /** What it does, as an imperative: `queue fabrikam/shop/smoke-tests`. */
  printDeed(action: Written): string;
}
