import pino from 'pino';
import type { Logger } from 'pino';
import { UserError } from '../../user-error.ts';
import type { LogFormat } from './command-line.ts';
import { ConfigWatch } from '../config/config-watch.ts';
import type { ConfigFault } from '../config/config.ts';
import { printListener } from '../config/listener.ts';
import { loadConfig } from '../config/load-config.ts';
import { printConfigFault } from '../config/read-config.ts';
import { redactedLogStream, type LogDestination } from '../telemetry/log-stream.ts';
import { notesOf, Service } from '../service.ts';
import { steadyClock } from '../../async/steady-clock.ts';
import { trustSystemAuthorities } from './system-trust.ts';

/**
 * Runs the handler until the process is asked to end. Resolves with its exit code; rejects with a
 * `UserError` or `StoreError` where it cannot start.
 */
export async function serve(
  path: string,
  { version, log }: { readonly version: string; readonly log: LogFormat | undefined },
): Promise<number> {
  const loaded = loadConfig(path, process.env);
  const { reading } = loaded;
  const print = (fault: ConfigFault) => printConfigFault(path, fault);
  if ('faults' in reading) {
    const count = reading.faults.length;
    throw new UserError(
      [...reading.faults.map(print), `The configuration has ${count} fault(s)`].join('\n'),
      'Nothing was started.',
    );
  }
  trustSystemAuthorities();
  const { config, warnings, gaps } = reading;
  const format = log ?? (process.stdout.isTTY ? 'text' : 'json');
  const logger = pino({ level: config.logLevel, base: null }, logDestination(format));
  const clock = steadyClock();
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => ending.abort());
  }
  // Without a listener it would end the process, also while that still starts.
  process.on('SIGHUP', () => undefined);
  const service = await Service.start(config, notesOf([...gaps, ...warnings]), {
    ...{ version, clock, logger },
    random: Math.random,
  });
  const watch = new ConfigWatch(
    { path, env: process.env, config, loaded },
    {
      onChange: (next, nextWarnings, nextGaps) => {
        service.configure(next, notesOf([...nextGaps, ...nextWarnings]));
        logger.info('the changed configuration is in force');
        for (const fault of nextWarnings) logger.warn(print(fault));
      },
      onFault: (faults) => {
        service.keepConfig();
        for (const fault of faults) logger.error(print(fault));
        logger.error('the configuration has changed and is wrong: the one before stays in force');
      },
      onUnchanged: () => logger.info('the configuration has not changed'),
    },
    clock,
  );
  const watching = watch.run(ending.signal, process);
  greet(logger, service, config.listen, { warnings: warnings.map(print), gaps: gaps.map(print) });
  if (format === 'text')
    logger.info(`${path} is read again when it changes; Ctrl+C ends the handler`);
  await watching;
  logger.info('the handler ends: open runs are taken up at the next start');
  await service.stop();
  return 0;
}

function logDestination(format: LogFormat): LogDestination {
  const out = pino.destination();
  if (format === 'json') return out;
  const colors = process.stdout.isTTY && !process.env['NO_COLOR'];
  return redactedLogStream({ write: (text) => out.write(text), colors });
}

type Listen = Parameters<typeof Service.start>[0]['listen'];

/** What a person wants to know first: where it listens, and what is still missing. */
function greet(
  logger: Logger,
  service: Service,
  { public: forAzure, admin }: Listen,
  { warnings, gaps }: { readonly warnings: readonly string[]; readonly gaps: readonly string[] },
): void {
  logger.info(
    `Azure Pipelines calls http://${printListener({ ...forAzure, port: service.publicPort })}; the status page is http://${printListener({ ...admin, port: service.adminPort })}/`,
  );
  for (const warning of warnings) logger.warn(warning);
  for (const gap of gaps) logger.warn(`still missing: ${gap}`);
}
