/** What has a `metadata.resourceVersion`. */
export interface Versioned {
  readonly resourceVersion: string;
}

/** Kubernetes counts resource versions up; where they are not numbers, nothing is known. */
export function isOlder(one: Versioned, other: Versioned): boolean {
  const [a, b] = [Number(one.resourceVersion), Number(other.resourceVersion)];
  return Number.isSafeInteger(a) && Number.isSafeInteger(b) && a < b;
}
