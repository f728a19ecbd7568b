/**
 * About how many characters of JSON a value has, as far as that is no more than `most`: of what is
 * larger not all is looked at.
 */
export function jsonSize(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let size = 0;
  for (const part of Object.values(value)) {
    size += jsonSize(part, most - size);
    if (size > most) break;
  }
  return size;
}
