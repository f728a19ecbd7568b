import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { UserError } from '../user-error.ts';
import type { ConnectionSource } from './connection.ts';
import type { InputSource } from '../inputs/input-reader.ts';

/** What a task needs from its agent. */
export interface Agent extends InputSource, ConnectionSource {
  /** Writes one line to the step's log, where the agent executes logging commands. */
  write(line: string): void;
  /** Writes a file into a folder, which it creates, and returns the file's path. */
  writeFile(folder: string, name: string, text: string): string;
}

/**
 * The agent of this process, through the task library, which removes inputs and secrets from the
 * environment so that child processes do not inherit them. Rejects with a `UserError` if the library
 * cannot be loaded.
 */
export async function createAgent(write: (line: string) => void): Promise<Agent> {
  const tasks = await loadLibrary();
  // The library's debug lines contain the requested values, including secrets that are not masked yet.
  tasks.setStdStream(new Writable({ write: (_chunk, _encoding, done) => done() }));
  return {
    write,
    input: (name) => tasks.getInput(name),
    variable: (name) => tasks.getVariable(name),
    endpoint: (id) => {
      const authorization = tasks.getEndpointAuthorization(id, true);
      const secrets = new Map(
        Object.entries(authorization?.parameters ?? {}).map(([key, value]) => [
          key.toLowerCase(),
          value,
        ]),
      );
      return {
        url: tasks.getEndpointUrl(id, true),
        scheme: authorization?.scheme,
        secret: (field) => secrets.get(field.toLowerCase()),
        data: (field) => tasks.getEndpointDataParameter(id, field, true),
      };
    },
    readFile: (path) => readFileSync(path, 'utf8'),
    writeFile: (folder, name, text) => {
      mkdirSync(folder, { recursive: true });
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
  };
}

/** Not imported statically: when loaded, the library writes a key to the temporary folder. */
async function loadLibrary() {
  try {
    return await import('azure-pipelines-task-lib/task.js');
  } catch (error) {
    const { message } = error as Error;
    throw new UserError(
      `The agent's temporary folder cannot be used: ${message}`,
      'Nothing was requested from Argo CD. Check whether the disk of the agent is full or read-only.',
      { cause: error },
    );
  }
}
