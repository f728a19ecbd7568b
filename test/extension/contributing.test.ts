import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { load } from 'js-yaml';
import { readJson, root } from './extension-files.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const page = read('CONTRIBUTING.md');
const tops = readdirSync(root);

/** The paths of ours in backticks; the rest are names and commands. */
function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([\w.@/-]+)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => path.includes('/') && tops.includes(path.split('/')[0] ?? ''));
}

/** The text below a heading, down to the next one of the same or a higher level. */
function sectionOf(title: string): string {
  const [, after = ''] = page.split(new RegExp(`^#+ ${title}$`, 'm'));
  return after.split(/^##? /m)[0] ?? '';
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder))
    .map((name) => `${folder}/${name}`)
    .filter((path) => statSync(join(root, path)).isDirectory());
}

describe('CONTRIBUTING', () => {
  it('names only existing files and folders', () => {
    const paths = pathsIn(page);
    assert.ok(paths.length > 100, `${paths.length} paths`);
    const made = new Set(['.cache/']);
    assert.deepEqual(
      paths.filter((path) => !made.has(path) && !existsSync(join(root, path))),
      [],
    );
  });

  it('has every room on its map', () => {
    const map = new Set(pathsIn(sectionOf('The map')));
    const rooms = ['src', 'src/sync', 'src/azure', 'src/handler'].flatMap(foldersIn);
    assert.ok(rooms.length > 15);
    const isOnMap = (room: string) =>
      map.has(room) || [...map].some((path) => path.startsWith(`${room}/`));
    assert.deepEqual(
      rooms.filter((room) => !isOnMap(room)),
      [],
    );
  });

  it('leads each of the twelve changes to a recipe or to files', () => {
    const rows = sectionOf('Twelve changes, and where they go')
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2);
    assert.equal(rows.length, 12);
    const leads = (row: string) => pathsIn(row).length > 0 || /\]\(#a-new-/.test(row);
    assert.deepEqual(
      rows.filter((row) => !leads(row)),
      [],
    );
  });
});

describe('The editor settings', () => {
  const launch = readJson('.vscode/launch.json') as {
    readonly configurations: readonly { readonly name: string; readonly program: string }[];
  };

  for (const { name, program } of launch.configurations) {
    it(`debug an existing program: ${name}`, () => {
      const [, path = ''] = /^\$\{workspaceFolder\}\/(.+)$/.exec(program) ?? [];
      assert.ok(existsSync(join(root, path)), program);
    });
  }

  it('select a Node that runs everything', () => {
    assert.equal(read('.nvmrc').trim(), '24');
  });
});

describe('The changelog', () => {
  const headings = [...read('CHANGELOG.md').matchAll(/^(##+) (.+)$/gm)];
  const versions = headings.filter(([, level]) => level === '##').map(([, , title = '']) => title);

  it('follows Keep a Changelog: unreleased changes first, then versions with dates', () => {
    assert.equal(versions[0], '[Unreleased]');
    for (const title of versions.slice(1))
      assert.match(title, /^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
  });

  it('uses only the standard kinds of changes', () => {
    const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
    const used = headings.filter(([, level]) => level === '###').map(([, , title = '']) => title);
    assert.deepEqual(
      used.filter((kind) => !kinds.includes(kind)),
      [],
    );
  });
});

describe('The decisions', () => {
  const folder = 'docs/decisions';
  const files = readdirSync(join(root, folder)).filter((file) => /^\d{4}-/.test(file));

  it('are all in their list, in order', () => {
    const listed = [...read(`${folder}/README.md`).matchAll(/\]\((\d{4}-[^)]+)\)/g)];
    assert.deepEqual(
      listed.map(([, file]) => file),
      files.sort(),
    );
  });

  for (const file of files) {
    it(`say what, why, at what cost, and what would change it: ${file}`, () => {
      const text = read(`${folder}/${file}`);
      for (const part of ['Decision', 'Why', 'Cost', 'What would change it']) {
        assert.ok(text.includes(`**${part}.** `), part);
      }
      assert.ok(text.split(/\s+/).length < 400, 'short');
    });
  }
});

describe('The issue forms', () => {
  for (const name of ['bug', 'feature']) {
    it(`ask for what is needed: ${name}`, () => {
      const form = load(read(`.github/ISSUE_TEMPLATE/${name}.yml`)) as {
        readonly name: string;
        readonly description: string;
        readonly body: readonly {
          readonly type: string;
          readonly id?: string;
          readonly validations?: { readonly required?: boolean };
        }[];
      };
      assert.ok(form.name && form.description);
      const fields = form.body.filter(({ type }) => type !== 'markdown');
      assert.ok(fields.every(({ id }) => id !== undefined));
      assert.ok(fields.some(({ validations }) => validations?.required === true));
    });
  }
});
