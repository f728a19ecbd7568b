import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { findChromium, shoot } from '../../../scripts/pictures/chromium.ts';

describe('Chromium', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chromium-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A program that records its arguments, and does what a shell script says. */
  function program(does: string): string {
    const file = join(folder, 'chromium');
    writeFileSync(file, `#!/bin/sh\necho "$@" >> ${join(folder, 'words')}\n${does}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  const shot = (chromium: string) => ({
    chromium,
    html: '<html><head></head><body>here</body></html>',
    width: 300,
    scale: 2,
    file: join(folder, 'picture.png'),
  });

  it('is found in the folders of the PATH, or not at all', () => {
    assert.equal(findChromium(['/nowhere', folder].join(delimiter)), undefined);
    const file = program('');
    assert.equal(findChromium(['/nowhere', folder].join(delimiter)), file);
  });

  it("draws a page with the requested width, and the page's own height", async () => {
    const draws = `case "$*" in
      *--dump-dom*) echo '<html data-height="77">';;
      *) echo drawn > "$(echo "$@" | sed 's/.*--screenshot=\\([^ ]*\\).*/\\1/')";;
    esac`;
    await shoot(shot(program(draws)));
    assert.equal(readFileSync(join(folder, 'picture.png'), 'utf8'), 'drawn\n');
    const [, drawn = ''] = readFileSync(join(folder, 'words'), 'utf8').split('\n');
    assert.match(drawn, /--window-size=300,77 /);
    assert.match(drawn, /--force-device-scale-factor=2 /);
  });

  it("fails if it does not report a page's height, or draws nothing", async () => {
    await assert.rejects(shoot(shot(program('echo "<html>"'))), /did not say how high/);
    await assert.rejects(shoot(shot(program('echo \'<html data-height="9">\''))), /drew nothing/);
  });
});
