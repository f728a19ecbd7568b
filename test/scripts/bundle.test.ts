import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { bundle, filesOf, handlerBundle, root, taskBundles } from '../../scripts/bundle.ts';
import { findNode } from '../../simulators/agent/node-runtime.ts';
import { readTaskDefinition } from '../../simulators/agent/task-definition.ts';

describe('A bundle', () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bundle-'));
    const library = JSON.stringify(join(root, 'node_modules/azure-pipelines-task-lib/task.js'));
    const entry = join(folder, 'main.ts');
    writeFileSync(
      entry,
      `import { getInput, loc } from ${library};
       const text: string = getInput('say') ?? '';
       console.log(text, loc('LIB_PathNotFound', 'a', 'b'));`,
    );
    await bundle({ entry, outfile: join(folder, 'index.js'), target: 'node20' });
    rmSync(entry);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const major of [20, 24] as const) {
    it(`runs alone on Node ${major}, with the English messages of azure-pipelines-task-lib`, () => {
      const node = findNode(major);
      assert.ok(node);
      const output = execFileSync(node, [join(folder, 'index.js')], {
        cwd: folder,
        env: { INPUT_SAY: 'hello', SYSTEM_CULTURE: 'de-DE' },
        encoding: 'utf8',
      });
      assert.match(output, /^hello Not found a: b$/m);
    });
  }

  it('is ASCII, which V8 stores with one byte per character', () => {
    assert.match(readFileSync(join(folder, 'index.js'), 'latin1'), /^[\0-\x7f]*$/);
  });

  it('has a source map only for a debugger', async () => {
    const entry = join(root, 'src/text/nearest.ts');
    const outfile = join(folder, 'debugged/index.js');
    const mapOf = () =>
      /sourceMappingURL=data:[^,]*,(\S+)/.exec(readFileSync(outfile, 'utf8'))?.[1];
    await bundle({ entry, outfile, target: 'node20' });
    assert.equal(mapOf(), undefined);
    await bundle({ entry, outfile, target: 'node20' }, { forDebugger: true });
    const { sources } = JSON.parse(Buffer.from(mapOf() ?? '', 'base64').toString()) as {
      readonly sources: readonly string[];
    };
    assert.ok(sources.some((source) => source.endsWith('src/text/nearest.ts')));
  });

  it('includes the licenses of its content', () => {
    const notices = readFileSync(join(folder, 'ThirdPartyNotices.txt'), 'utf8');
    assert.match(notices, /^azure-pipelines-task-lib [\d.]+ \(MIT\)$/m);
    assert.match(notices, /Permission is hereby granted/);
    assert.match(notices, /^minimatch [\d.]+ \(ISC\)$/m);
  });

  it('may have others beside it, which it loads itself, with the licenses of all', async () => {
    const entry = join(root, 'src/text/nearest.ts');
    const beside = { other: join(root, 'src/settings/yaml-document.ts') };
    const outfile = join(folder, 'two/index.js');
    const made = { entry, outfile, beside, target: 'node20' } as const;
    await bundle(made);
    assert.deepEqual(
      filesOf(made).map((file) => readFileSync(file, 'utf8').length > 0),
      [true, true],
    );
    assert.match(readFileSync(join(folder, 'two/ThirdPartyNotices.txt'), 'utf8'), /^js-yaml/m);
  });

  it('imports what is beside it from there, without a copy in its own file', async () => {
    const entry = join(folder, 'large/main.ts');
    const library = join(folder, 'large/library.ts');
    mkdirSync(dirname(entry));
    writeFileSync(library, "export const name = 'the large library';");
    writeFileSync(
      entry,
      `void import('./library.ts').then(({ name }) => console.log(name));
       export {};`,
    );
    const outfile = join(folder, 'large/index.js');
    await bundle({ entry, outfile, beside: { library }, target: 'node24' });
    assert.doesNotMatch(readFileSync(outfile, 'utf8'), /the large library/);
    for (const major of [20, 24] as const) {
      const node = findNode(major);
      assert.ok(node);
      const output = execFileSync(node, [outfile], { encoding: 'utf8' });
      assert.equal(output, 'the large library\n');
    }
  });

  it('of the handler has libraries beside it that most handlers never need', async () => {
    const made = { ...handlerBundle, outfile: join(folder, 'handler/handler.js') };
    await bundle(made);
    const [handler = '', ...beside] = filesOf(made).map((file) => readFileSync(file, 'utf8'));
    for (const mark of [/AuthenticationV1Api/, /@azure\/msal-node/]) {
      assert.doesNotMatch(handler, mark);
      assert.ok(
        beside.some((text) => mark.test(text)),
        mark.source,
      );
    }
  });

  it('is built for every agent task, where its task.json expects it', () => {
    const folders = readdirSync(join(root, 'tasks')).map((name) => join(root, 'tasks', name, 'V1'));
    const targets = folders.flatMap((folder) => {
      const { execution } = readTaskDefinition(folder);
      if ('HttpRequest' in execution) return [];
      return Object.values(execution).map(({ target }) => join(folder, target));
    });
    assert.deepEqual(new Set(targets), new Set(taskBundles.map(({ outfile }) => outfile)));
  });
});
