import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Clock } from '../../async/clock.ts';
import type { Config, ConfigFault } from './config.ts';
import { keepFixed } from './fixed-settings.ts';
import { loadConfig, type LoadedConfig } from './load-config.ts';
import type { ReferenceSource } from './references.ts';

/** What looking at the configuration again leads to. */
export interface ConfigEvents {
  /** It has changed and is right. Among the warnings: what cannot change while the handler runs. */
  onChange(config: Config, warnings: readonly ConfigFault[], gaps: readonly ConfigFault[]): void;
  /** It has changed and is wrong: what was read before stays in force. */
  onFault(faults: readonly ConfigFault[]): void;
  /** Somebody asked for it by SIGHUP, and nothing has changed. */
  onUnchanged(): void;
}

/** What the handler has started with, and where from. */
export interface StartedConfig {
  readonly path: string;
  readonly env: ReferenceSource['env'];
  readonly config: Config;
  readonly loaded: Pick<LoadedConfig, 'fingerprint' | 'files'>;
}

/** A backstop: folders on a network tell of no changes, and one that is recreated tells no more. */
const pollEvery = 30_000;
/** A file may be written in several steps. */
const quiet = 250;
const mostSteps = 20;

/**
 * Reads the configuration again when its file, or a file that it refers to, has changed, and at
 * SIGHUP.
 */
export class ConfigWatch {
  readonly #started: StartedConfig;
  readonly #events: ConfigEvents;
  readonly #clock: Clock;
  readonly #watchers = new Map<string, FSWatcher>();
  #files: readonly string[];
  #fingerprint: string;
  #inForce: Config;
  #changed = new AbortController();
  #isAsked = false;

  constructor(started: StartedConfig, events: ConfigEvents, clock: Clock) {
    this.#started = started;
    this.#events = events;
    this.#clock = clock;
    this.#files = started.loaded.files;
    this.#fingerprint = started.loaded.fingerprint;
    this.#inForce = started.config;
  }

  /** Watches until the signal aborts. `signals` is the process, of which SIGHUP is awaited. */
  async run(signal: AbortSignal, signals: Pick<NodeJS.Process, 'on' | 'off'>): Promise<void> {
    const onHangup = () => {
      this.#isAsked = true;
      this.#changed.abort();
    };
    signals.on('SIGHUP', onHangup);
    this.#watchFolders();
    try {
      while (!signal.aborted) {
        await this.#untilChange(signal);
        if (!signal.aborted) this.#look();
      }
    } finally {
      signals.off('SIGHUP', onHangup);
      for (const watcher of this.#watchers.values()) watcher.close();
    }
  }

  async #untilChange(signal: AbortSignal): Promise<void> {
    const sleep = (ms: number) =>
      this.#clock.sleep(ms, AbortSignal.any([signal, this.#changed.signal]));
    await sleep(pollEvery);
    for (let step = 0; step < mostSteps && this.#changed.signal.aborted; step++) {
      this.#changed = new AbortController();
      await sleep(quiet);
    }
  }

  #look(): void {
    const { path, env } = this.#started;
    const { reading, fingerprint, files } = loadConfig(path, env);
    const isAsked = this.#isAsked;
    this.#isAsked = false;
    if (fingerprint === this.#fingerprint) {
      if (isAsked) this.#events.onUnchanged();
      return;
    }
    this.#fingerprint = fingerprint;
    this.#files = files;
    this.#watchFolders();
    if ('faults' in reading) {
      this.#events.onFault(reading.faults);
      return;
    }
    const { config, warnings } = keepFixed(this.#inForce, reading.config);
    this.#inForce = config;
    this.#events.onChange(config, [...warnings, ...reading.warnings], reading.gaps);
  }

  /**
   * Folders and not files: Kubernetes changes a file of a ConfigMap or Secret by turning the link
   * `..data` in its folder to another one.
   */
  #watchFolders(): void {
    const folders = new Set(this.#files.map((file) => dirname(file)));
    for (const [folder, watcher] of this.#watchers) {
      if (!folders.has(folder)) this.#unwatch(folder, watcher);
    }
    for (const folder of folders) {
      if (!this.#watchers.has(folder)) this.#watch(folder);
    }
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || this.#concerns(name)) this.#changed.abort();
      });
      watcher.on('error', () => this.#unwatch(folder, watcher));
      this.#watchers.set(folder, watcher);
    } catch {
      // No such folder, or too many watches: then the poll alone finds changes.
    }
  }

  #unwatch(folder: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(folder);
  }

  #concerns(name: string): boolean {
    return name.startsWith('..') || this.#files.some((file) => basename(file) === name);
  }
}
