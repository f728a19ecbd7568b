import { coreHostOf } from '../../azure/http/collection.ts';
import { organizationName } from '../../azure/http/organization-name.ts';
import type { Parsed } from '../../inputs/fault.ts';
import { Secret } from '../../secret.ts';
import type { ConnectionSource } from '../connection.ts';

/** The job that a step belongs to, as Azure DevOps knows it. */
export interface Job {
  /** `https://dev.azure.com/fabrikam`, without a slash at the end. */
  readonly collection: string;
  /** The organization's, or on premises the collection's, name. */
  readonly organization: string;
  /** Name of the project. */
  readonly project: string;
  readonly token: Secret;
}

/** The job's own connection, which every task is given (azure-devops.md §3.3). */
const connection = 'SYSTEMVSSCONNECTION';

/** Reads it from what the agent gives to the step. */
export function readJob(source: ConnectionSource): Parsed<Job> {
  const { variable } = source;
  const address =
    variable('System.CollectionUri') ?? variable('System.TeamFoundationCollectionUri') ?? '';
  const project = variable('System.TeamProject') ?? '';
  const token = source.endpoint(connection).secret('AccessToken') ?? '';
  const collection = coreHostOf(address.trim().replace(/\/+$/, ''));
  if (!URL.canParse(collection) || project === '') {
    return refuse('the agent does not say which organization and project this job belongs to');
  }
  if (token === '') return refuse('the agent gives this job no token with which to queue them');
  const organization = organizationName(collection);
  return { value: { collection, organization, project, token: new Secret(token) } };
}

function refuse(problem: string): Parsed<Job> {
  const advice = 'Run the step in a job of Azure Pipelines, or leave followUps out.';
  return { problems: [{ text: '', problem, advice }] };
}
