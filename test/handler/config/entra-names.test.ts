import assert from 'node:assert/strict';
import {
  parseAuthority,
  parseClientId,
  parseTenant,
} from '../../../src/handler/config/entra-names.ts';
import type { Setting } from '../../../src/settings/setting.ts';

const id = '00000000-0000-4000-8000-00000000000a';

/** The value, or what is wrong. */
function read(setting: Setting<string>): string {
  return 'value' in setting ? setting.value : setting.problem;
}

describe('The name of an Entra identity', () => {
  for (const [text, expected] of [
    [id, id],
    ['fabrikam.onmicrosoft.com', 'fabrikam.onmicrosoft.com'],
    ['common', 'it is not a tenant ID'],
    ['', 'it is not a tenant ID'],
    ['a/b.com', 'it is not a tenant ID'],
    ['..', 'it is not a tenant ID'],
  ] as const) {
    it(`is parsed as a tenant: "${text}"`, () => assert.equal(read(parseTenant(text)), expected));
  }

  for (const [text, expected] of [
    [id.toUpperCase(), id.toUpperCase()],
    ['argocd-handler', 'it is not a client ID'],
    [`${id}0`, 'it is not a client ID'],
  ] as const) {
    it(`is parsed as a client: "${text}"`, () => assert.equal(read(parseClientId(text)), expected));
  }

  for (const [text, expected] of [
    ['https://login.microsoftonline.com/', 'https://login.microsoftonline.com'],
    ['https://127.0.0.1:8443', 'https://127.0.0.1:8443'],
    ['http://login.example.com', 'it uses http, so secrets would be sent to it in plain text'],
    ['login.example.com', 'it is not a URL'],
  ] as const) {
    it(`is parsed as an authority: "${text}"`, () =>
      assert.equal(read(parseAuthority(text)), expected));
  }
});
