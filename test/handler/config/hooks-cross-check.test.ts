import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { whole, faultsFrom } from './whole-config.ts';

const key = '0123456789abcdef0123456789abcdef';

/** The whole configuration with a part of its hooks replaced. */
function changed(from: string, to: string): readonly string[] {
  assert.ok(whole.includes(from), from);
  return faultsFrom(whole.replace(from, () => to));
}

describe('Hooks in the configuration', () => {
  const wrong: readonly (readonly [string, string, string, RegExp])[] = [
    ['an unknown caller', 'caller: here', 'caller: her', /hooks\.grants\[0\]\.caller.*`here`\?$/],
    [
      'two callers of the same name',
      'name: edge',
      'name: here',
      /hooks\.callers\[1\]\.name.*another/,
    ],
    [
      'no way to prove its identity',
      ', tokenReview: {} }',
      ' }',
      /hooks\.callers\[0\].*no authentication method/,
    ],
    [
      'two ways to prove its identity',
      'tokenReview: {} }',
      `tokenReview: {}, hmac: [${key}] }`,
      /hooks\.callers\[0\].*more than one authentication method/,
    ],
    [
      'a misspelled way',
      'tokenReview: {} }',
      'tokenReveiw: {} }',
      /hooks\.callers\[0\]\.tokenReveiw.*Did you mean `tokenReview`\?/,
    ],
    [
      'a token without a namespace',
      "      namespaces: [shop, 'shop-*']\n",
      '',
      /hooks\.grants\[0\]\.namespaces.*missing/,
    ],
    [
      'service accounts with a key, which proves none',
      'tokenReview: {} }',
      `hmac: [${key}] }`,
      /hooks\.grants\[0\]\.namespaces.*proves neither namespace/,
    ],
    [
      'a short key',
      'tokenReview: {} }',
      'hmac: [short] }',
      /hooks\.callers\[0\]\.hmac\[0\].*32 characters/,
    ],
    ['an issuer without TLS', 'issuer: https', 'issuer: http', /issuer.*not https/],
    [
      'a pattern that matches no namespace',
      "[shop, 'shop-*']",
      '[shop, Shop]',
      /namespaces\[1\].*not a valid name of a namespace/,
    ],
    ['invalid keys', 'edge/ } }', "edge/, keys: '{}' } }", /hooks\.callers\[1\]\.oidc\.keys.*JWKS/],
  ];
  for (const [what, from, to, expected] of wrong) {
    it(`are refused with ${what}`, () => {
      const faults = changed(from, to);
      assert.ok(
        faults.some((fault) => expected.test(fault)),
        faults.join('\n'),
      );
      assert.ok(faults.every((fault) => !fault.includes(key)));
    });
  }
});
