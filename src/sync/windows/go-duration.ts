/** Milliseconds in each unit of Go's `time.ParseDuration`. */
const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  // U+00B5, the micro sign, and U+03BC, the Greek letter.
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go counts nanoseconds in 63 bits, about 292 years; it refuses more. */
const longest = 2 ** 63 / 1e6;

const part = /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

/** Milliseconds of a Go duration such as `1h30m`; `undefined` for anything else. */
export function parseGoDuration(text: string): number | undefined {
  const negative = text.startsWith('-');
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text;
  if (unsigned === '0') return 0;
  if (unsigned === '') return undefined;
  let milliseconds = 0;
  part.lastIndex = 0;
  while (part.lastIndex < unsigned.length) {
    const [, amount = '', unit = ''] = part.exec(unsigned) ?? [];
    if (unit === '') return undefined;
    milliseconds += Number(amount) * (units[unit] ?? 0);
  }
  if (milliseconds >= longest) return undefined;
  return negative ? -milliseconds : milliseconds;
}
