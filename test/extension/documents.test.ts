import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, it } from 'mocha';
import { commands } from '../../src/handler/cli/command-line.ts';
import { readJson, root } from './extension-files.ts';

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'].map((file) =>
    join(root, file),
  ),
  ...['docs', 'examples', 'deploy'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(root, folder, file)),
  ),
];
const { scripts } = readJson('package.json') as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** The anchors of headings as GitHub creates them: letters, digits, `_` and `-` stay. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = withoutFences(readFileSync(page, 'utf8')).matchAll(/^#+ +(.*)$/gm);
  return new Set(
    [...headings].map(([, title = '']) =>
      title
        .replaceAll(/[`*]/g, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^( *)```.*?^\1```$/gms, '');
}

/** What is wrong with a page's links to our files and headings; empty if nothing. */
function brokenLinks(page: string, text = readFileSync(page, 'utf8')): readonly string[] {
  const links = [...withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : resolve(dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(target).has(anchor);
    });
}

/** Our own commands that a text names and that do not exist. */
function unknownCommands(text: string): readonly string[] {
  const runs = text.matchAll(/npm run ([\w:-]+)/g);
  const starts = text.matchAll(/npm start(?: --silent)? -- ([a-z][\w-]*)/g);
  const inPod = text.matchAll(/handler\.js ([a-z][\w-]*)/g);
  const words: readonly string[] = commands;
  return [
    ...[...runs].map(([, name = '']) => name).filter((name) => !Object.hasOwn(scripts, name)),
    ...[...starts, ...inPod].map(([, name = '']) => name).filter((name) => !words.includes(name)),
  ];
}

describe('The documents', () => {
  for (const page of pages) {
    it(`link only to existing targets: ${relative(root, page)}`, () => {
      assert.deepEqual(brokenLinks(page), []);
    });

    it(`name only existing commands: ${relative(root, page)}`, () => {
      assert.deepEqual(unknownCommands(readFileSync(page, 'utf8')), []);
    });
  }

  it('cannot hide a broken link', () => {
    const page = join(root, 'docs/handler.md');
    const text = '[a](handler.md#retries) [b](nowhere.md) [c](handler.md#nothing) [d](#retries)';
    assert.deepEqual(brokenLinks(page, text), ['nowhere.md', 'handler.md#nothing']);
  });

  it('cannot hide an unknown command', () => {
    const text = 'npm run tset; npm start --silent -- new-kay; npm test; npm start -- new-key';
    assert.deepEqual(unknownCommands(text), ['tset', 'new-kay']);
  });
});
