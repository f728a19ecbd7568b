/** Characters parsed at once, which takes a fraction of a millisecond. */
const defaultPortion = 32_768;
/** Characters that can be parsed in the time of one comparison. */
const charactersOfStep = 100;
/** Deeper nesting is not divided. */
const mostLevels = 100;

/**
 * Returns what `JSON.parse` returns, or throws its `SyntaxError`. Parses a long text in portions and
 * yields the work done since the last yield, so that other work can run in between. It only divides the
 * text between the members of arrays and objects, and leaves the parsing to `JSON.parse`, which is many
 * times faster than streaming parsers.
 */
export function* parseJsonInTurns(
  text: string,
  portion = defaultPortion,
): Generator<number, unknown> {
  if (text.length > portion) {
    try {
      return yield* new JsonDivision(text, portion).parse();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const parsed = JSON.parse(text) as unknown;
  yield stepsOf(text.length);
  return parsed;
}

function stepsOf(characters: number): number {
  return Math.ceil(characters / charactersOfStep);
}

/** What each of many texts parses to. Yields as above. */
export function* parseAllInTurns(texts: readonly string[]): Generator<number, readonly unknown[]> {
  const parsed: unknown[] = [];
  for (const text of texts) {
    parsed.push(yield* parseJsonInTurns(text));
  }
  return parsed;
}

type Members = unknown[] | Record<string, unknown>;

/** An open array or object. Positions are in the text. */
interface Level {
  /** Position of its bracket. */
  readonly start: number;
  /** Undefined until a portion ends inside it. Until then its text is part of the enclosing level. */
  members: Members | undefined;
  /** Where the text that is not in `members` yet starts. */
  rest: number;
  /** Where its current member starts: after the bracket, or after the last comma. */
  member: number;
  /** Whether its current member is already in `members`, because it was divided itself. */
  isMemberAdded: boolean;
}

/** Divides a text. Throws a `SyntaxError` if it cannot be divided. */
class JsonDivision {
  readonly #text: string;
  readonly #portion: number;
  /** Outermost first. */
  readonly #levels: Level[] = [];
  /** Where the last portion ended. */
  #portionEnd = 0;

  constructor(text: string, portion: number) {
    this.#text = text;
    this.#portion = portion;
  }

  *parse(): Generator<number, unknown> {
    const text = this.#text;
    for (let at = 0; at < text.length; at += 1) {
      switch (text.charCodeAt(at)) {
        case 0x22: // "
          at = endOfString(text, at);
          break;
        case 0x5b: // [
        case 0x7b: // {
          this.#open(at);
          break;
        case 0x2c: // ,
          if (at - this.#portionEnd >= this.#portion) {
            yield stepsOf(at - this.#portionEnd);
            this.#divide(at);
          }
          this.#next(at);
          break;
        case 0x5d: // ]
        case 0x7d: {
          // }
          const closed = this.#close(at);
          if (this.#levels.length > 0) break;
          requireBlank(text, at + 1, text.length);
          if (closed === undefined) throw new SyntaxError('it has nowhere to be divided');
          yield stepsOf(at - this.#portionEnd);
          return closed;
        }
      }
    }
    throw new SyntaxError('it does not end');
  }

  #open(at: number): void {
    if (this.#levels.length === 0) requireBlank(this.#text, 0, at);
    if (this.#levels.length >= mostLevels) throw new SyntaxError('it is nested too deep');
    const inside = { rest: at + 1, member: at + 1 };
    this.#levels.push({ start: at, members: undefined, ...inside, isMemberAdded: false });
  }

  /** A comma ends a member. */
  #next(at: number): void {
    const level = this.#levels.at(-1);
    if (level === undefined) throw new SyntaxError('it is not inside of anything');
    if (level.isMemberAdded) {
      requireBlank(this.#text, level.rest, at);
      level.rest = at + 1;
    }
    level.member = at + 1;
    level.isMemberAdded = false;
  }

  /** Ends a portion at a comma: parses the complete members of every level. */
  #divide(at: number): void {
    for (const [index, level] of this.#levels.entries()) {
      level.members ??= this.#text[level.start] === '[' ? [] : {};
      const isInnermost = index === this.#levels.length - 1;
      // The comma before the current member, or the bracket.
      const to = isInnermost ? at : level.member - 1;
      if (level.isMemberAdded || level.rest > to) continue;
      this.#add(level.members, this.#text.slice(level.rest, to));
      level.rest = to + 1;
    }
    this.#portionEnd = at;
  }

  /** Closes the innermost level. Returns its members if it was divided. */
  #close(at: number): Members | undefined {
    const level = this.#levels.pop();
    const isArray = this.#text[at] === ']';
    if (level === undefined || isArray !== (this.#text[level.start] === '[')) {
      throw new SyntaxError('its brackets do not match');
    }
    const { members, start, rest, isMemberAdded } = level;
    if (members === undefined) return undefined;
    if (isMemberAdded) requireBlank(this.#text, rest, at);
    else this.#add(members, this.#text.slice(rest, at));
    const surrounding = this.#levels.at(-1);
    if (surrounding?.members !== undefined) {
      this.#put(surrounding.members, this.#text.slice(surrounding.member, start), members);
      surrounding.rest = at + 1;
      surrounding.isMemberAdded = true;
    }
    return members;
  }

  /** Adds the members in a text: at least one, because a comma precedes or follows it. */
  #add(members: Members, text: string): void {
    if (Array.isArray(members)) {
      const some = JSON.parse(`[${text}]`) as unknown[];
      if (some.length === 0) throw new SyntaxError('a member is missing');
      for (const member of some) members.push(member);
    } else {
      const some = Object.entries(JSON.parse(`{${text}}`) as Record<string, unknown>);
      if (some.length === 0) throw new SyntaxError('a member is missing');
      for (const [name, value] of some) define(members, name, value);
    }
  }

  /**
   * Adds a member that was divided. `before` is the text before it, which contains its name in an
   * object.
   */
  #put(members: Members, before: string, value: unknown): void {
    if (Array.isArray(members)) {
      requireBlank(before, 0, before.length);
      members.push(value);
      return;
    }
    const [name = ''] = Object.keys(JSON.parse(`{${before}{}}`) as object);
    define(members, name, value);
  }
}

/** The position of the quote that ends the string starting at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start; ;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) throw new SyntaxError('a string does not end');
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
}

/** Works for a member named `__proto__`, which an assignment would not create. */
function define(members: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') {
    members[name] = value;
    return;
  }
  const property = { value, writable: true, enumerable: true, configurable: true };
  Object.defineProperty(members, name, property);
}

function requireBlank(text: string, from: number, to: number): void {
  if (!/^[ \t\n\r]*$/.test(text.slice(from, to))) throw new SyntaxError('a comma is missing');
}
