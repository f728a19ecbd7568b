import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readConfig, type ConfigReading } from './read-config.ts';
import type { ReferenceSource } from './references.ts';

/** A configuration file with everything that it references, as it is now. */
export interface LoadedConfig {
  readonly reading: ConfigReading;
  /** Changes when the file or a referenced file changes. */
  readonly fingerprint: string;
  /** Absolute paths of these files, the configuration first. */
  readonly files: readonly string[];
}

const longest = 1_048_576;

/** Reads the configuration from its file. An unreadable file is a fault like any other. */
export function loadConfig(path: string, env: ReferenceSource['env']): LoadedConfig {
  const folder = dirname(resolve(path));
  const files = new Set<string>();
  const fingerprint = createHash('sha256');
  const readFile = (name: string) => {
    const file = resolve(folder, name);
    files.add(file);
    const text = readFileSync(file, 'utf8');
    fingerprint.update(`${file}\0${text.length}\0${text}`);
    return text;
  };
  const reading = readAll(path, folder, { env, readFile });
  return { reading, fingerprint: fingerprint.digest('hex'), files: [...files] };
}

function readAll(path: string, folder: string, source: ReferenceSource): ConfigReading {
  const fault = (problem: string, advice: string) => ({
    faults: [{ line: undefined, path: '', value: '', problem, advice }],
  });
  let text: string;
  try {
    text = source.readFile(resolve(path));
  } catch (error) {
    const problem = `the file cannot be read (${codeOf(error)})`;
    return fault(problem, "Check its path, and that the handler's user may read it.");
  }
  if (text.length <= longest) return readConfig(text, folder, source);
  return fault(`the file has more than ${longest} characters`, 'Check its path.');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
