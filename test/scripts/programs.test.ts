import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { root } from '../../scripts/bundle.ts';

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** The npm scripts that are our own programs. */
const programs = Object.entries(scripts).flatMap(([name, command]) => {
  const file = /^node --import tsx (scripts\/\S+\.ts)$/.exec(command)?.[1];
  return file === undefined ? [] : [{ name, file }];
});

/** `npm start` is the handler, which has its own command line and help. */
const calls: Readonly<Record<string, string>> = { start: 'Usage: handler' };

function run(file: string, words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', file, ...words],
      { cwd: root },
      (error, output, errors) => {
        resolve({ code: error ? Number(error.code) : 0, output, errors });
      },
    );
  });
}

describe('Every npm script that is our own program', () => {
  it('is found', () => {
    assert.ok(programs.length >= 10, programs.map(({ name }) => name).join(', '));
  });

  for (const { name, file } of programs) {
    const call = calls[name] ?? `  npm run ${name}`;

    it(`says what it does, and does nothing else, with --help: ${name}`, async () => {
      const { code, output, errors } = await run(file, ['--help']);
      assert.equal(code, 0, errors);
      assert.ok(output.includes(call), output);
      assert.equal(errors, '');
    });

    it(`refuses unknown arguments in a sentence, and does nothing else: ${name}`, async () => {
      const { code, output, errors } = await run(file, ['--no-such-thing']);
      assert.equal(code, 2, errors);
      assert.match(errors, /^Unknown option --no-such-thing\. Options: .*--help\.\n\n/);
      assert.match(errors, /See npm run .* --help|Usage: handler/);
      assert.ok(!errors.includes('    at '), 'no stack trace');
      assert.equal(output, '');
    });
  }
});
