import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { startTask, taskFolder, type Connection } from '../simulators/agent/agent.ts';
import { readTaskDefinition, type TaskDefinition } from '../simulators/agent/task-definition.ts';
import { bundleTasks, taskBundles } from './bundle.ts';
import { doAsked, refuse } from './do-asked.ts';
import { matchInputs, parseArguments, usage, type TaskArguments } from './task-arguments.ts';

const exitCodes = { success: 0, failure: 1, infrastructure: 3 } as const;

/** The colors of the run's page, by tag. */
const styles = { error: 'red', warning: 'yellow', section: 'green', command: 'cyan' } as const;

/** A fault of the arguments that is found only by reading files or the environment. */
class UsageError extends Error {}

const program = { name: 'task', usage };

process.exitCode = await doAsked(parseArguments(process.argv.slice(2)), program, async (parsed) => {
  try {
    return await run(parsed.arguments);
  } catch (error) {
    if (error instanceof UsageError) return refuse([error.message], program);
    console.error(error instanceof Error ? error.message : error);
    return exitCodes.infrastructure;
  }
});

async function run(asked: TaskArguments): Promise<number> {
  const folder = findTask(asked.task);
  const task = readTaskDefinition(folder);
  if ('HttpRequest' in task.execution) throw new UsageError(runsElsewhere(task.name));
  const inputs = readInputs(asked, task);
  const connection = readConnection(asked);
  const isBundled = taskBundles.every(({ outfile }) => existsSync(outfile));
  if (asked.build || asked.inspect || !isBundled) await bundleTasks({ forDebugger: asked.inspect });
  const running = startTask({
    folder,
    inputs,
    connection,
    keepFiles: true,
    onLine: show,
    ...(asked.node === undefined ? {} : { node: asked.node }),
    ...(asked.inspect ? { env: { NODE_OPTIONS: '--inspect-brk' } } : {}),
  });
  const cancel = () => {
    running.cancel();
  };
  process.on('SIGINT', cancel);
  const ended = await running.done.finally(() => process.off('SIGINT', cancel));
  const outputs = Object.entries(ended.outputs).map(([name, value]) => `  ${name} = ${value}`);
  console.log(['', `Result: ${ended.result}`, 'Outputs:', ...outputs].join('\n'));
  console.log(`The task's files are in ${ended.temporaryFolder}.`);
  if (asked.jsonFile !== undefined) {
    const { secrets, ...shown } = ended;
    writeFileSync(asked.jsonFile, `${JSON.stringify(shown, null, 2)}\n`);
    console.log(`Written to ${asked.jsonFile}, without its ${secrets.length} secrets.`);
  }
  if (ended.infrastructureFailure !== undefined) return exitCodes.infrastructure;
  return ended.result.startsWith('Succeeded') ? exitCodes.success : exitCodes.failure;
}

function findTask(name: string): string {
  try {
    return taskFolder(name);
  } catch (error) {
    throw new UsageError(`Unknown task ${name}. The one that runs on an agent is ArgoCDSync.`, {
      cause: error,
    });
  }
}

function runsElsewhere(name: string): string {
  return `${name} runs in Azure DevOps rather than on an agent, so it cannot run here. npm run demo -- agentless shows such tasks.`;
}

function readInputs(asked: TaskArguments, task: TaskDefinition): Readonly<Record<string, string>> {
  const names = task.inputs
    .filter(({ type }) => !type.startsWith('connectedService:'))
    .map(({ name }) => name);
  const inputs = matchInputs(asked.inputs, names);
  if (typeof inputs === 'string') throw new UsageError(inputs);
  return inputs;
}

function readConnection(asked: TaskArguments): Connection {
  const { server, login, insecure, caFile, headers } = asked;
  return {
    url: server,
    skipVerify: insecure,
    headers,
    ...(caFile === undefined ? {} : { ca: readCa(caFile) }),
    ...(login.kind === 'token'
      ? { token: readSecret(login.tokenVariable, '--token-env') }
      : {
          username: login.username,
          password: readSecret(login.passwordVariable, '--password-env'),
        }),
  };
}

function readSecret(variable: string, flag: string): string {
  const value = process.env[variable];
  if (value) return value;
  throw new UsageError(
    `${flag} names the environment variable ${variable}, which is not set or empty.`,
  );
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--ca ${file} cannot be read.`, { cause: error });
  }
}

/** Prints a line of the log, in its color if the terminal supports it; a group as a heading. */
function show(line: string): void {
  if (line.startsWith('##[endgroup]')) return;
  const group = '##[group]';
  if (line.startsWith(group)) {
    console.log(styleText('bold', `▾ ${line.slice(group.length)}`, { stream: process.stdout }));
    return;
  }
  const tag = /^##\[(\w+)\]/.exec(line)?.[1];
  const known = tag !== undefined && tag in styles;
  console.log(
    known && process.stdout.isTTY ? styleText(styles[tag as keyof typeof styles], line) : line,
  );
}
