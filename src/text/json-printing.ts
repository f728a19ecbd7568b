import { jsonSize } from './json-size.ts';

/** Characters that are written at once, about: that takes a fraction of a millisecond. */
const portion = 32_768;
/** Items of a long array that are written at once. */
const itemsAtOnce = 100;

/**
 * The JSON of plain data in pieces, which together are what `JSON.stringify` writes with `space`
 * spaces for each level; none for `undefined`. What is long is divided between the members of objects,
 * the items of arrays, and the characters of texts, so that whoever writes it can let others have
 * their turn in between. One of more than a hundred items is written at once.
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
  /** Before each line of what surrounds it. */
  readonly margin: string;
}

/** `before` stands before it. */
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

/** No text in JSON has a line break. */
function printed(value: unknown, { space, margin }: Layout): string | undefined {
  const json = JSON.stringify(value, undefined, space) as string | undefined;
  return margin === '' ? json : json?.replaceAll('\n', `\n${margin}`);
}

function* partsOfText(before: string, text: string): Generator<string, void> {
  yield `${before}"`;
  let from = 0;
  while (from < text.length) {
    let to = from + portion;
    // A character of two halves is not divided: a half is written in another way.
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

/** What stands before an item, and before the closing bracket. */
function linesOf({ space, margin }: Layout) {
  const inner: Layout = { space, margin: margin + ' '.repeat(space) };
  return {
    inner,
    line: space === 0 ? '' : `\n${inner.margin}`,
    end: space === 0 ? '' : `\n${margin}`,
  };
}
