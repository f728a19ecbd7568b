/**
 * The names of the files in a ZIP, from its central directory (PKWARE's APPNOTE 4.3.12), so that
 * the tests need no archive program. Folders are left out.
 */
export function listZip(bytes: Buffer): readonly string[] {
  const end = bytes.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  if (end < 0) throw new Error('This is not a ZIP file: it has no end of central directory.');
  const names: string[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count -= 1) {
    const length = bytes.readUInt16LE(at + 28);
    names.push(bytes.toString('utf8', at + 46, at + 46 + length));
    at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return names.filter((name) => !name.endsWith('/'));
}
