import type { Problem } from './fault.ts';

/**
 * Finds what Azure Pipelines should have expanded, in all its notations: `$(x)`, `$(Two Words)`,
 * `$(a['b'])` and `$(a.b-c)`; `$[ … ]`; `${{ … }}`. A `$` before anything else is plain text.
 */
const notations: Readonly<Record<Notation, (text: string) => readonly string[]>> = {
  // A name may hold an opening parenthesis; in a nested macro, the inner one is what is missing.
  macro: (text) => text.match(/\$\(\s*\d*[\p{L}_](?:(?!\$\()[^)\r\n]){0,200}\)/gu) ?? [],
  runtime: expressionsIn,
  template: (text) => text.match(/\$\{\{[^]{0,500}?\}\}/g) ?? [],
};
type Notation = 'macro' | 'runtime' | 'template';

const longestExpression = 500;
/** The limit of expression starts that are examined; nobody writes more. */
const mostBeginnings = 1_000;

/** Nested brackets, which a regular expression cannot match. */
function expressionsIn(text: string): readonly string[] {
  const found: string[] = [];
  let beginnings = 0;
  for (const { index } of text.matchAll(/\$\[\s*[\p{L}_]/gu)) {
    if (++beginnings > mostBeginnings) break;
    let depth = 0;
    for (let at = index; at < Math.min(text.length, index + longestExpression); at += 1) {
      if (text[at] === '[') depth += 1;
      else if (text[at] === ']' && --depth === 0) {
        found.push(text.slice(index, at + 1));
        break;
      }
    }
  }
  return found;
}

/** What is wrong with each notation, and what to do. */
const words: Readonly<Record<Notation, Omit<Problem, 'text'>>> = {
  macro: {
    problem: 'this variable has no value here',
    advice: 'Set the variable before this step, or check how its name is spelled.',
  },
  runtime: {
    problem: 'this expression is not evaluated here',
    advice:
      'It is evaluated only as the whole value of a variable: assign it to one under `variables:`, and use `$(name)` here.',
  },
  template: {
    problem: 'this template expression was not expanded',
    advice:
      'It is expanded only in the YAML file itself, not in classic pipelines or in the value of a variable: use a variable, as `$(name)`.',
  },
};

/** The limit of expressions reported for one text. */
const most = 20;

/** Everything in a text that was not expanded, without duplicates, with what to do. */
export function unexpandedIn(text: string): readonly Problem[] {
  if (!text.includes('$')) return [];
  const kinds = Object.keys(notations) as Notation[];
  return kinds
    .flatMap((kind) => {
      return [...new Set(notations[kind](text))].map((each) => ({ text: each, ...words[kind] }));
    })
    .slice(0, most);
}

/**
 * Whether a text is nothing but one unexpanded variable or expression: for secrets, which may contain
 * any text.
 */
export function isUnexpanded(text: string): boolean {
  const [first, ...others] = unexpandedIn(text);
  return first !== undefined && others.length === 0 && first.text === text.trim();
}
