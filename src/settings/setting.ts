/** The parsed text of a setting: its value, or what is wrong with it and what to do. */
export type Setting<T> =
  { readonly value: T } | { readonly problem: string; readonly advice: string };
