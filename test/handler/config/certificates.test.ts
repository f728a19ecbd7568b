import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseCertificates } from '../../../src/handler/config/certificates.ts';

const [ca, other] = ['ca', 'other-ca'].map((name) =>
  readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8').trim(),
) as [string, string];

describe('Certificates', () => {
  it('are accepted, one or several', () => {
    assert.deepEqual(parseCertificates(ca), { value: ca });
    assert.deepEqual(parseCertificates(`${ca}\n\n${other}\n`), { value: `${ca}\n${other}` });
  });

  it('are accepted without the text around them', () => {
    assert.deepEqual(parseCertificates(`Issuer: me\n${ca}\nthe end`), { value: ca });
  });

  for (const [what, text] of [
    ['nothing', ''],
    ['a path', '/etc/ssl/ca.pem'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----'],
    ['half a certificate', ca.slice(0, -30)],
    ['a certificate with a damaged body', ca.replace(/[A-Z]{4}/, '!!!!')],
    ['a valid one and a damaged one', `${other}\n${ca.slice(0, 40)}${ca.slice(80)}`],
  ] as const) {
    it(`are refused: ${what}`, () => assert.ok('problem' in parseCertificates(text)));
  }
});
