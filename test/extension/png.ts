import { readFileSync } from 'node:fs';

/** Width and height of a PNG in pixels, from its first chunk. */
export function sizeOfPng(file: string): { readonly width: number; readonly height: number } {
  const bytes = readFileSync(file);
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
