import assert from 'node:assert/strict';
import { parsePositionedRevisions } from '../../src/inputs/positioned-revisions.ts';

describe('Revisions by position', () => {
  it('are read from lines', () => {
    assert.deepEqual(parsePositionedRevisions('1=main\n\n 3 = >=1.2 <2 \n2=a=b'), {
      value: [
        { position: 1, revision: 'main' },
        { position: 3, revision: '>=1.2 <2' },
        { position: 2, revision: 'a=b' },
      ],
    });
  });

  for (const [text, problem] of [
    ['main', 'this is not `position=revision`'],
    ['=main', 'this is not `position=revision`'],
    ['1.5=main', 'this is not `position=revision`'],
    ['0=main', 'the position is not between 1 and 100'],
    ['-1=main', 'the position is not between 1 and 100'],
    ['101=main', 'the position is not between 1 and 100'],
    ['1=a\n1=a', 'position 1 is given twice'],
    ['1= ', 'the revision is empty'],
    ['1=a\u200bb', 'the revision contains a control or invisible character'],
  ] as const) {
    it(`are refused: ${JSON.stringify(text)}`, () => {
      const parsed = parsePositionedRevisions(text);
      assert.ok('problems' in parsed);
      assert.deepEqual(
        parsed.problems.map((each) => each.problem),
        [problem],
      );
    });
  }
});
