import { definitions, type ChoiceOf, type NameOf } from './definitions.ts';
import type { InputReader } from './input-reader.ts';

/** Reads an input by what the table says of it: its default, its bounds, its choices. */
export function readBoolean(reader: InputReader, name: NameOf<'boolean'>): boolean {
  return reader.boolean(name, definitions[name].default);
}

/** The number in the input's own unit; `undefined` only where it has no default. */
export function readInteger<K extends NameOf<'integer'>>(
  reader: InputReader,
  name: K,
): number | Extract<(typeof definitions)[K]['default'], undefined> {
  const { default: otherwise, from, to } = definitions[name];
  return reader.integer(name, otherwise, from, to) as ReturnType<typeof readInteger<K>>;
}

/** One of the choices of the input, spelled as they are. */
export function readChoice<K extends NameOf<'choice'>>(reader: InputReader, name: K): ChoiceOf<K> {
  const { choices, default: otherwise } = definitions[name];
  return reader.pick<string>(name, choices, otherwise) as ChoiceOf<K>;
}
