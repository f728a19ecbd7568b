import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/bundle.ts';

/** The heap options of Node in the image. */
export function heapOfTheImage(): string {
  const dockerfile = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8');
  const flags = dockerfile.match(/--max-[a-z-]+=\d+/g) ?? [];
  assert.equal(flags.length, 2);
  return flags.join(' ');
}
