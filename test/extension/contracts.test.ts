import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { root } from './extension-files.ts';

const page = readFileSync(join(root, 'docs/contracts.md'), 'utf8');
const facts = page.split('\n').filter((line) => line.startsWith('- '));
const linked = (text: string) =>
  [...text.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = '']) => path);

describe('The page of contracts', () => {
  it('names the evidence for each fact', () => {
    assert.ok(facts.length > 40, `${facts.length} facts`);
    assert.deepEqual(
      facts.filter((fact) => !linked(fact).some((path) => path.startsWith('test/'))),
      [],
    );
  });

  it('names only existing files', () => {
    assert.deepEqual(
      linked(page).filter((path) => !existsSync(join(root, path))),
      [],
    );
  });

  it('includes every recording', () => {
    const folder = 'test/fixtures/argo-cd/recordings';
    const recordings = readdirSync(join(root, folder)).map((file) => `${folder}/${file}`);
    assert.ok(recordings.length > 30, `${recordings.length} recordings`);
    const named = new Set(linked(page));
    assert.deepEqual(
      recordings.filter((path) => !named.has(path)),
      [],
    );
  });
});
