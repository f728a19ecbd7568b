import * as z from 'zod/mini';
import { queuePipelineSchema } from '../../follow-ups/action-kinds/queue-pipeline.ts';
import { recurrences } from '../../follow-ups/follow-up.ts';
import type { Fault } from '../../inputs/fault.ts';
import type { Secret } from '../../secret.ts';
import { parseName } from '../../settings/names.ts';
import type { PathFault } from '../../settings/path-fault.ts';
import { faultsOf } from '../../settings/schema-fault.ts';
import type { Setting } from '../../settings/setting.ts';
import { described, textSetting } from '../../settings/text-setting.ts';
import { hookPhases } from '../../sync/events/hook-phase.ts';
import type { ApplicationName } from '../../sync/model/application.ts';
import { parseRedacted } from './redaction.ts';

/** Limit on the bytes of a hook's call. */
export const longestHookBody = 16 * 1_024;

const kubernetesName = (description: string) =>
  textSetting(parseKubernetesName, { description, examples: ['smoke-tests'] });

/** The body of a hook's call. */
export const hookBodySchema = z.strictObject({
  argocd: z.optional(
    textSetting(parseName, {
      description: "Name of the Argo CD instance; optional if the caller's grants name only one.",
    }),
  ),
  application: z.optional(
    textSetting(parseApplicationName, {
      description:
        "The application: `name` or `namespace/name`, or the form of ARGOCD_APP_NAME or the tracking ID; optional if the caller's grants name exactly one, without wildcards.",
    }),
  ),
  hook: z.optional(
    described(
      z.strictObject({
        name: kubernetesName('Name of the Job, or of another kind of hook.'),
        namespace: kubernetesName('Its namespace.'),
      }),
      'The resource that is the hook; optional if the token is bound to a pod: then the hook whose pod it is.',
    ),
  ),
  phase: z.optional(
    described(
      z.enum(hookPhases),
      'Its phase, if it is a hook of several phases; found automatically otherwise.',
    ),
  ),
  queue: z.optional(
    described(
      queuePipelineSchema('configuration'),
      'The pipeline to queue. Without it, the hook only reports that it runs, and receives the follow-ups.',
    ),
  ),
  complete: z.optional(
    described(
      z.literal(true),
      'Whether to look for the task of Azure Pipelines that waits for the operation, and to complete it when that ends.',
    ),
  ),
  each: described(
    z._default(z.enum(recurrences), 'operation'),
    'attempt: again for each retry of the operation.',
  ),
});
/** A parsed call of a hook. */
export type HookBody = z.output<typeof hookBodySchema>;

/** Parses the body of a hook's call without the secrets, or reports everything that is wrong with it. */
export function readHookBody(
  text: string,
  secrets: readonly Secret[] = [],
): HookBody | { readonly faults: readonly Fault[] } {
  let value: unknown;
  try {
    value = parseRedacted(text, secrets);
  } catch {
    const problem = 'it is not JSON';
    return { faults: [{ input: 'body', value: '', problem, advice: 'Send a JSON object.' }] };
  }
  const parsed = z.safeParse(hookBodySchema, value);
  if (parsed.success) {
    const { queue, complete } = parsed.data;
    if (queue === undefined || complete === undefined) return parsed.data;
    const problem = 'a call asks for one thing, and `queue` is another';
    return { faults: [{ input: 'complete', value: '', problem, advice: 'Send two calls.' }] };
  }
  const read = { schema: hookBodySchema, value };
  return { faults: parsed.error.issues.flatMap((issue) => faultsOf(issue, read)).map(inputFault) };
}

function inputFault({ path, problem, advice }: PathFault): Fault {
  const input = path.length === 0 ? 'body' : path.map(String).join('.');
  return { input, value: '', problem, advice };
}

const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const name = '[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?';
/** The build environment and tracking ids use `namespace_name`; after a `:` follows the tracked resource. */
const applicationShape = new RegExp(`^(?:(${label})[/_])?(${name})$`);

/** The application that a text names, such as a pattern without wildcards. */
export function parseApplicationName(text: string): Setting<ApplicationName> {
  const [, namespace, called] = applicationShape.exec(text) ?? [];
  if (called !== undefined) {
    return { value: { name: called, ...(namespace !== undefined && { namespace }) } };
  }
  const problem = 'it is not a valid name of an application';
  return { problem, advice: 'Use `name` or `namespace/name`.' };
}

function parseKubernetesName(text: string): Setting<string> {
  if (new RegExp(`^${name}$`).test(text)) return { value: text };
  const problem = 'it is not a valid name in Kubernetes';
  return { problem, advice: 'Use lower case, as printed by `kubectl get`.' };
}
