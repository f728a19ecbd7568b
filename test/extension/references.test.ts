import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { root } from './extension-files.ts';

const pages = ['argo-cd.md', 'azure-devops.md', 'recordings.md'] as const;
const sections = new Map<string, readonly (string | undefined)[]>(
  pages.map((page) => {
    const text = readFileSync(join(root, 'docs/reference', page), 'utf8');
    return [page, [...text.matchAll(/^#+ ([\d.]+) /gm)].map(([, number]) => number)];
  }),
);
const recordings = readdirSync(join(root, 'test/fixtures/argo-cd/recordings')).map((file) =>
  file.replace(/\.jsonl$/, ''),
);

const comment = /\/\*[^]*?\*\/|(?:^|\s)\/\/[^\n]*(?:\n\s*\/\/[^\n]*)*/g;
const citation = /([\w-]+\.md)|(?:(RFC|ECMA)[ -]\d+ )?§(\d+(?:\.\d+)*)/g;
const recordingNames =
  /\brecordings? ((?:`[\w*-]+`(?:, | and )?)+)|((?:`[\w*-]+`(?:, | and )?)+) recordings?\b/g;

/** Broken citations in the comments of a source file. */
function wrongCitations(source: string): readonly string[] {
  return [...source.matchAll(comment)].flatMap(([text]) => {
    const line = text.replaceAll(/\s*\n\s*(?:\*|\/\/)\s?/g, ' ');
    return [...wrongSections(line), ...wrongRecordings(line)];
  });
}

function wrongSections(line: string): readonly string[] {
  const wrong: string[] = [];
  let page: string | undefined;
  let isOpen = false;
  for (const [, name, standard, number] of line.matchAll(citation)) {
    if (name !== undefined) {
      if (isOpen) wrong.push(`${page}, without a section`);
      page = sections.has(name) ? name : undefined;
      isOpen = page !== undefined;
    } else if (number !== undefined && standard === undefined) {
      isOpen = false;
      if (page === undefined) wrong.push(`§${number}, of no page`);
      else if (!sections.get(page)?.includes(number)) wrong.push(`${page} §${number}`);
    }
  }
  return isOpen ? [...wrong, `${page}, without a section`] : wrong;
}

function wrongRecordings(line: string): readonly string[] {
  return [...line.matchAll(recordingNames)]
    .flatMap(([, after = '', before = '']) => [...`${after}${before}`.matchAll(/`([\w*-]+)`/g)])
    .map(([, name = '']) => name)
    .filter((name) => !recordings.some((one) => isNamed(name, one)))
    .map((name) => `recording \`${name}\``);
}

/** A name may end in `*`. */
function isNamed(name: string, recording: string): boolean {
  return name.endsWith('*') ? recording.startsWith(name.slice(0, -1)) : recording === name;
}

const sources = ['src', 'simulators', 'scripts', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('references.test.ts')),
);

describe('The reference', () => {
  it('has every section and every recording that a comment cites', () => {
    const wrong = sources.flatMap((file) =>
      wrongCitations(readFileSync(join(root, file), 'utf8')).map((one) => `${file}: ${one}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('has each number once', () => {
    for (const [page, numbers] of sections) {
      assert.deepEqual(numbers, [...new Set(numbers)], page);
      assert.ok(numbers.length > 10, page);
    }
  });

  it('describes every recording', () => {
    const text = readFileSync(join(root, 'docs/reference/recordings.md'), 'utf8');
    assert.deepEqual(
      recordings.filter((name) => !text.includes(`\`${name}\``) && !isUnsurprising(name)),
      [],
    );
  });

  it('cannot hide a broken citation', () => {
    const faults: readonly (readonly [string, readonly string[]])[] = [
      ['/** Fine (argo-cd.md §1.2, §3.1; recording `plain`). */', []],
      ['/** Also fine: a token of RFC 9110 §5.6.2. */', []],
      ['/** Wrong (argo-cd.md §1.2 and §9.9). */', ['argo-cd.md §9.9']],
      ['/**\n * Over two lines (azure-devops.md\n * §77). */', ['azure-devops.md §77']],
      ['// Of the line (recordings.md).', ['recordings.md, without a section']],
      ['/** Bare (§1.2). */', ['§1.2, of no page']],
      ['/** Two (recordings `plain`, `plian`). */', ['recording `plian`']],
      ['/** A kind (recordings `hydrated*`, `dray*`). */', ['recording `dray*`']],
      ["const notAComment = 'argo-cd.md §9.9';", []],
    ];
    for (const [source, wrong] of faults) assert.deepEqual(wrongCitations(source), wrong, source);
  });
});

/** Recordings that show only what everybody expects. */
function isUnsurprising(name: string): boolean {
  return ['plain', 'hooks-and-waves', 'dry-run', 'wave-job-fails', 'shared-resource'].includes(
    name,
  );
}
