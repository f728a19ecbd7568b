import assert from 'node:assert/strict';
import { parseHeaders } from '../../src/task/header-lines.ts';

describe('The extra headers', () => {
  it('are read from lines', () => {
    const { headers, problems } = parseHeaders('X-A: b: c\r\n\nCF-Access-Client-Id:x');
    assert.deepEqual(
      headers.map(({ name, value }) => [name, value.reveal()]),
      [
        ['X-A', 'b: c'],
        ['CF-Access-Client-Id', 'x'],
      ],
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(parseHeaders(undefined), { headers: [], problems: [] });
  });

  for (const [text, problem] of [
    ['nonsense', 'line 1 of the extra headers is not `Name: value`'],
    ['X-A: b\nX B: secret', 'line 2 of the extra headers is not `Name: value`'],
    ['X-A: sécret', 'line 1 of the extra headers is not `Name: value`'],
    ['X-A:', 'line 1 of the extra headers is not `Name: value`'],
    [
      'AUTHORIZATION: secret',
      'line 1 of the extra headers sets a header that the task sets itself',
    ],
    ['a: b\n'.repeat(51), 'there are more than 50 extra headers'],
  ] as const) {
    it(`are refused without showing a value: ${text.slice(0, 20).replaceAll('\n', ' ')}`, () => {
      const { problems } = parseHeaders(text);
      assert.deepEqual(
        problems.map((each) => each.problem),
        [problem],
      );
      assert.doesNotMatch(JSON.stringify(problems), /s[eé]cret/);
    });
  }

  it('are refused with variables that are not expanded, and only those are reported', () => {
    for (const text of ['$(key)', '$(My Key)', "$(a['b'])", '$[ variables.key ]', '${{ x }}']) {
      for (const line of [`X-Key: secret ${text}`, text, `${text}: secret`, `${text} secret`]) {
        const { headers, problems } = parseHeaders(line);
        assert.deepEqual(headers, []);
        assert.deepEqual(
          problems.map((problem) => problem.text),
          [text],
        );
        assert.match(problems[0]?.problem ?? '', /connections do not expand variables/);
      }
    }
  });
});
