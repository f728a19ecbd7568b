import assert from 'node:assert/strict';
import { parseInfo, parseSyncOptions } from '../../src/inputs/key-value-lines.ts';

function problems(parsed: ReturnType<typeof parseInfo> | ReturnType<typeof parseSyncOptions>) {
  return 'problems' in parsed ? parsed.problems.map(({ problem }) => problem) : [];
}

describe('Sync options', () => {
  it('are read from lines, each once', () => {
    assert.deepEqual(
      parseSyncOptions('CreateNamespace=true\r\n PruneLast = true \nCreateNamespace=true'),
      { value: ['CreateNamespace=true', 'PruneLast=true'] },
    );
  });

  for (const [text, problem] of [
    ['CreateNamespace', 'this is not `Key=value`'],
    ['=true', 'this is not `Key=value`'],
    ['Key=', 'this is not `Key=value`'],
    ['A B=true', 'this is not `Key=value`'],
    ['A=true,B=true\nA=false', 'A is given twice, with different values'],
    [`A=${'x'.repeat(1_025)}`, 'the value has more than 1024 characters'],
    [Array.from({ length: 101 }, (_, i) => `A${i}=1`).join('\n'), 'at most 100 lines are allowed'],
  ] as const) {
    it(`are refused: ${text.slice(0, 30).replaceAll('\n', ' ')}`, () => {
      assert.deepEqual(problems(parseSyncOptions(text)), [problem]);
    });
  }
});

describe('The info entries of the operation', () => {
  it('are read from lines of name and value', () => {
    assert.deepEqual(parseInfo('Change=CHG1\nRead me = https://x/?a=b'), {
      value: [
        { name: 'Change', value: 'CHG1' },
        { name: 'Read me', value: 'https://x/?a=b' },
      ],
    });
  });

  it("may not use the name of the run's own marker", () => {
    assert.deepEqual(problems(parseInfo('azure-pipelines/run=x')), [
      'this name marks the operation as belonging to this run',
    ]);
  });

  it('may not contain invisible characters in a name', () => {
    assert.deepEqual(problems(parseInfo('a\u200b=b')), ['this is not `name=value`']);
  });
});
