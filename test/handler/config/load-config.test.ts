import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadConfig } from '../../../src/handler/config/load-config.ts';
import { folderWith, removeFolders } from './files.ts';
import { key, printAll } from './whole-config.ts';

describe('A configuration file', () => {
  afterEach(removeFolders);

  it('is read with what it refers to, relative to its folder', () => {
    const folder = folderWith({
      'handler.yaml': "encryptionKeys: ['${file:keys/one}']\nlogLevel: debug\n",
      'keys/one': `${key}\n`,
    });
    const { reading, files } = loadConfig(join(folder, 'handler.yaml'), {});
    assert.ok('config' in reading);
    assert.equal(reading.config.encryptionKeys[0]?.reveal(), key);
    assert.equal(reading.config.store.sqlite, join(folder, 'data/handler.db'));
    assert.deepEqual(files, [join(folder, 'handler.yaml'), join(folder, 'keys/one')]);
  });

  it('may be named relative to the working directory', () => {
    const folder = folderWith({ 'handler.yaml': '' });
    const path = relative(process.cwd(), join(folder, 'handler.yaml'));
    const { reading, files } = loadConfig(path, {});
    assert.ok('config' in reading);
    assert.deepEqual(files, [join(folder, 'handler.yaml')]);
  });

  it('that is missing is a fault like any other', () => {
    const folder = folderWith({});
    const { reading } = loadConfig(join(folder, 'handler.yaml'), {});
    assert.ok('faults' in reading);
    assert.deepEqual(printAll(reading.faults), [
      "handler.yaml: the file cannot be read (ENOENT). Check its path, and that the handler's user may read it.",
    ]);
  });

  it('that is oversized is not read', () => {
    const folder = folderWith({ 'handler.yaml': '#'.repeat(1_048_577) });
    const { reading } = loadConfig(join(folder, 'handler.yaml'), {});
    assert.ok('faults' in reading && reading.faults[0]?.problem.includes('more than 1048576'));
  });

  describe('has a fingerprint that', () => {
    let folder: string;
    const print = () => loadConfig(join(folder, 'handler.yaml'), {}).fingerprint;
    beforeEach(() => {
      folder = folderWith({
        'handler.yaml': "adminToken: '${file:token}'\n",
        token: 'a-token-of-the-admin',
      });
    });

    it('stays the same if nothing changes', () => {
      const before = print();
      writeFileSync(join(folder, 'other'), 'x');
      writeFileSync(join(folder, 'token'), 'a-token-of-the-admin');
      assert.equal(print(), before);
    });

    it('changes with a comment, with a secret, and with a removed file', () => {
      const prints = [print()];
      writeFileSync(join(folder, 'token'), 'another-token-of-the-admin');
      prints.push(print());
      writeFileSync(join(folder, 'handler.yaml'), "adminToken: '${file:token}' # new\n");
      prints.push(print());
      rmSync(join(folder, 'token'));
      prints.push(print());
      rmSync(join(folder, 'handler.yaml'));
      prints.push(print());
      assert.equal(new Set(prints).size, 5);
    });
  });
});
