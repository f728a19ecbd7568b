import * as z from 'zod/mini';
import { plainLine } from '../../text/foreign-text.ts';

/** Names are kept and shown: no longer than anybody's name is. */
const mostName = 200;
const mostUrl = 2000;
const mostItems = 5000;

const name = z.pipe(
  z.string(),
  z.transform((text: string) => plainLine(text, mostName)),
);
/** Azure writes `null` for what is absent; what we can do without may be anything. */
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

/** Who a token belongs to (`ConnectionData`). */
export const connectionSchema = z.object({
  authenticatedUser: z.object({
    id: guid,
    providerDisplayName: optionalName,
    customDisplayName: optionalName,
  }),
});

/** Pipelines by name (`BuildDefinitionReference`). */
export const definitionsSchema = listOf(z.object({ id, name, path: folder }));

/** A pipeline (`Pipeline`); classic ones are of another type than `yaml`. */
export const pipelineSchema = z.object({
  id,
  name,
  folder,
  configuration: z.object({ type: z.string() }),
});

/** What a run would be (`PreviewRun`). */
export const previewSchema = z.object({ finalYaml: z.string() });

/** A run of a YAML pipeline, as it is answered when it was queued (`Run`). */
export const runSchema = z.object({ id, name: z.catch(name, ''), _links: link });

/** What a run was queued with, of which a list of runs says nothing (vsts-rest-api-specs#579). */
export const runInputsSchema = z.object({
  templateParameters: z.catch(z.optional(z.record(z.string(), z.unknown())), undefined),
  variables: z.catch(
    z.optional(z.record(z.string(), z.object({ value: z.catch(z.optional(z.string()), '') }))),
    undefined,
  ),
});

/** The same for a build, a classic one too (`Build`). */
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
/** A build as far as it is read. */
export type Build = z.infer<typeof buildSchema>;
/** A list of builds. */
export const buildsSchema = listOf(buildSchema);

/** Release definitions by name. */
export const releaseDefinitionsSchema = listOf(z.object({ id, name, path: folder }));

/** A release definition, as far as a request names its parts. */
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

/** A stage of a release, which the API calls an environment; with what starts it. */
const stageSchema = z.object({
  id: z.int(),
  name: z.string(),
  status: z.string(),
  conditions: z.catch(
    z.optional(z.array(z.object({ name: z.string(), conditionType: z.string() }))),
    undefined,
  ),
});
/** A stage as far as it is read. */
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
/** A release as far as it is read. */
export type Release = z.infer<typeof releaseSchema>;
/** A list of releases. */
export const releasesSchema = listOf(releaseSchema);
