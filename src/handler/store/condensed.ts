import type { DatabaseSync } from 'node:sqlite';
import { digestOfText } from '../../argocd/rest/canonical.ts';

const digest = /^[0-9a-f]{64}$/;

/** For SQL: `condensed(json)`, a checkpoint with digests in place of what elder handlers kept whole. */
export function defineCondensed(database: DatabaseSync): void {
  database.function('condensed', { deterministic: true }, (json) => condensed(String(json)));
}

/** Operations and sources were compared by their whole text, of whatever size. */
function condensed(json: string): string {
  return JSON.stringify(
    JSON.parse(json, (key, value: unknown) => {
      const isCompared = key === 'fingerprint' || key === 'sources';
      const isWhole = typeof value === 'string' && !digest.test(value);
      return isCompared && isWhole ? digestOfText(value) : value;
    }),
  );
}
