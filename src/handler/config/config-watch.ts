import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Clock } from '../../async/clock.ts';
import type { Config, ConfigFault } from './config.ts';
import { keepFixed } from './fixed-settings.ts';
import { loadConfig, type LoadedConfig } from './load-config.ts';
import type { ReferenceSource } from './references.ts';

/** Called with the result of reading the configuration again. */
export interface ConfigEvents {
  /** It has changed and is valid. The warnings include settings that require a restart. */
  onChange(config: Config, warnings: readonly ConfigFault[], gaps: readonly ConfigFault[]): void;
  /** It has changed and is invalid: the previous one stays in effect. */
  onFault(faults: readonly ConfigFault[]): void;
  /** SIGHUP was received, and nothing has changed. */
  onUnchanged(): void;
}

/** What the handler was started with, and from where. */
export interface StartedConfig {
  readonly path: string;
  readonly env: ReferenceSource['env'];
  readonly config: Config;
  readonly loaded: Pick<LoadedConfig, 'fingerprint' | 'files'>;
}

/** A backstop: network file systems report no changes, nor do folders that were recreated. */
const pollEvery = 30_000;
/** A file may be written in several steps, so wait until it is quiet. */
const quiet = 250;
const mostSteps = 20;

/** Reads the configuration again on SIGHUP, and when its file or a referenced file has changed. */
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

  /** Watches until the signal aborts. `signals`: the process, which receives SIGHUP. */
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
   * Watches folders, not files: Kubernetes changes the files of a ConfigMap or Secret by redirecting the link
   * `..data` in their folder.
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
      // The folder does not exist, or there are too many watches: then only polling finds changes.
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
