import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { line } from '../../../scripts/demo/line.ts';
import { Screen } from '../../../scripts/demo/screen.ts';

function screenOf(options: { readonly width?: number; readonly colors?: boolean } = {}) {
  const written: string[] = [];
  const screen = new Screen({
    write: (text) => written.push(text),
    width: options.width ?? 20,
    colors: options.colors ?? false,
  });
  return { screen, written };
}

describe('The screen', () => {
  it('puts a margin before each row of a line', () => {
    const { screen, written } = screenOf({ width: 12 });
    screen.line(line('one two three'), '| ');
    assert.deepEqual(written, ['| one two\n', '|     three\n']);
  });

  it('fills a rule to its width, after an empty line', () => {
    const { screen, written } = screenOf();
    screen.rule('Title', '=');
    assert.deepEqual(written, ['\n', '== Title ===========\n']);
  });

  it('indents the lines of a section below its title', () => {
    const { screen, written } = screenOf({ width: 12 });
    screen.section('Title', [line('one two three')]);
    assert.deepEqual(written, ['\n', 'Title\n', '  one two\n', '      three\n']);
    assert.equal(screen.roomInside, 10);
  });

  it('leaves no trailing spaces', () => {
    const { screen, written } = screenOf();
    screen.text('text   ');
    assert.deepEqual(written, ['text\n']);
  });

  it('has colors only on a terminal', () => {
    const plain = screenOf();
    plain.screen.line(line('bad', 'bad'));
    assert.deepEqual(plain.written, ['bad\n']);
    const coloured = screenOf({ colors: true });
    coloured.screen.line(line('bad', 'bad'));
    assert.deepEqual(coloured.written, ['\u001b[31mbad\u001b[39m\n']);
  });
});
