import { plainLine } from '../../text/foreign-text.ts';
import { releaseHostOf } from '../http/collection.ts';
import { pathOf } from './pipeline-calls.ts';
import type { Calls } from './pipeline-calls.ts';
import {
  definitionsSchema,
  pipelineSchema,
  releaseDefinitionSchema,
  releaseDefinitionsSchema,
} from './pipeline-schema.ts';
import type { FoundPipeline, PipelineReference, ProjectAddress } from './pipelines.ts';
import { ownError } from './refusals.ts';
import type { RefusedCall } from './refusals.ts';
import { isSame } from './run-state.ts';

/** More pipelines of the same name than any project has. */
const mostCandidates = 200;
const mostListed = 8;

interface Candidate {
  readonly id: number;
  readonly name: string;
  readonly path: string;
}

/**
 * The host of an organization's release API: a separate one in the cloud, the same on Azure DevOps
 * Server.
 */
export function releasesAt(organization: string): string {
  return releaseHostOf(organization) ?? organization;
}

/** Finds a pipeline, YAML or classic, by its id, its name, or its folder and name. */
export async function findPipeline(
  calls: Calls,
  { organization, project }: ProjectAddress,
  reference: PipelineReference,
  subject: RefusedCall,
): Promise<FoundPipeline> {
  const collection = organization;
  const id =
    typeof reference === 'number'
      ? reference
      : chosen(
          (
            await calls.read(definitionsSchema, {
              name: 'GET definitions',
              collection,
              path: pathOf(project, ['build', 'definitions'], {
                name: splitReference(reference).name,
                $top: mostCandidates,
              }),
            })
          ).value,
          reference,
          subject,
        ).id;
  const path = pathOf(project, ['pipelines', id]);
  const found = await calls.read(pipelineSchema, { name: 'GET pipeline', collection, path });
  const isYaml = found.configuration.type.toLowerCase() === 'yaml';
  const { name, folder } = found;
  return { kind: isYaml ? 'yaml' : 'build', id: found.id, name, folder };
}

/** Finds the definition of a classic release, likewise. */
export async function findRelease(
  calls: Calls,
  { organization, project }: ProjectAddress,
  reference: PipelineReference,
  subject: RefusedCall,
): Promise<FoundPipeline> {
  const collection = releasesAt(organization);
  const name = 'GET release definitions';
  if (typeof reference === 'number') {
    const path = pathOf(project, ['release', 'definitions', reference]);
    const found = await calls.read(releaseDefinitionSchema, { name, collection, path });
    return { kind: 'release', id: found.id, name: found.name, folder: found.path };
  }
  const path = pathOf(project, ['release', 'definitions'], {
    searchText: splitReference(reference).name,
    isExactNameMatch: 'true',
    $top: mostCandidates,
  });
  const { value } = await calls.read(releaseDefinitionsSchema, { name, collection, path });
  const found = chosen(value, reference, subject);
  return { kind: 'release', id: found.id, name: found.name, folder: found.path };
}

/**
 * Splits a reference into folder and name. Names contain no slashes of either kind, so the last one
 * separates.
 */
export function splitReference(reference: string): {
  readonly folder: string | undefined;
  readonly name: string;
} {
  const parts = reference.split(/[\\/]/).map((part) => part.trim());
  const name = parts.pop() ?? '';
  if (parts.length === 0) return { folder: undefined, name };
  return { folder: `\\${parts.filter((part) => part !== '').join('\\')}`, name };
}

/** The only match of a reference. Compares here, because the server's filter accepts wildcards. */
function chosen(
  candidates: readonly Candidate[],
  reference: string,
  subject: RefusedCall,
): Candidate {
  const { folder, name } = splitReference(reference);
  const named = candidates.filter((candidate) => isSame(candidate.name, name));
  const found =
    folder === undefined ? named : named.filter((candidate) => isSame(candidate.path, folder));
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  if (first === undefined) throw unknown(named, reference, subject);
  throw ownError(subject, {
    kind: 'refused',
    reason: 'ambiguousPipeline',
    what: `${found.length} have this name: ${listed(found)}`,
    advice: 'Use the folder and name, or the id.',
  });
}

function unknown(elsewhere: readonly Candidate[], reference: string, subject: RefusedCall) {
  const others = elsewhere.length === 0 ? '' : `; similar: ${listed(elsewhere)}`;
  return ownError(subject, {
    kind: 'refused',
    reason: 'unknownPipeline',
    what: `"${plainLine(reference, 100)}" does not exist, or the identity may not see it${others}`,
    advice: 'Correct its name or folder, or grant the identity "View builds" ("View releases").',
  });
}

function listed(candidates: readonly Candidate[]): string {
  const first = candidates
    .slice(0, mostListed)
    .map(({ id, name, path }) => `${path.replace(/\\$/, '')}\\${name} (${id})`);
  const left = candidates.length - first.length;
  return [...first, ...(left > 0 ? [`${left} more`] : [])].join(', ');
}
