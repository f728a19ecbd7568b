import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { whole, faultsFrom } from './whole-config.ts';

const key = '0123456789abcdef0123456789abcdef';

/** The whole configuration with something in its hooks put in another's place. */
function changed(from: string, to: string): readonly string[] {
  assert.ok(whole.includes(from), from);
  return faultsFrom(whole.replace(from, () => to));
}

describe('hooks in the configuration', () => {
  const wrong: readonly (readonly [string, string, string, RegExp])[] = [
    ['an unknown caller', 'caller: here', 'caller: her', /hooks\.grants\[0\]\.caller.*`here`\?$/],
    ['two callers of one name', 'name: edge', 'name: here', /hooks\.callers\[1\]\.name.*another/],
    [
      'no way to prove itself',
      ', tokenReview: {} }',
      ' }',
      /hooks\.callers\[0\].*no authentication method/,
    ],
    [
      'two ways to prove itself',
      'tokenReview: {} }',
      `tokenReview: {}, hmac: [${key}] }`,
      /hooks\.callers\[0\].*more than one authentication method/,
    ],
    [
      'a misspelt way',
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
      'accounts where a key proves none',
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
      'a pattern of no namespace',
      "[shop, 'shop-*']",
      '[shop, Shop]',
      /namespaces\[1\].*not a valid name of a namespace/,
    ],
    [
      'keys that are none',
      'edge/ } }',
      "edge/, keys: '{}' } }",
      /hooks\.callers\[1\]\.oidc\.keys.*JWKS/,
    ],
  ];
  for (const [what, from, to, expected] of wrong) {
    it(`with ${what} is a fault`, () => {
      const faults = changed(from, to);
      assert.ok(
        faults.some((fault) => expected.test(fault)),
        faults.join('\n'),
      );
      assert.ok(faults.every((fault) => !fault.includes(key)));
    });
  }
});
