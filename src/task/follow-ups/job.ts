import { coreHostOf } from '../../azure/http/collection.ts';
import { organizationName } from '../../azure/http/organization-name.ts';
import type { Parsed } from '../../inputs/fault.ts';
import { Secret } from '../../secret.ts';
import type { ConnectionSource } from '../connection.ts';

/** The job of a step, as Azure DevOps knows it. */
export interface Job {
  /** `https://dev.azure.com/fabrikam`, without a trailing slash. */
  readonly collection: string;
  /** Name of the organization, or of the collection on Azure DevOps Server. */
  readonly organization: string;
  /** Name of the project. */
  readonly project: string;
  readonly token: Secret;
}

/** The job's own connection, which every task receives (azure-devops.md §3.3). */
const connection = 'SYSTEMVSSCONNECTION';

/** Reads the job from the agent's variables and the job's connection. */
export function readJob(source: ConnectionSource): Parsed<Job> {
  const { variable } = source;
  const address =
    variable('System.CollectionUri') ?? variable('System.TeamFoundationCollectionUri') ?? '';
  const project = variable('System.TeamProject') ?? '';
  const token = source.endpoint(connection).secret('AccessToken') ?? '';
  const collection = coreHostOf(address.trim().replace(/\/+$/, ''));
  if (!URL.canParse(collection) || project === '') {
    return refuse('the agent does not provide the organization and project of this job');
  }
  if (token === '') return refuse('the agent does not provide a token of this job to queue them');
  const organization = organizationName(collection);
  return { value: { collection, organization, project, token: new Secret(token) } };
}

function refuse(problem: string): Parsed<Job> {
  const advice = 'Run the step in a job of Azure Pipelines, or remove followUps.';
  return { problems: [{ text: '', problem, advice }] };
}
