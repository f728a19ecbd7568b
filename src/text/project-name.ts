/**
 * Folds the case of an Azure project name for comparison, character by character as in .NET
 * (`StringComparison.OrdinalIgnoreCase`). A character of another script, such as the Kelvin sign, stays
 * unchanged even if its other case is a Latin letter.
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
