import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'mocha';
import { root } from '../../../../scripts/bundle.ts';
import { ChildServer, type Orders } from '../../../../scripts/bench/handler/child-server.ts';

const carryOut = pathToFileURL(join(root, 'scripts/bench/handler/child-server.ts')).href;

describe('A server of the bench in a process of its own', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'bench-child-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function moduleOf(text: string): string {
    const path = join(folder, 'server.mts');
    writeFileSync(path, text);
    return path;
  }

  it('fails what it was asked, and is asked, if it ends', async () => {
    const server = await ChildServer.start<Orders>(
      moduleOf(`import { carryOut } from ${JSON.stringify(carryOut)};
carryOut({ add: (about) => about + 1, hang: () => new Promise(() => {}), end: () => process.exit(3) });`),
    );
    assert.equal(await server.ask('add', 1 as never), 2);
    const hung = assert.rejects(server.ask('hang', 0 as never), /hang: .*process ended \(3\)/);
    await assert.rejects(server.ask('end', 0 as never), /process ended \(3\)/);
    await hung;
    await assert.rejects(server.ask('add', 1 as never), /process ended \(3\)/);
    server.stop();
  });

  it('fails to start if it ends before it accepts orders', async () => {
    await assert.rejects(ChildServer.start(moduleOf('process.exit(1);')), /server\.mts ended/);
  });
});
