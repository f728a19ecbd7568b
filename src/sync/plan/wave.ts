import type { Manifest } from './manifest.ts';

/** Argo CD's annotation for the wave of an object: an integer, negative ones too. */
export const waveAnnotation = 'argocd.argoproj.io/sync-wave';
const helmWeightAnnotation = 'helm.sh/hook-weight';

/**
 * The wave of an object: its `sync-wave`, else its Helm `hook-weight` (on hooks and others alike),
 * else 0. An annotation that is not an integer counts as absent (syncwaves/waves.go).
 */
export function ownWave(manifest: Manifest): number {
  return (
    parseWave(manifest.annotations.get(waveAnnotation)) ??
    parseWave(manifest.annotations.get(helmWeightAnnotation)) ??
    0
  );
}

/**
 * A `sync-wave` that Argo CD ignores because it is not an integer; otherwise `undefined`. Templates
 * leave an empty one where no wave is meant.
 */
export function invalidWave(manifest: Manifest): string | undefined {
  const value = manifest.annotations.get(waveAnnotation);
  return value !== '' && parseWave(value) === undefined ? value : undefined;
}

/** As Go's `strconv.Atoi` reads it: an optional sign and decimal digits, within 64 bits. */
function parseWave(value: string | undefined): number | undefined {
  if (value === undefined || !/^[+-]?[0-9]+$/.test(value)) return undefined;
  const wave = BigInt(value);
  return wave === BigInt.asIntN(64, wave) ? Number(wave) : undefined;
}
