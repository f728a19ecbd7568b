import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { readIdentity } from '../../scripts/release/identity.ts';
import { manifest, root } from './extension-files.ts';
import { sizeOfPng } from './png.ts';

const file = 'docs/marketplace.md';
const text = readFileSync(join(root, file), 'utf8');
const { repository } = readIdentity(root);

const links = [...text.matchAll(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g)].map(
  ([, mark, words = '', address = '']) => ({ isPicture: mark === '!', words, address }),
);
const pictures = links.filter(({ isPicture }) => isPicture);

/** The file of the project that a repository URL shows; undefined for other pages. */
function shownBy(address: string): string | undefined {
  return new RegExp('^/(?:blob|raw)/main/([^#]+)').exec(address.replace(repository, ''))?.[1];
}

describe('The Marketplace listing', () => {
  it('is a separate page, which the manifest names', () => {
    assert.equal(manifest.content['details']?.path, file);
  });

  it('is about 400 words long', () => {
    const words = text
      .replaceAll(/\]\([^)]*\)/g, ']')
      .split(/\s+/)
      .filter((word) => /\w/.test(word));
    assert.ok(words.length >= 300 && words.length <= 500, `${words.length}`);
  });

  it('has absolute links only, since the Marketplace follows no others', () => {
    assert.ok(links.length > 10);
    for (const { address } of links) assert.match(address, /^https:\/\//);
  });

  it('links to existing pages of the project', () => {
    for (const { address } of links) {
      if (!address.startsWith(`${repository}/`)) continue;
      const path = shownBy(address);
      if (path === undefined) assert.equal(address, `${repository}/issues`);
      else assert.ok(existsSync(join(root, path)), path);
    }
  });

  it('shows PNG pictures with alternative text, all of which ship and are addressable', () => {
    assert.equal(pictures.length, 5);
    for (const { words, address } of pictures) {
      const path = shownBy(address) ?? '';
      assert.match(path, /^images\/listing\/\w+\.png$/);
      assert.ok(words.length > 20, words);
      assert.ok(
        manifest.screenshots.some((shot) => shot.path === path),
        path,
      );
      assert.ok(
        manifest.files.some((entry) => path.startsWith(`${entry.path}/`) && entry.addressable),
        path,
      );
    }
  });

  it('has pictures that are large enough to read and small enough to load', () => {
    for (const { path } of manifest.screenshots) {
      const { width } = sizeOfPng(join(root, path));
      assert.ok(width >= 800 && width <= 2400, `${path}: ${width}`);
      assert.ok(statSync(join(root, path)).size < 100_000, path);
    }
  });

  it('says that it is a preview as long as the manifest does', () => {
    assert.equal(/^## Preview$/m.test(text), manifest.galleryFlags.includes('Preview'));
  });
});
