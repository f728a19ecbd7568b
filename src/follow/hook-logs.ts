import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { PodLog } from '../argocd/port.ts';
import type { ResourceKey } from '../sync/application.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';

/** Kinds that have pods with a log. */
const logged = new Set(['Job', 'Pod', 'CronJob', 'Workflow']);
const keepEvery = 1_000;
const nothing: PodLog = { lines: [], fault: '' };

/** The last log lines of hooks and Jobs that failed, read while they are still there. */
export class HookLogs {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #reading = new Map<string, Promise<PodLog>>();
  readonly #kept = new Map<string, readonly string[]>();
  readonly #over = new AbortController();

  constructor(settings: FollowSettings, ports: FollowPorts) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /** The log of what failed, read once. Never rejects: `fault` says why there is none. */
  read(resource: ResourceKey): Promise<PodLog> {
    const id = idOf(resource);
    const known = this.#reading.get(id);
    if (known !== undefined) return known;
    const isWanted = this.#settings.hookLogLines > 0 && logged.has(resource.kind);
    const reading = isWanted ? this.#fetch(resource) : Promise.resolve(nothing);
    this.#reading.set(id, reading);
    return reading;
  }

  /** Reads the log of a running hook now and then, for the case that nothing is left of it after. */
  keep(resource: ResourceKey, isRunning: () => boolean): void {
    if (this.#settings.hookLogLines === 0 || !logged.has(resource.kind)) return;
    const { clock } = this.#ports;
    const signal = AbortSignal.any([this.#ports.signal, this.#over.signal]);
    const loop = async () => {
      while (isRunning() && !signal.aborted) {
        const { lines } = await this.#ask(resource);
        if (lines.length > 0) this.#kept.set(idOf(resource), lines);
        await clock.sleep(keepEvery, signal);
      }
    };
    void loop();
  }

  /** Nothing is read any more but what is asked for. */
  close(): void {
    this.#over.abort();
  }

  async #fetch(resource: ResourceKey): Promise<PodLog> {
    const log = await this.#ask(resource);
    if (log.lines.length > 0) return log;
    const kept = this.#kept.get(idOf(resource));
    return kept === undefined ? log : { lines: kept, fault: '' };
  }

  #ask(resource: ResourceKey): Promise<PodLog> {
    const { argocd, signal } = this.#ports;
    const { address, hookLogLines: lines } = this.#settings;
    return argocd.logs(address, { resource, lines }, signal).then(
      ({ lines: read, fault }) => ({
        lines: read,
        fault: fault === '' ? '' : `Its log is not to be had any more: ${fault}.`,
      }),
      (error: unknown) => {
        if (!(error instanceof ArgoCDError)) return nothing;
        const why =
          error.failure === 'forbidden' || error.failure === 'hidden'
            ? 'the token lacks the right "logs, get"'
            : error.reason;
        return { lines: [], fault: `Its log could not be read: ${why}.` };
      },
    );
  }
}

function idOf({ group, kind, namespace, name }: ResourceKey): string {
  return [group, kind, namespace, name].join('\n');
}
