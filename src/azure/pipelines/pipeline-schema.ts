import * as z from 'zod/mini';
import { plainLine } from '../../text/foreign-text.ts';

/** Characters of names, which are stored and shown. */
const mostName = 200;
const mostUrl = 2000;
const mostItems = 5000;

const name = z.pipe(
  z.string(),
  z.transform((text: string) => plainLine(text, mostName)),
);
/** Azure writes `null` for absent values; optional fields may contain anything. */
const optionalName = z.catch(z.optional(name), undefined);
const optionalText = z.catch(z.optional(z.string()), undefined);
const id = z.int().check(z.positive());
const guid = z.string().check(z.toLowerCase(), z.maxLength(100));
const folder = z.catch(name, '\\');

const identity = z.catch(z.optional(z.object({ id: guid })), undefined);
const link = z.catch(
  z.optional(z.object({ web: z.object({ href: z.string().check(z.maxLength(mostUrl)) }) })),
  undefined,
);

function listOf<T extends z.ZodMiniType>(item: T) {
  return z.object({ value: z.array(item).check(z.maxLength(mostItems)) });
}

/** The owner of a token (`ConnectionData`). */
export const connectionSchema = z.object({
  authenticatedUser: z.object({
    id: guid,
    providerDisplayName: optionalName,
    customDisplayName: optionalName,
  }),
});

/** Pipelines by name (`BuildDefinitionReference`). */
export const definitionsSchema = listOf(z.object({ id, name, path: folder }));

/** A pipeline (`Pipeline`); classic ones have a type other than `yaml`. */
export const pipelineSchema = z.object({
  id,
  name,
  folder,
  configuration: z.object({ type: z.string() }),
});

/** What a run would be (`PreviewRun`). */
export const previewSchema = z.object({ finalYaml: z.string() });

/** A run of a YAML pipeline, as returned when it is queued (`Run`). */
export const runSchema = z.object({ id, name: z.catch(name, ''), _links: link });

/** The inputs of a run, which lists of runs omit (vsts-rest-api-specs#579). */
export const runInputsSchema = z.object({
  templateParameters: z.catch(z.optional(z.record(z.string(), z.unknown())), undefined),
  variables: z.catch(
    z.optional(z.record(z.string(), z.object({ value: z.catch(z.optional(z.string()), '') }))),
    undefined,
  ),
});

/** A build, YAML or classic (`Build`). */
export const buildSchema = z.object({
  id,
  buildNumber: z.catch(name, ''),
  status: z.string(),
  result: optionalText,
  queueTime: optionalText,
  tags: z.catch(z.optional(z.array(z.string())), undefined),
  templateParameters: z.catch(z.optional(z.record(z.string(), z.unknown())), undefined),
  parameters: optionalText,
  requestedFor: identity,
  requestedBy: identity,
  _links: link,
});
/** The fields of a build that we read. */
export type Build = z.infer<typeof buildSchema>;
/** A list of builds. */
export const buildsSchema = listOf(buildSchema);

/** Release definitions by name. */
export const releaseDefinitionsSchema = listOf(z.object({ id, name, path: folder }));

/** A release definition, with the parts that a request can name. */
export const releaseDefinitionSchema = z.object({
  id,
  name,
  path: folder,
  environments: z.array(z.object({ name: z.string() })).check(z.maxLength(mostItems)),
  artifacts: z.catch(z.optional(z.array(z.object({ alias: z.string() }))), undefined),
  variables: z.catch(
    z.optional(
      z.record(z.string(), z.object({ allowOverride: z.catch(z.optional(z.boolean()), false) })),
    ),
    undefined,
  ),
});

/** A stage of a release, which the API calls an environment, and its triggers. */
const stageSchema = z.object({
  id: z.int(),
  name: z.string(),
  status: z.string(),
  conditions: z.catch(
    z.optional(z.array(z.object({ name: z.string(), conditionType: z.string() }))),
    undefined,
  ),
});
/** The fields of a stage that we read. */
export type Stage = z.infer<typeof stageSchema>;

/** A release and its stages. */
export const releaseSchema = z.object({
  id,
  name: z.catch(name, ''),
  status: z.string(),
  description: optionalText,
  createdOn: optionalText,
  createdBy: identity,
  environments: z.catch(z.optional(z.array(stageSchema).check(z.maxLength(mostItems))), undefined),
  _links: link,
});
/** The fields of a release that we read. */
export type Release = z.infer<typeof releaseSchema>;
/** A list of releases. */
export const releasesSchema = listOf(releaseSchema);
