import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { PodLog } from '../argocd/port.ts';
import { resourceId, type ResourceKey } from '../sync/model/application.ts';
import { LogBudget } from './log-budget.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import { CancelScope } from '../async/cancel-scope.ts';

/** Kinds that have pods with a log. */
const logged = new Set(['Job', 'Pod', 'CronJob', 'Workflow']);
/** How often the log of a running hook is read: at first, and at least; a long one may wait. */
const keeping = { first: 1_000, most: 15_000, share: 0.05 };
/** How long the end of a run waits for logs that are still on their way, in milliseconds. */
const grace = 5_000;
const nothing: PodLog = { lines: [], fault: '' };

/** The last log lines of failed hooks and Jobs, read while they still exist. */
export class HookLogs {
  readonly #settings: FollowSettings;
  readonly #ports: FollowPorts;
  readonly #reading = new Map<string, Promise<PodLog>>();
  readonly #kept = new Map<string, readonly string[]>();
  readonly #keeping = new Set<string>();
  readonly #over = new AbortController();
  readonly #scope: CancelScope;
  readonly #budget: LogBudget;

  constructor(settings: FollowSettings, ports: FollowPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#scope = new CancelScope(ports.clock, { parent: ports.signal });
    this.#budget = ports.logBudget ?? new LogBudget();
  }

  /** The log of what failed, as last read. Never rejects: `fault` says why there is none. */
  read(resource: ResourceKey): Promise<PodLog> {
    return this.#reading.get(resourceId(resource)) ?? this.begin(resource);
  }

  /** Whether the log of a running hook is being read, which would be lost otherwise. */
  get isKeeping(): boolean {
    return this.#keeping.size > 0;
  }

  /** Reads the log of what has just failed; after a retry, that of another pod than before. */
  begin(resource: ResourceKey): Promise<PodLog> {
    const isWanted = this.#settings.hookLogLines > 0 && logged.has(resource.kind);
    const reading = isWanted ? this.#fetch(resource) : Promise.resolve(nothing);
    this.#reading.set(resourceId(resource), reading);
    return reading;
  }

  /** Reads the log of a running hook repeatedly, in case it is deleted at its end. */
  keep(resource: ResourceKey, isRunning: () => boolean): void {
    if (this.#settings.hookLogLines === 0 || !logged.has(resource.kind)) return;
    const id = resourceId(resource);
    if (this.#keeping.has(id)) return;
    this.#keeping.add(id);
    void this.#keep(resource, isRunning).finally(() => this.#keeping.delete(id));
  }

  /** The log of a hook that succeeded is not needed. */
  forget(resource: ResourceKey): void {
    const id = resourceId(resource);
    this.#keeping.delete(id);
    this.#reading.delete(id);
    this.#kept.delete(id);
    this.#budget.release(this.#held(id));
  }

  async #keep(resource: ResourceKey, isRunning: () => boolean): Promise<void> {
    const id = resourceId(resource);
    const { clock } = this.#ports;
    const signal = AbortSignal.any([this.#scope.signal, this.#over.signal]);
    const startedAt = clock.now();
    while (isRunning() && !signal.aborted) {
      const { lines } = await this.#ask(resource);
      if (lines.length > 0 && this.#keeping.has(id)) this.#kept.set(id, this.#hold(id, lines));
      const { first, most, share } = keeping;
      const age = clock.now() - startedAt;
      await clock.sleep(Math.min(most, Math.max(first, age * share)), signal);
    }
  }

  /** From now on, only requested logs are read, and only for a short time. */
  close(): void {
    this.#over.abort();
    const { clock } = this.#ports;
    void clock.sleep(grace, this.#scope.signal).then(() => this.#scope.end());
  }

  async #fetch(resource: ResourceKey): Promise<PodLog> {
    const id = resourceId(resource);
    const log = await this.#ask(resource);
    const kept = this.#kept.get(id);
    if (log.lines.length === 0) return kept === undefined ? log : { lines: kept, fault: '' };
    this.#kept.delete(id);
    return { ...log, lines: this.#hold(id, log.lines) };
  }

  /** Hooks of other applications of the run may have the same name. */
  #held(id: string): string {
    return `${this.#settings.path}\n${id}`;
  }

  #hold(id: string, lines: readonly string[]): readonly string[] {
    return this.#budget.hold(this.#held(id), lines);
  }

  #ask(resource: ResourceKey): Promise<PodLog> {
    return this.#budget.semaphore.run(() => {
      const full = this.#budget.refusal(this.#held(resourceId(resource)));
      return full === undefined
        ? this.#askNow(resource)
        : Promise.resolve({ lines: [], fault: full });
    });
  }

  #askNow(resource: ResourceKey): Promise<PodLog> {
    const { argocd } = this.#ports;
    const { signal } = this.#scope;
    const { address, hookLogLines: lines } = this.#settings;
    return argocd.logs(address, { resource, lines }, signal).then(
      ({ lines: read, fault }) => ({
        lines: read,
        fault: fault === '' ? '' : faultOf(fault, read.length > 0),
      }),
      (error: unknown) => {
        const isLate = signal.aborted && !this.#ports.signal.aborted;
        if (isLate) return { lines: [], fault: 'Its log did not arrive in time.' };
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

function faultOf(reason: string, isPart: boolean): string {
  return isPart
    ? `Its log is not complete: ${reason}.`
    : `Its log is no longer available: ${reason}.`;
}
