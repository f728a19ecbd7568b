/**
 * A name of an Azure project as names are compared: without regard to case, one character for one, as
 * .NET compares them (`StringComparison.OrdinalIgnoreCase`). A letter of another script stays what it
 * is, though it looks like a Latin one and is written so in the other case, such as the Kelvin sign.
 */
export function foldProjectName(name: string): string {
  return [...name].map(fold).join('');
}

function fold(character: string): string {
  const upper = character.toUpperCase();
  const isOne = [...upper].length === 1;
  return isOne && isLatin(character) === isLatin(upper) ? upper : character;
}

function isLatin(character: string): boolean {
  return character <= '\x7f';
}
