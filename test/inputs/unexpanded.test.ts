import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isUnexpanded, unexpandedIn } from '../../src/inputs/unexpanded.ts';

describe('Variables that Azure Pipelines did not expand', () => {
  for (const text of [
    '$(x)',
    '$(app.Name_1)',
    '$(a.b-c)',
    '$(Two Words)',
    "$(a['b'])",
    '$( x )',
    '$(Größe)',
    '$(2nd)',
    '$(Date:yyyyMMdd)',
    '$(git rev-parse HEAD)',
    '$(Program Files (x86)',
    "$(format('{0}', a)",
    "$(a['b']['c'])",
    "$[ variables['x'] ]",
    '$[variables.x]',
    "$[ dependencies.A.outputs['step.x'] ]",
    "$[ format('{0}-{1}', variables['a'], variables['b']) ]",
    "$[ variables[variables['x']] ]",
    '$[\n  variables.x\n]',
    '${{ parameters.x }}',
    '${{\n  parameters.x\n}}',
    '${{parameters.x}}',
    "${{ variables['x'] }}",
  ]) {
    it(`are found alone and in a text: ${text}`, () => {
      assert.deepEqual(
        unexpandedIn(text).map((each) => each.text),
        [text],
      );
      assert.deepEqual(
        unexpandedIn(`a ${text}/b\n`).map((each) => each.text),
        [text],
      );
      assert.ok(isUnexpanded(` ${text} `));
      assert.ok(!isUnexpanded(`a${text}`));
    });
  }

  for (const text of [
    '',
    '$',
    'a$b',
    '$x',
    '${x}',
    '$(5)',
    '$()',
    'costs $ (much)',
    '$(',
    '$(x',
    '^v1\\.[0-9]+$',
    'a$[0-9]',
    '$(a\nb)',
    '{{ x }}',
  ]) {
    it(`are not found in a text that only looks similar: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(unexpandedIn(text), []);
    });
  }

  it('are the inner ones if a name is composed of another', () => {
    for (const text of ['$(url_$(stage))', '$($(stage).url)', '$(a$(stage)b)']) {
      assert.deepEqual(
        unexpandedIn(text).map((each) => each.text),
        ['$(stage)'],
      );
    }
  });

  it('are reported all at once, each once, with what to do about their notation', () => {
    const problems = unexpandedIn('$(a) ${{ b }} $(c) $(a) $[ variables.d ]');
    assert.deepEqual(
      problems.map(({ text, problem }) => `${text}: ${problem}`),
      [
        '$(a): this variable has no value here',
        '$(c): this variable has no value here',
        '$[ variables.d ]: this expression is not evaluated here',
        '${{ b }}: this template expression was not expanded',
      ],
    );
    assert.ok(problems.every(({ advice }) => advice !== ''));
  });

  it('are found in any text, and a bounded number of them is reported', () => {
    assert.equal(unexpandedIn(Array.from({ length: 100 }, (_, n) => `$(a${n})`).join()).length, 20);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'$()[]{}a \n') }), (text) => {
        for (const { text: part } of unexpandedIn(text)) assert.ok(text.includes(part));
      }),
    );
  });
});
