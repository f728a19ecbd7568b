import {
  constructFromEvents,
  EVENT_ID,
  getScalarValue,
  parseEvents,
  YAMLException,
  type Event,
} from 'js-yaml';
import type { Path } from './path-fault.ts';

/** A document with the line numbers of its parts, counted from 1. */
export interface YamlDocument {
  readonly value: unknown;
  /**
   * The line of a key or list item. A missing part has the line of its parent, or none if that is the
   * whole document.
   */
  lineOf(path: Path): number | undefined;
}

/** Why a text is not a document that we accept. */
export interface YamlFault {
  readonly line: number;
  readonly problem: string;
  readonly advice: string;
}

/** Reads one YAML document; an empty one is an empty mapping. */
export function parseYaml(text: string): YamlDocument | { readonly fault: YamlFault } {
  try {
    const events = parseEvents(text, {});
    const refused = refusedIn(text, events);
    if (refused) return { fault: refused };
    const [value] = constructFromEvents(events, { source: text });
    const root = new PlaceReader(text, events).root();
    return { value: value ?? {}, lineOf: (path) => lineIn(root, path) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1;
    if (error.reason === 'duplicated mapping key') {
      const problem = 'this key is written twice in the same mapping';
      return { fault: { line, problem, advice: 'Remove one of the two.' } };
    }
    const advice = 'Fix this line or the one above it; indent with spaces, never with tabs.';
    const problem = `it is not valid YAML (${error.reason})`;
    return { fault: { line, problem, advice } };
  }
}

/** YAML features that a configuration does not need and that would make line numbers misleading. */
function refusedIn(text: string, events: readonly Event[]): YamlFault | undefined {
  const lines = new LineCount(text);
  let documents = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.ALIAS) {
      const problem = 'this is an alias, and aliases are not supported';
      const line = lines.at(event.anchorStart);
      return { line, problem, advice: 'Replace it with its value.' };
    }
    const start = startOf(event);
    if (event.type === EVENT_ID.DOCUMENT && ++documents > 1) {
      const problem = 'a second document starts after this line';
      return { line: lines.last, problem, advice: 'Keep one of them, without `---` between.' };
    }
    if (start >= 0) lines.at(start);
  }
  return undefined;
}

function startOf(event: Event): number {
  if (event.type === EVENT_ID.SCALAR) return event.valueStart;
  const isCollection = event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE;
  return isCollection ? event.start : -1;
}

interface Place {
  readonly line: number;
  readonly parts: ReadonlyMap<string, Place>;
}

function lineIn(root: Place, path: Path): number | undefined {
  let place = root;
  for (const part of path) {
    const next = place.parts.get(String(part));
    if (next === undefined) break;
    place = next;
  }
  return place === root && path.length > 0 ? undefined : place.line;
}

/** Counts lines up to increasing offsets. */
class LineCount {
  /** The line of the last offset. */
  last = 1;
  readonly #breaks: RegExpStringIterator<RegExpExecArray>;
  #next: number;

  constructor(text: string) {
    this.#breaks = text.matchAll(/\r\n|\n|\r/g);
    this.#next = this.#advance();
  }

  at(offset: number): number {
    while (this.#next <= offset) {
      this.last++;
      this.#next = this.#advance();
    }
    return this.last;
  }

  #advance(): number {
    const found = this.#breaks.next();
    return found.done === true ? Infinity : found.value.index + found.value[0].length;
  }
}

/** Reads locations from events, which come in the order of the text, depth first. */
class PlaceReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #lines: LineCount;
  #at = 1;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
    this.#lines = new LineCount(text);
  }

  root(): Place {
    return this.#events.length === 0 ? { line: 1, parts: new Map() } : this.#place();
  }

  #place(): Place {
    const event = this.#next();
    const start = startOf(event);
    // An empty scalar has no offset, so it gets the line before it.
    const line = start < 0 ? this.#lines.last : this.#lines.at(start);
    if (event.type === EVENT_ID.MAPPING) return { line, parts: this.#entries() };
    if (event.type === EVENT_ID.SEQUENCE) return { line, parts: this.#items() };
    return { line, parts: new Map() };
  }

  #entries(): ReadonlyMap<string, Place> {
    const entries = new Map<string, Place>();
    for (let key = this.#next(); key.type === EVENT_ID.SCALAR; key = this.#next()) {
      const line = this.#lines.at(key.valueStart);
      entries.set(getScalarValue(this.#text, key), { line, parts: this.#place().parts });
    }
    return entries;
  }

  #items(): ReadonlyMap<string, Place> {
    const items = new Map<string, Place>();
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) {
      items.set(String(items.size), this.#place());
    }
    this.#at++;
    return items;
  }

  #next(): Event {
    return this.#events[this.#at++] ?? { type: EVENT_ID.POP };
  }
}
