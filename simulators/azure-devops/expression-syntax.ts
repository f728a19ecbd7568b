/** A parsed expression (azure-devops.md §1.6). */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly Expression[] };

interface Token {
  readonly kind: 'text' | 'number' | 'word' | 'sign';
  readonly text: string;
}

const pattern =
  /\s*(?:'(?<text>(?:[^']|'')*)'|(?<number>-?\d+(?:\.\d+)?)|(?<word>[A-Za-z_][\w-]*)|(?<sign>[()[\],.]))/y;

function tokens(source: string): Token[] {
  const found: Token[] = [];
  const end = source.trimEnd().length;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(source)?.groups;
    if (!groups) throw new Error(`The expression cannot be read from: ${source.slice(at)}`);
    for (const kind of ['text', 'number', 'word', 'sign'] as const) {
      const text = groups[kind];
      if (text !== undefined) {
        found.push({ kind, text: kind === 'text' ? text.replaceAll("''", "'") : text });
      }
    }
  }
  return found;
}

const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

class Parser {
  readonly #tokens: readonly Token[];
  #place = 0;

  constructor(source: string) {
    this.#tokens = tokens(source);
  }

  whole(): Expression {
    const expression = this.#expression();
    const rest = this.#tokens[this.#place];
    if (rest) throw new Error(`The expression goes on with ${rest.text} where it should end.`);
    return expression;
  }

  #expression(): Expression {
    let expression = this.#operand();
    for (;;) {
      if (this.#takes('[')) {
        expression = { kind: 'index', of: expression, at: this.#expression() };
        this.#demand(']');
      } else if (this.#takes('.')) {
        const value = this.#next('word').text;
        expression = { kind: 'index', of: expression, at: { kind: 'literal', value } };
      } else {
        return expression;
      }
    }
  }

  #operand(): Expression {
    const token = this.#next();
    switch (token.kind) {
      case 'text':
        return { kind: 'literal', value: token.text };
      case 'number':
        return { kind: 'literal', value: Number(token.text) };
      case 'word':
        return this.#takes('(') ? this.#call(token.text) : name(token.text);
      case 'sign':
        throw new Error(`The expression has ${token.text} where a value should be.`);
    }
  }

  #call(called: string): Expression {
    const parameters: Expression[] = [];
    if (this.#takes(')')) return { kind: 'call', name: called, parameters };
    do parameters.push(this.#expression());
    while (this.#takes(','));
    this.#demand(')');
    return { kind: 'call', name: called, parameters };
  }

  #takes(sign: string): boolean {
    const token = this.#tokens[this.#place];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#place++;
    return true;
  }

  #demand(sign: string): void {
    if (!this.#takes(sign)) throw new Error(`The expression lacks ${sign}.`);
  }

  #next(kind?: Token['kind']): Token {
    const token = this.#tokens[this.#place++];
    if (!token) throw new Error('The expression ends too early.');
    if (kind !== undefined && token.kind !== kind) {
      throw new Error(`The expression has ${token.text} where a name should be.`);
    }
    return token;
  }
}

function name(word: string): Expression {
  const value = words[word.toLowerCase()];
  return value === undefined ? { kind: 'name', name: word } : { kind: 'literal', value };
}

/** Parses an expression. Throws with the position of the fault. */
export function parseExpression(source: string): Expression {
  return new Parser(source).whole();
}
