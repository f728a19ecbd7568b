import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import manifest from '../../../package.json' with { type: 'json' };
import { UserError } from '../../user-error.ts';
import { hashToken } from './hash-token.ts';
import { readCommandLine, usage, type CommandLine } from './command-line.ts';
import { checkConfig } from './check-config.ts';
import { printJsonSchema } from '../config/config-json-schema.ts';
import { newKey } from '../config/encryption-key.ts';
import { printOpenapi } from '../http/openapi.ts';
import { createCheck } from './create-check/create-check.ts';
import { checkLive } from './live-check.ts';
import { serve } from './serve.ts';
import { trustSystemAuthorities } from './system-trust.ts';
import { steadyClock } from '../../async/steady-clock.ts';
import { StoreError } from '../store/store.ts';

const { version } = manifest;
const exitCodes = { success: 0, failure: 1, usage: 2 } as const;

const createCheckPorts = {
  program: 'node handler.js create-check',
  env: process.env,
  print: (line: string) => process.stdout.write(`${line}\n`),
  printError: (line: string) => process.stderr.write(`${line}\n`),
};

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

async function main(words: readonly string[]): Promise<number> {
  const [first, ...others] = words;
  if (first === 'create-check') return createCheck(others, createCheckPorts);
  const asked = readCommandLine(words);
  switch (asked.kind) {
    case 'help':
      process.stdout.write(usage);
      return exitCodes.success;
    case 'version':
      process.stdout.write(`${version}\n`);
      return exitCodes.success;
    case 'fault':
      process.stderr.write(`${asked.message}\n\n${usage}`);
      return exitCodes.usage;
    case 'run':
      try {
        return await run(asked);
      } catch (error) {
        process.stderr.write(`${explain(error)}\n`);
        return exitCodes.failure;
      }
  }
}

async function run({
  command,
  config,
  log,
  live,
}: Extract<CommandLine, { kind: 'run' }>): Promise<number> {
  switch (command) {
    case 'serve':
      return serve(config, { version, log });
    case 'check-config': {
      const { lines, exitCode, config: read } = checkConfig(config, process.env);
      process.stdout.write(`${lines.join('\n')}\n`);
      if (live !== true || read === undefined) return exitCode;
      trustSystemAuthorities();
      const print = (line: string) => process.stdout.write(`${line}\n`);
      return checkLive(read, { version, clock: steadyClock(), print });
    }
    case 'config-schema':
      process.stdout.write(printJsonSchema());
      return exitCodes.success;
    case 'openapi':
      process.stdout.write(printOpenapi());
      return exitCodes.success;
    case 'new-key':
      process.stdout.write(`${newKey(randomBytes)}\n`);
      return exitCodes.success;
    case 'hash-token': {
      const hashed = hashToken(await text(process.stdin));
      if ('problem' in hashed) throw new UserError(hashed.problem, '');
      process.stdout.write(`${hashed.hash}\n`);
      return exitCodes.success;
    }
  }
}

function explain(error: unknown): string {
  if (error instanceof UserError) return [error.message, error.advice].filter(Boolean).join('. ');
  if (error instanceof StoreError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
