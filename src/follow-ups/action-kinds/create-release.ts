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

/** Creates a classic release. `pipeline` is its definition. */
export interface CreateRelease extends PipelineAddress {
  readonly kind: 'createRelease';
  readonly description: Template | undefined;
  readonly artifacts: readonly { readonly alias: string; readonly version: Template }[];
  /** The only stage to start; absent: as the definition says. */
  readonly stage: string | undefined;
  readonly variables: Templates;
}

/** A classic release to create. */
export interface RenderedRelease extends CompleteAddress {
  readonly kind: 'createRelease';
  readonly description?: string;
  readonly artifacts: readonly { readonly alias: string; readonly version: string }[];
  readonly stage?: string;
  readonly variables: Readonly<Record<string, string>>;
}

const schema = (place: Place) =>
  z.pipe(
    described(
      z.strictObject({
        definition: pipelineSetting(
          place,
          'The release definition: `project/definition` or `organization/project/definition`.',
        ),
        description: z.optional(templateSetting('What it is for.')),
        artifacts: described(
          z._default(
            z
              .array(
                z.strictObject({
                  alias: lineSetting('Alias of the artifact source.'),
                  version: templateSetting(
                    'The id of a build, or another identifier of a version.',
                  ),
                }),
              )
              .check(z.maxLength(100)),
            [],
          ),
          'Versions of its artifacts; default: the newest.',
        ),
        stage: z.optional(lineSetting('The only stage to start; default: as the definition says.')),
        variables: templateSettings('Variables, each settable at release time.'),
      }),
      'Creates a classic release.',
    ),
    z.transform(({ definition, description, stage, ...rest }): CreateRelease => ({
      kind: 'createRelease',
      ...definition,
      description,
      stage,
      ...rest,
    })),
  );

/** Classic releases. */
export const createReleaseKind: ActionKind<CreateRelease, RenderedRelease> = {
  ...queueing,
  kind: 'createRelease',
  settings: { shown: ['definition', 'stage', 'alias'], secrets: [], pipelines: [['definition']] },
  schema,
  stored: () =>
    z.object({
      kind: z.literal('createRelease'),
      ...storedAddress,
      description: z.exactOptional(z.string()),
      artifacts: z.array(z.object({ alias: z.string(), version: z.string() })),
      stage: z.exactOptional(z.string()),
      variables: storedTexts,
    }),
  render: (action, { values, defaults }) => {
    const address = completeAddress(action, defaults);
    if (address === undefined) return undefined;
    const { kind, description, artifacts, stage, variables } = action;
    return {
      ...{ kind, ...address, variables: renderTemplates(variables, values) },
      ...(description && { description: renderTemplate(description, values) }),
      artifacts: artifacts.map(({ alias, version }) => ({
        alias,
        version: renderTemplate(version, values),
      })),
      ...(stage !== undefined && { stage }),
    };
  },
  printTarget: (action) => `release ${printPipelineAddress(action)}`,
  printDeed: (action) => {
    const stage = action.stage === undefined ? '' : `, stage ${action.stage}`;
    return `create a release of ${printPipelineAddress(action)}${stage}`;
  },
};
