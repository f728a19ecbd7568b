import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { readConfig } from '../../src/handler/config/read-config.ts';
import { handlerTextOf } from './handler-objects.ts';
import { buildOf, folders, kustomizationOf, root } from './kustomization.ts';

const folder = '/etc/argocd-handler';

/** The content of the Secrets, at the paths where the pod finds it. */
const files: Readonly<Record<string, string>> = {
  '/run/secrets/handler/key': createHash('sha256').update('a key').digest('base64'),
  '/run/secrets/handler/argocd-token': 'a.token.of-argo-cd',
  '/run/secrets/handler/admin-token': createHash('sha256').update('a token').digest('hex'),
  '/run/secrets/handler/argocd-ca.crt': readFileSync(
    join(root, 'test/fixtures/tls/ca.pem'),
    'utf8',
  ),
};

const secrets = {
  env: {},
  readFile: (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`no file ${path}`);
    return text;
  },
};

for (const overlay of folders.filter((each) => kustomizationOf(each).kind === 'Kustomization')) {
  describe(`handler.yaml of ${overlay}`, () => {
    const text = handlerTextOf(buildOf(overlay));

    it('is what the handler reads: nothing is wrong, missing or worth a warning', () => {
      const reading = readConfig(text, folder, secrets);
      assert.ok('config' in reading, JSON.stringify(reading));
      assert.deepEqual(
        { warnings: reading.warnings, gaps: reading.gaps },
        { warnings: [], gaps: [] },
      );
      assert.equal(reading.config.encryptionKeys.length, 1);
      assert.notEqual(reading.config.adminToken, undefined);
    });

    it('would be refused with an unknown key', () => {
      const reading = readConfig(text.replace('adminToken:', 'adminTokn:'), folder, secrets);
      assert.ok('faults' in reading);
    });
  });
}
