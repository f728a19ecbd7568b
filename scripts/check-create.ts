import { printFault } from '../src/inputs/fault.ts';
import { Secret } from '../src/secret.ts';
import { parseArguments, usage, type CheckArguments } from './check-create/arguments.ts';
import { checkConfiguration, faultsOfRequest } from './check-create/check-configuration.ts';
import { basicAuthorization, ChecksApi, ChecksApiError } from './check-create/checks-api.ts';
import { doAsked, refuse } from './do-asked.ts';

const exitCodes = { success: 0, refused: 1 } as const;
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const program = { name: 'check:create', usage };

process.exitCode = await doAsked(parseArguments(process.argv.slice(2)), program, async (parsed) => {
  try {
    return await run(parsed.arguments);
  } catch (error) {
    if (!(error instanceof ChecksApiError)) throw error;
    console.error(error.message);
    return exitCodes.refused;
  }
});

async function run(asked: CheckArguments): Promise<number> {
  const faults = faultsOfRequest(asked.check);
  if (faults.length > 0) return refuse(faults.map(printFault), program);
  const { organization, project, connection, tokenVariable, check, isDryRun } = asked;
  const isId = guid.test(connection);
  const token = process.env[tokenVariable] ?? '';
  if (token === '' && !(isId && isDryRun)) {
    const message = `There is no token in ${tokenVariable}: put a personal access token there.`;
    return refuse([message], program);
  }
  const api = new ChecksApi(organization, project, new Secret(basicAuthorization(token)));
  const connectionId = isId ? connection : await findConnection(api, connection);
  const configuration = checkConfiguration({ ...check, connectionId });
  if (isDryRun) {
    console.log(JSON.stringify(configuration, undefined, 2));
    return exitCodes.success;
  }
  const { environmentId, displayName } = check;
  const checks = await api.checksOf(environmentId);
  const same = checks.find(({ settings }) => settings?.displayName === displayName);
  if (same) {
    throw new ChecksApiError(
      `There is a check "${displayName}" already, with the id ${same.id}: delete it, or choose another --name.`,
    );
  }
  const id = await api.create(configuration);
  const page = `${organization}/${encodeURIComponent(project)}/_environments/${environmentId}`;
  console.log(`The check "${displayName}" is made, with the id ${id}: ${page}`);
  return exitCodes.success;
}

async function findConnection(api: ChecksApi, name: string): Promise<string> {
  const [found] = await api.connectionsNamed(name);
  if (!found) {
    throw new ChecksApiError(
      `There is no service connection "${name}" in the project, or the token may not see it.`,
    );
  }
  if (found.type.toLowerCase() !== 'generic') {
    throw new ChecksApiError(
      `The service connection "${name}" is of the type ${found.type}: the check takes only Generic ones.`,
    );
  }
  return found.id;
}
