import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { textOf } from '../../../scripts/demo/line.ts';
import { StepLog } from '../../../scripts/demo/step-log.ts';

function read(...lines: readonly string[]) {
  const log = new StepLog(60);
  return lines.flatMap((each) => log.read(each) ?? []);
}

describe('The log of a step', () => {
  it('opens groups, and ends them without a line', () => {
    const log = new StepLog(60);
    const shown = ['##[group]PreSync', 'inside', '##[endgroup]', 'outside'].map((each) => {
      const found = log.read(each);
      return found && textOf(found);
    });
    assert.deepEqual(shown, ['▾ PreSync', '  inside', undefined, 'outside']);
  });

  const tagged = [
    { raw: '##[error]it broke', text: '##[error]it broke', tone: 'bad' },
    { raw: '##[warning]it may break', text: '##[warning]it may break', tone: 'warn' },
    { raw: '##[section]shop succeeded', text: 'shop succeeded', tone: 'good' },
    { raw: 'see ##[error] there', text: 'see ##[error] there', tone: 'plain' },
  ];
  for (const { raw, text, tone } of tagged) {
    it(`shows ${raw}`, () => {
      assert.deepEqual(read(raw), [{ text, tone }]);
    });
  }

  it('colors the state of a step', () => {
    assert.deepEqual(
      read('Sync wave 0  Job/a  Succeeded   1 s').map(({ tone }) => tone),
      ['plain', 'good', 'faint'],
    );
    assert.deepEqual(
      read('Sync wave 0  Job/a  Failed   1 s').map(({ tone }) => tone),
      ['plain', 'bad', 'faint'],
    );
  });

  it("shortens a successful step's message, but not a failed one's", () => {
    const message = 'a very long message that goes on beyond the width of the log';
    const good = read(`Sync wave 0  Job/a  Succeeded  ${message}`);
    assert.equal(textOf(good).length, 60);
    assert.ok(textOf(good).endsWith('…'));
    assert.ok(textOf(read(`Sync wave 0  Job/a  Failed  ${message}`)).endsWith(message));
  });
});
