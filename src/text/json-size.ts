/**
 * A lower bound of the JSON size of plain data in characters, usually close to the actual size. Stops
 * reading once it exceeds `most`.
 */
export function jsonSize(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 1;
  let size = 1;
  if (Array.isArray(value)) {
    for (const item of value) {
      size += 1 + jsonSize(item, most - size);
      if (size > most) break;
    }
    return size;
  }
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined) continue;
    // Two quotes, a colon, and the comma or bracket after it.
    size += name.length + 4 + jsonSize(part, most - size);
    if (size > most) break;
  }
  return size;
}
