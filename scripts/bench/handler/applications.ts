/** Names for so many applications. */
export function applicationNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `shop-${index}`);
}
