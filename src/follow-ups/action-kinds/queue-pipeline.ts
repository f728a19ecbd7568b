import * as z from 'zod/mini';
import { described } from '../../settings/text-setting.ts';
import {
  completeAddress,
  printPipelineAddress,
  type CompleteAddress,
  type PipelineAddress,
} from '../pipeline-address.ts';
import { renderTemplate, renderTemplates, type Template } from '../template.ts';
import type { ActionKind, Place } from './action-kind.ts';
import {
  lineSetting,
  pipelineSetting,
  templateSetting,
  templateSettings,
  type Templates,
} from './action-settings.ts';
import { queueing, storedAddress, storedTexts } from './queueing.ts';

/** Queues a YAML pipeline or a classic build. */
export interface QueuePipeline extends PipelineAddress {
  readonly kind: 'queuePipeline';
  /** At most one of branch and tag. */
  readonly branch: Template | undefined;
  readonly tag: Template | undefined;
  readonly commit: Template | undefined;
  /** Template parameters of a YAML pipeline. */
  readonly parameters: Templates;
  readonly variables: Templates;
  /** Versions of the YAML pipeline's resources, by alias. */
  readonly pipelineResources: Templates;
  readonly stagesToSkip: readonly string[];
}

type PlainTexts = Readonly<Record<string, string>>;

/** A run of a pipeline to queue. */
export interface RenderedRun extends CompleteAddress {
  readonly kind: 'queuePipeline';
  /** `refs/heads/main`, `refs/tags/v1`; absent: the pipeline's default branch. */
  readonly ref?: string;
  readonly commit?: string;
  readonly parameters: PlainTexts;
  readonly variables: PlainTexts;
  readonly pipelineResources: PlainTexts;
  readonly stagesToSkip: readonly string[];
}

/** A pipeline without settings, as annotations and grants name it. */
export function plainQueuePipeline(address: PipelineAddress): QueuePipeline {
  return { kind: 'queuePipeline', ...address, ...nothing };
}

const nothing = {
  branch: undefined,
  tag: undefined,
  commit: undefined,
  parameters: {},
  variables: {},
  pipelineResources: {},
  stagesToSkip: [],
};

/** A pipeline to queue: its reference alone, or with parameters and other settings. */
export const queuePipelineSchema = (place: Place) => {
  const reference = pipelineSetting(
    place,
    'The pipeline: `project/pipeline` or `organization/project/pipeline`, by name or id.',
  );
  const whole = z
    .strictObject({
      pipeline: reference,
      branch: z.optional(
        templateSetting('The branch it runs on; default: the default branch of the pipeline.'),
      ),
      tag: z.optional(templateSetting('The tag it runs on.')),
      commit: z.optional(templateSetting('The commit it runs on, such as `{{revision}}`.')),
      parameters: templateSettings('Parameters of a YAML pipeline.'),
      variables: templateSettings('Variables, each settable at queue time.'),
      pipelineResources: templateSettings('Versions of pipeline resources, by alias.'),
      stagesToSkip: described(
        z._default(z.array(lineSetting('Name of a stage.')).check(z.maxLength(100)), []),
        'Stages that do not run.',
      ),
    })
    .check(({ value, issues }) => {
      if (value.branch === undefined || value.tag === undefined) return;
      const params = { advice: 'Remove one of them.' };
      issues.push({ code: 'custom', message: 'it has a branch and a tag', params, input: value });
    });
  return z.pipe(
    described(
      z.union([reference, described(whole, 'A pipeline and its settings.')]),
      'Queues a YAML pipeline or a classic build.',
    ),
    z.transform((given): QueuePipeline => {
      if ('organization' in given) return plainQueuePipeline(given);
      const { pipeline: address, branch, tag, commit, ...rest } = given;
      return { kind: 'queuePipeline', ...address, branch, tag, commit, ...rest };
    }),
  );
};

/** Runs of YAML pipelines and classic builds. */
export const queuePipelineKind: ActionKind<QueuePipeline, RenderedRun> = {
  ...queueing,
  kind: 'queuePipeline',
  settings: {
    shown: ['queuePipeline', 'pipeline', 'branch', 'tag', 'commit', 'stagesToSkip'],
    secrets: [],
    pipelines: [[], ['pipeline']],
  },
  schema: queuePipelineSchema,
  stored: () =>
    z.object({
      kind: z.literal('queuePipeline'),
      ...storedAddress,
      ref: z.exactOptional(z.string()),
      commit: z.exactOptional(z.string()),
      parameters: storedTexts,
      variables: storedTexts,
      pipelineResources: storedTexts,
      stagesToSkip: z.array(z.string()),
    }),
  render: (action, { values, defaults }) => {
    const address = completeAddress(action, defaults);
    if (address === undefined) return undefined;
    const { kind, branch, tag, commit, stagesToSkip } = action;
    const text = (template: Template) => renderTemplate(template, values);
    const ref = branch ? refOf('heads', text(branch)) : tag ? refOf('tags', text(tag)) : undefined;
    return {
      ...{ kind, ...address, stagesToSkip },
      parameters: renderTemplates(action.parameters, values),
      variables: renderTemplates(action.variables, values),
      pipelineResources: renderTemplates(action.pipelineResources, values),
      ...(ref !== undefined && { ref }),
      ...(commit && { commit: text(commit) }),
    };
  },
  printTarget: (action) => `pipeline ${printPipelineAddress(action)}`,
  printDeed: (action) => `queue ${printPipelineAddress(action)}`,
};

/** The full ref of a branch or tag, which may already be written in full. */
export function refOf(folder: 'heads' | 'tags', name: string): string {
  return name.startsWith('refs/') ? name : `refs/${folder}/${name}`;
}
