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
 * Runs the handler until the process is asked to stop. Resolves with the exit code; rejects with a
 * `UserError` or `StoreError` if it cannot start.
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
  const warn = (faults: readonly ConfigFault[]) => {
    for (const each of faults) logger.warn({ fault: print(each) }, 'configuration warning');
  };
  const clock = steadyClock();
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => ending.abort());
  }
  // Without a listener, a signal during startup would kill the process.
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
        logger.info('configuration reloaded');
        warn(nextWarnings);
      },
      onFault: (faults) => {
        service.keepConfig();
        for (const each of faults) logger.error({ fault: print(each) }, 'configuration fault');
        logger.error('configuration not reloaded; keeping the previous one');
      },
      onUnchanged: () => logger.info('configuration unchanged'),
    },
    clock,
  );
  const watching = watch.run(ending.signal, process);
  greet(logger, service, config.listen);
  warn(warnings);
  for (const gap of gaps) logger.warn({ gap: print(gap) }, 'configuration incomplete');
  if (format === 'text') {
    logger.info({ config: path }, 'watching the configuration; press Ctrl+C to stop the handler');
  }
  await watching;
  logger.info('shutting down; open runs resume at the next start');
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

/** What a person wants to know first: where the handler listens. */
function greet(logger: Logger, service: Service, { public: forAzure, admin }: Listen): void {
  const { publicPort, adminPort } = service;
  const listen = {
    public: `http://${printListener({ ...forAzure, port: publicPort })}`,
    statusPage: `http://${printListener({ ...admin, port: adminPort })}/`,
  };
  logger.info(listen, 'listening');
}
