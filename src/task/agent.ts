import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { UserError } from '../user-error.ts';
import type { ConnectionSource } from './connection.ts';
import type { InputSource } from '../inputs/input-reader.ts';

/** What a task has of its agent. */
export interface Agent extends InputSource, ConnectionSource {
  /** One line into the step's log, where logging commands are carried out. */
  write(line: string): void;
  /** Writes a file into a folder, which is made, and gives its path. */
  writeFile(folder: string, name: string, text: string): string;
}

/**
 * The agent behind this process, through the task library, which takes inputs and secrets out of the
 * environment so that nothing started from here inherits them. Rejects with a `UserError` where the
 * library cannot be loaded.
 */
export async function createAgent(write: (line: string) => void): Promise<Agent> {
  const tasks = await loadLibrary();
  // The library's debug lines show the values that it is asked for, secrets before they are masked.
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

/** Not with this module: as it is loaded, the library writes a key into the temporary folder. */
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
