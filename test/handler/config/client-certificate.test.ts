import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseClientCertificate } from '../../../src/handler/config/client-certificate.ts';

const text = (name: string) =>
  readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const key = text('entra/client.key');
const certificate = text('entra/client.pem');
const bare = (pem: string) => pem.trim();

describe('The certificate of a service principal', () => {
  for (const [what, given] of [
    ['key before certificate', key + certificate],
    ['certificate before key', certificate + key],
    ['text around both', `Bag Attributes\n${key}\nsubject=x\n${certificate}\n`],
  ] as const) {
    it(`is accepted with its key: ${what}`, () => {
      const read = parseClientCertificate(given);
      assert.ok('value' in read, JSON.stringify(read));
      assert.ok(read.value.reveal().includes(bare(key)));
      assert.ok(read.value.reveal().includes('BEGIN CERTIFICATE'));
    });
  }

  for (const [what, given, problem] of [
    ['nothing', '', 'it contains no unencrypted private key'],
    ['no key', certificate, 'it contains no unencrypted private key'],
    [
      'a key with a password',
      `-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n${certificate}`,
      'it contains no unencrypted private key',
    ],
    ['no certificate', key, 'it contains no valid certificate'],
    [
      'a key of another type',
      text('tls/server.key') + text('tls/server.pem'),
      'its private key is not RSA, which Entra requires',
    ],
    [
      'the certificate of another key',
      key + text('tls/server.pem'),
      'its first certificate does not match its private key',
    ],
  ] as const) {
    it(`is refused: ${what}`, () => {
      const read = parseClientCertificate(given);
      assert.ok('problem' in read);
      assert.equal(read.problem, problem);
    });
  }
});
