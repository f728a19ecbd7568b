/** About how many characters of JSON a value has, up to `most`: of a larger value, not all is visited. */
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
