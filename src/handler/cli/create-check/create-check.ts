import {
  ChecksApi,
  ChecksApiError,
  basicAuthorization,
} from '../../../azure/checks-api/checks-api.ts';
import { printFault } from '../../../inputs/fault.ts';
import { Secret } from '../../../secret.ts';
import { parseArguments, usageOf, type CheckArguments } from './arguments.ts';
import { checkConfiguration, faultsOfRequest } from './check-configuration.ts';

/** Created or printed; refused by Azure DevOps; invalid arguments. */
const exitCodes = { success: 0, refused: 1, usage: 2 } as const;
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where the command reads the token from, and where it prints, line by line. */
export interface CreateCheckPorts {
  /** How the command is called, without options. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/**
 * Adds a check that calls the handler to an environment of Azure Pipelines. `words`: the arguments of the
 * command. Returns the exit code: 0 created or printed, 1 refused, 2 invalid arguments.
 */
export async function createCheck(
  words: readonly string[],
  ports: CreateCheckPorts,
): Promise<number> {
  const parsed = parseArguments(words);
  switch (parsed.kind) {
    case 'help':
      ports.print(usageOf(ports.program));
      return exitCodes.success;
    case 'fault':
      return refuse(parsed.messages, ports);
    case 'run':
      try {
        return await run(parsed.arguments, ports);
      } catch (error) {
        if (!(error instanceof ChecksApiError)) throw error;
        ports.printError(error.message);
        return exitCodes.refused;
      }
  }
}

async function run(asked: CheckArguments, ports: CreateCheckPorts): Promise<number> {
  const faults = faultsOfRequest(asked.check);
  if (faults.length > 0) return refuse(faults.map(printFault), ports);
  const { organization, project, connection, tokenVariable, check, isDryRun } = asked;
  const isId = guid.test(connection);
  const token = ports.env[tokenVariable] ?? '';
  if (token === '' && !(isId && isDryRun)) {
    const message = `${tokenVariable} is empty: set it to a personal access token.`;
    return refuse([message], ports);
  }
  const api = new ChecksApi(organization, project, new Secret(basicAuthorization(token)));
  const connectionId = isId ? connection : await findConnection(api, connection);
  const configuration = checkConfiguration({ ...check, connectionId });
  if (isDryRun) {
    ports.print(JSON.stringify(configuration, undefined, 2));
    return exitCodes.success;
  }
  const { environmentId, displayName } = check;
  const checks = await api.checksOf(environmentId);
  const same = checks.find(({ settings }) => settings?.displayName === displayName);
  if (same) {
    throw new ChecksApiError(
      `A check "${displayName}" already exists (ID ${same.id}): delete it, or choose another --name.`,
    );
  }
  const id = await api.create(configuration);
  const page = `${organization}/${encodeURIComponent(project)}/_environments/${environmentId}`;
  ports.print(`Created the check "${displayName}" (ID ${id}): ${page}`);
  return exitCodes.success;
}

async function findConnection(api: ChecksApi, name: string): Promise<string> {
  const [found] = await api.connectionsNamed(name);
  if (!found) {
    throw new ChecksApiError(
      `There is no service connection "${name}" in the project, or the token cannot read it.`,
    );
  }
  if (found.type.toLowerCase() !== 'generic') {
    throw new ChecksApiError(
      `The service connection "${name}" has the type ${found.type}: a check accepts only Generic ones.`,
    );
  }
  return found.id;
}

function refuse(messages: readonly string[], { program, printError }: CreateCheckPorts): number {
  printError(`${messages.join('\n')}\n\nSee ${program} --help.`);
  return exitCodes.usage;
}
