import { Secret } from '../../secret.ts';
import { keyProblem } from '../secrets/token-cipher.ts';
import type { Setting } from '../../settings/setting.ts';

/** Random bytes soon differ from each other; those of a placeholder are few. */
const fewestDifferent = 8;
const advice = 'Generate one with `handler new-key`, or with `openssl rand -base64 32`.';

/** A new encryption key (or token): 32 bytes of `randomBytes` (node:crypto), in base64. */
export function newKey(randomBytes: (size: number) => Buffer): string {
  return randomBytes(32).toString('base64');
}

/** Reads one of `encryptionKeys`; refuses keys with the wrong length or form, or that are not random. */
export function parseEncryptionKey(text: string): Setting<Secret> {
  const key = new Secret(text);
  const problem = keyProblem(key);
  if (problem !== undefined) return { problem, advice };
  if (new Set(text).size < fewestDifferent) return { problem: 'it is not random', advice };
  return { value: key };
}
