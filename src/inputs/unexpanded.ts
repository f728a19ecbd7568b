import type { Problem } from './fault.ts';

/**
 * What Azure Pipelines would have filled in, in all its notations: `$(x)`, `$(Two Words)`,
 * `$(a['b'])` and `$(a.b-c)`; `$[ … ]`; `${{ … }}`. A `$` in front of anything else is just text.
 */
const notations = {
  macro: /\$\(\s*\d*[\p{L}_][^()\r\n]{0,200}\)/gu,
  runtime: /\$\[\s*[\p{L}_](?:[^[\]\r\n]|\[[^[\]\r\n]{0,200}\]){0,500}\]/gu,
  template: /\$\{\{[^\r\n]{0,500}?\}\}/gu,
} as const;

/** What is wrong with each, and what to do. */
const words: Readonly<Record<keyof typeof notations, Omit<Problem, 'text'>>> = {
  macro: {
    problem: 'this variable has no value here',
    advice: 'Set the variable before this step, or check how its name is spelled.',
  },
  runtime: {
    problem: 'this expression is not evaluated here',
    advice:
      'It is evaluated only as the whole value of a variable: give it to one under `variables:`, and write `$(name)` here.',
  },
  template: {
    problem: 'this template expression was not filled in',
    advice:
      'It is filled in only in the YAML file itself, and neither in classic pipelines nor in the value of a variable: write a variable, as `$(name)`.',
  },
};

/** More of one text are not told. */
const most = 20;

/** Everything in a text that was not filled in, each once, with what to do. */
export function unexpandedIn(text: string): readonly Problem[] {
  if (!text.includes('$')) return [];
  const kinds = Object.keys(notations) as (keyof typeof notations)[];
  return kinds
    .flatMap((kind) => {
      const found = new Set([...text.matchAll(notations[kind])].map(([each]) => each));
      return [...found].map((each) => ({ text: each, ...words[kind] }));
    })
    .slice(0, most);
}

/** Whether a text is nothing but one thing that was not filled in: for secrets, which may hold any text. */
export function isUnexpanded(text: string): boolean {
  const [first, ...others] = unexpandedIn(text);
  return first !== undefined && others.length === 0 && first.text === text.trim();
}
