import { definitions, type ChoiceOf, type NameOf } from './definitions.ts';
import type { InputReader } from './input-reader.ts';

/** Reads a boolean input, with its default from the table of definitions. */
export function readBoolean(reader: InputReader, name: NameOf<'boolean'>): boolean {
  return reader.boolean(name, definitions[name].default);
}

/** Reads a number in the input's own unit; `undefined` only if it has no default. */
export function readInteger<K extends NameOf<'integer'>>(
  reader: InputReader,
  name: K,
): number | Extract<(typeof definitions)[K]['default'], undefined> {
  const { default: otherwise, from, to } = definitions[name];
  return reader.integer(name, otherwise, from, to) as ReturnType<typeof readInteger<K>>;
}

/** Reads one of the choices of an input, in their spelling. */
export function readChoice<K extends NameOf<'choice'>>(reader: InputReader, name: K): ChoiceOf<K> {
  const { choices, default: otherwise } = definitions[name];
  return reader.pick<string>(name, choices, otherwise) as ChoiceOf<K>;
}
