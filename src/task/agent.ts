import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import * as tasks from 'azure-pipelines-task-lib/task.js';
import type { ConnectionSource } from './connection.ts';
import type { InputSource } from './input-reader.ts';

/** What a task has of its agent. */
export interface Agent extends InputSource, ConnectionSource {
  /** One line into the step's log, where logging commands are carried out. */
  write(line: string): void;
  /** Writes a file into a folder, which is made, and gives its path. */
  writeFile(folder: string, name: string, text: string): string;
}

/**
 * The agent behind this process, through the task library, which takes inputs and secrets out of the
 * environment so that nothing started from here inherits them.
 */
export function createAgent(write: (line: string) => void): Agent {
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
