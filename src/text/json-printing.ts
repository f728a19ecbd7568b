import { jsonSize } from './json-size.ts';

/** The approximate number of characters written at once, which takes a fraction of a millisecond. */
const portion = 32_768;
/** Items of a long array written at once. */
const itemsAtOnce = 100;

/**
 * The JSON of plain data in pieces. Joined, they are what `JSON.stringify` returns with `space` spaces
 * per level; no pieces for `undefined`. Long data is divided between members of objects, items of arrays
 * and characters of texts, so that the caller can yield to other work in between. Arrays of more than a
 * hundred items are written in batches of a hundred, which are not divided further.
 */
export function* jsonPieces(value: unknown, space = 0): Generator<string, void> {
  let piece = '';
  for (const part of partsOf('', value, { space, margin: '' })) {
    piece += part;
    if (piece.length < portion) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

interface Layout {
  readonly space: number;
  /** The indentation of the enclosing level. */
  readonly margin: string;
}

/** The pieces of a value; `before` precedes it. */
function* partsOf(before: string, value: unknown, layout: Layout): Generator<string, void> {
  if (jsonSize(value, portion) <= portion) {
    const json = printed(value, layout);
    if (json !== undefined) yield before + json;
  } else if (typeof value === 'string') {
    yield* partsOfText(before, value);
  } else if (Array.isArray(value)) {
    yield* partsOfItems(before, value, layout);
  } else {
    yield* partsOfMembers(before, value as object, layout);
  }
}

/** Strings in JSON contain no line breaks. */
function printed(value: unknown, { space, margin }: Layout): string | undefined {
  const json = JSON.stringify(value, undefined, space) as string | undefined;
  return margin === '' ? json : json?.replaceAll('\n', `\n${margin}`);
}

function* partsOfText(before: string, text: string): Generator<string, void> {
  yield `${before}"`;
  let from = 0;
  while (from < text.length) {
    let to = from + portion;
    // Never split a surrogate pair: a lone half is written differently.
    while (isFirstHalf(text.charCodeAt(to - 1))) to += 1;
    yield JSON.stringify(text.slice(from, to)).slice(1, -1);
    from = to;
  }
  yield '"';
}

function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function* partsOfItems(
  before: string,
  items: readonly unknown[],
  layout: Layout,
): Generator<string, void> {
  const { inner, line, end } = linesOf(layout);
  let separator = `${before}[`;
  if (items.length > itemsAtOnce) {
    for (let from = 0; from < items.length; from += itemsAtOnce) {
      const json = printed(items.slice(from, from + itemsAtOnce), layout) ?? '';
      yield separator + json.slice(1, json.length - 1 - end.length);
      separator = ',';
    }
  } else {
    for (const item of items) {
      yield* partsOf(separator + line, item ?? null, inner);
      separator = ',';
    }
  }
  yield `${end}]`;
}

function* partsOfMembers(before: string, value: object, layout: Layout): Generator<string, void> {
  const { inner, line, end } = linesOf(layout);
  const colon = layout.space === 0 ? ':' : ': ';
  let separator = `${before}{`;
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    yield* partsOf(separator + line + JSON.stringify(name) + colon, member, inner);
    separator = ',';
  }
  yield `${end}}`;
}

/** The text before an item, and before the closing bracket. */
function linesOf({ space, margin }: Layout) {
  const inner: Layout = { space, margin: margin + ' '.repeat(space) };
  return {
    inner,
    line: space === 0 ? '' : `\n${inner.margin}`,
    end: space === 0 ? '' : `\n${margin}`,
  };
}
