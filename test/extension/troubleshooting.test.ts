import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { root } from './extension-files.ts';

const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');

/** The first cell of each row, which quotes a message. */
const quoted = [...page.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, message = '']) => message);

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => withoutEscapes(readFileSync(join(root, 'src', file), 'utf8')));

/** Quotes are escaped in some literals and not in others. */
function withoutEscapes(source: string): string {
  return source.replaceAll(/\\(['"`])/g, '$1');
}

/** Whether one file contains all fixed parts of a message in order. */
function isWritten(message: string): boolean {
  const parts = message.split('…').filter((part) => part.trim() !== '');
  return sources.some((source) => {
    let at = 0;
    return parts.every((part) => {
      const found = source.indexOf(part, at);
      at = found + 1;
      return found >= 0;
    });
  });
}

describe('The troubleshooting page', () => {
  it('has a row for each message worth one', () => {
    const rows = page.split('\n').filter((line) => /^\| (?!-|Message)/.test(line)).length;
    assert.equal(quoted.length, rows);
    assert.ok(rows > 40, `${rows} rows`);
  });

  it('quotes no message twice', () => {
    assert.deepEqual(
      quoted.filter((message, at) => quoted.indexOf(message) !== at),
      [],
    );
  });

  for (const message of quoted) {
    it(`quotes what the task says: ${message}`, () => {
      assert.ok(isWritten(message));
    });
  }

  it('cannot contain a message that the task does not say', () => {
    assert.equal(isWritten('There is no application "…" in project "…", sorry'), false);
  });
});
