import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { encryptionKeysOf } from '../../../src/handler/config/key-file.ts';
import { newKey } from '../../../src/handler/config/encryption-key.ts';
import { UserError } from '../../../src/user-error.ts';
import { Secret } from '../../../src/secret.ts';
import { folderWith, removeFolders } from './files.ts';
import { key } from './whole-config.ts';

const make = () => newKey(randomBytes);
const never = () => assert.fail('no key is to be made');

function failureOf(keyFile: string, newOne: () => string): UserError {
  try {
    encryptionKeysOf({ encryptionKeys: [], keyFile }, newOne);
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error;
  }
  return assert.fail('it is to be refused');
}

describe('The encryption keys', () => {
  afterEach(removeFolders);

  it('are the configured ones, without creating a file', () => {
    const keyFile = join(folderWith({}), 'data/key');
    const keys = [new Secret(key)];
    assert.equal(encryptionKeysOf({ encryptionKeys: keys, keyFile }, never), keys);
    assert.equal(existsSync(keyFile), false);
  });

  it('are created at the first start, readable only by this user', () => {
    const keyFile = join(folderWith({}), 'data/deeper/key');
    const [made] = encryptionKeysOf({ encryptionKeys: [], keyFile }, make);
    assert.equal(readFileSync(keyFile, 'utf8'), `${made?.reveal()}\n`);
    assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  });

  it('are the same at the next start', () => {
    const keyFile = join(folderWith({}), 'key');
    const [made] = encryptionKeysOf({ encryptionKeys: [], keyFile }, make);
    const [found] = encryptionKeysOf({ encryptionKeys: [], keyFile }, never);
    assert.equal(found?.reveal(), made?.reveal());
  });

  for (const [what, text] of [
    ['empty', ''],
    ['cut off', key.slice(0, 20)],
  ] as const) {
    it(`are never overwritten: a file that is ${what} is reported`, () => {
      const keyFile = join(folderWith({ key: text }), 'key');
      const { message, advice } = failureOf(keyFile, make);
      assert.match(message, /contains no encryption key: it must be 32 random bytes/);
      assert.match(advice, /Restore the file from a backup/);
      assert.equal(readFileSync(keyFile, 'utf8'), text);
    });
  }

  it('leave no partial file if it cannot be written', () => {
    const keyFile = join(folderWith({}), 'key');
    const { message } = failureOf(keyFile, () => {
      throw new Error('no randomness');
    });
    assert.match(message, /can be neither read nor created: no randomness/);
    assert.equal(existsSync(keyFile), false);
  });

  it('report where they cannot be kept', () => {
    const folder = folderWith({ file: '' });
    const { message, advice } = failureOf(join(folder, 'file/key'), make);
    assert.match(message, /The key file .*file\/key can be neither read nor created: E/);
    assert.match(advice, /set encryptionKeys/);
  });
});
