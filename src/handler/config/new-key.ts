/** A new encryption key (or token): 32 bytes of `randomBytes` (node:crypto), in base64. */
export function newKey(randomBytes: (size: number) => Buffer): string {
  return randomBytes(32).toString('base64');
}
