import assert from 'node:assert/strict';
import { rootCertificates } from 'node:tls';
import { certificatesIn } from '../../src/inputs/certificate-text.ts';

const [first = '', second = ''] = rootCertificates.map((pem) => pem.trim());
const both = `${first}\n${second}`;
const unwrapped = (pem: string | undefined) => pem?.replace(/\s/g, '');
const bodyOf = (pem: string) => pem.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');

describe('The text of a certificate', () => {
  const cases: readonly (readonly [string, (pem: string) => string])[] = [
    ['in the right form', (pem) => pem],
    ['with Windows line breaks', (pem) => pem.replaceAll('\n', '\r\n')],
    ['with spaces instead of line breaks', (pem) => pem.replaceAll('\n', ' ')],
    ['with `\\n` instead of line breaks', (pem) => pem.replaceAll('\n', '\\n')],
    ['with `\\r\\n` instead of line breaks', (pem) => `${pem.replaceAll('\n', '\\r\\n')}\\r\\n`],
    ['as a JSON string within JSON', (pem) => JSON.stringify(JSON.stringify(pem))],
    ['as a JSON string', (pem) => JSON.stringify(`${pem}\n`)],
    ['with `%0A` instead of line breaks', (pem) => pem.replaceAll('\n', '%0A')],
    ['with `%0D%0A` instead of line breaks', (pem) => `${pem.replaceAll('\n', '%0d%0a')}%0d%0a`],
    ['without line breaks', (pem) => pem.replaceAll('\n', '')],
    ['indented', (pem) => pem.replace(/^/gm, '    ')],
    ['with text around it', (pem) => `subject=CN = a\n${pem}\nissuer`],
    ['with empty lines in it', (pem) => pem.replaceAll('\n', '\n\n')],
    ['as base64 again', (pem) => Buffer.from(pem).toString('base64')],
    [
      'as wrapped base64 again',
      (pem) => Buffer.from(pem).toString('base64').replace(/.{76}/g, '$&\n'),
    ],
  ];
  for (const [how, write] of cases) {
    it(`is read ${how}, alone and beside another`, () => {
      assert.equal(unwrapped(certificatesIn(write(first))), unwrapped(first));
      assert.equal(unwrapped(certificatesIn(write(both))), unwrapped(both));
      assert.ok(
        certificatesIn(write(both))
          ?.split('\n')
          .every((line) => line.length <= 76),
      );
    });
  }

  it('is read without its BEGIN and END', () => {
    assert.equal(unwrapped(certificatesIn(bodyOf(first))), unwrapped(first));
  });

  for (const [what, text] of [
    ['nothing', ''],
    ['words', 'no certificate'],
    ['base64 of something else', Buffer.from('something else').toString('base64')],
    ['a damaged one', first.replace(/[A-Za-z0-9+/]{40}/, '')],
    ['a damaged one beside a valid one', `${first}\n${second.replace(/[A-Za-z0-9+/]{40}/, '')}`],
    ['a key', '-----BEGIN PRIVATE KEY-----\nabcd\n-----END PRIVATE KEY-----'],
  ] as const) {
    it(`is not ${what}`, () => assert.equal(certificatesIn(text), undefined));
  }
});
