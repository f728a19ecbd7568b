/** Encodes any text for a URL; halves of surrogate pairs, which cannot be encoded, become U+FFFD. */
export function percentEncode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

/** Decodes percent-encoded text; a `%` that encodes nothing, as in `100%sure`, stays. */
export function percentDecode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
