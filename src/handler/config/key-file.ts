import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage } from '../../async/error-message.ts';
import type { Secret } from '../../secret.ts';
import { UserError } from '../../user-error.ts';
import type { Config } from './config.ts';
import { parseEncryptionKey } from './encryption-key.ts';

/**
 * The keys for the token cipher: the configured ones, or that of the key file, which is created if it does
 * not exist. Throws a `UserError` if the file cannot be used.
 */
export function encryptionKeysOf(
  { encryptionKeys, keyFile }: Pick<Config, 'encryptionKeys' | 'keyFile'>,
  newKey: () => string,
): readonly Secret[] {
  if (encryptionKeys.length > 0) return encryptionKeys;
  const text = use(keyFile, () => readOrMake(keyFile, newKey)).trim();
  const key = parseEncryptionKey(text);
  if ('value' in key) return [key.value];
  throw new UserError(
    `The key file ${keyFile} contains no encryption key: ${key.problem}`,
    'Restore the file from a backup. If it is lost, remove it: open runs then end as failed.',
  );
}

function readOrMake(path: string, newKey: () => string): string {
  mkdirSync(dirname(path), { recursive: true });
  try {
    // Fails if the file exists: a key is never overwritten.
    const file = openSync(path, 'wx', 0o600);
    return fill(file, path, newKey);
  } catch (error) {
    if (!isExisting(error)) throw error;
    return readFileSync(path, 'utf8');
  }
}

function fill(file: number, path: string, newKey: () => string): string {
  try {
    const key = newKey();
    writeSync(file, `${key}\n`);
    fsyncSync(file);
    return key;
  } catch (error) {
    // A partial key would keep the handler from ever starting.
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function use<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const reason = errorMessage(cause);
    throw new UserError(
      `The key file ${path} can be neither read nor created: ${reason}`,
      "Let the handler's user write to its folder, or set encryptionKeys in the configuration.",
      { cause },
    );
  }
}
