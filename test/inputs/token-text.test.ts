import assert from 'node:assert/strict';
import { tokenOf } from '../../src/inputs/token-text.ts';

describe('The text of a token', () => {
  for (const text of [
    'eyJ.a-b_c.d',
    ' eyJ.a-b_c.d\r\n',
    '"eyJ.a-b_c.d"',
    "'eyJ.a-b_c.d'",
    '“eyJ.a-b_c.d”',
    '„eyJ.a-b_c.d“',
    '‘eyJ.a-b_c.d’',
    '«eyJ.a-b_c.d»',
    '`eyJ.a-b_c.d`',
    '‹eyJ.a-b_c.d›',
    '‚eyJ.a-b_c.d‘',
    '"eyJ.a-b_c.d',
    "eyJ.a-b_c.d'",
    '"\'eyJ.a-b_c.d\'"',
    '" eyJ.a-b_c.d "',
    '"eyJ.a-b_c.d\n"',
    'Bearer eyJ.a-b_c.d',
    '"Bearer eyJ.a-b_c.d"',
    'bearer "eyJ.a-b_c.d"',
    'Authorization: Bearer eyJ.a-b_c.d',
    '\ufeffeyJ.a-b_c.d\u200b',
  ]) {
    it(`is found in ${JSON.stringify(text)}`, () => assert.equal(tokenOf(text), 'eyJ.a-b_c.d'));
  }

  for (const [text, token] of [
    ['', ''],
    ['""', ''],
    ['"', ''],
    ['two words', 'two words'],
    ['one\ntwo', 'one\ntwo'],
    ['a"b', 'a"b'],
  ] as const) {
    it(`is unchanged if nothing is around it: ${JSON.stringify(text)}`, () => {
      assert.equal(tokenOf(text), token);
    });
  }
});
