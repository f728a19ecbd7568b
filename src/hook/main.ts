#!/usr/bin/env node
import { systemClock } from '../async/clock.ts';
import { parseHook, type HookArguments } from './arguments.ts';
import { loadDirect } from './direct-module.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { HandlerClient } from './handler-client.ts';
import { runHook, type HookChannel, type HookPorts } from './run-hook.ts';
import { usage } from './usage.ts';

const ports: HookPorts = {
  clock: systemClock,
  random: Math.random,
  print: (line) => void process.stdout.write(`${line}\n`),
  printError: (line) => void process.stderr.write(`${line}\n`),
  applicationOf: async ({ self }, signal) => {
    const { accountFolder, applicationOfJob } = await import('./own-job.ts');
    const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } =
      process.env;
    return applicationOfJob(self, { host, port, folder: accountFolder }, signal);
  },
};

void main().then((code) => {
  process.exitCode = code;
});

async function main(): Promise<ExitCode> {
  const parsed = parseHook(process.argv.slice(2), process.env);
  if (parsed.kind === 'help') {
    process.stdout.write(usage);
    return exitCodes.success;
  }
  if (parsed.kind === 'fault') {
    process.stderr.write(`${parsed.messages.join('\n')}\n\nhook --help lists all options.\n`);
    return exitCodes.usage;
  }
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());
  const channel = await channelOf(parsed.arguments);
  return runHook(parsed.arguments, channel, ports, ending.signal);
}

/** The modules for calls without a handler are large, so they are loaded on demand. */
async function channelOf({ destination }: HookArguments): Promise<HookChannel> {
  switch (destination.kind) {
    case 'handler':
      return new HandlerClient(destination);
    case 'direct': {
      const direct = await loadDirect(process.argv[1] ?? '');
      return direct.open(destination, process.env);
    }
    case 'webhook': {
      const { WebhookChannel } = await import('./webhook-channel.ts');
      return new WebhookChannel(destination);
    }
  }
}
