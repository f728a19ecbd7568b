import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  logLine,
  logLines,
  markdownBlock,
  markdownCode,
  markdownLink,
  markdownText,
  plainLine,
  webAddress,
} from '../../src/text/foreign-text.ts';

const bounds = { lines: 5, width: 40 };
/** Text that is likely to be harmful: parts of commands and markup between anything else. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('##', '#', 'vso[', '[', ']', '`', '``', '|', '<', '\n', '\r\n', '\u200b'),
      fc.constantFrom('\u00ad', '\u202e', '\u001b[31m', '\ud800', '](', '!', '\\', '\t', 'VSO['),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('Text for the log', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['is unchanged if it is harmless', 'Job/migrate failed: exit 1', 'Job/migrate failed: exit 1'],
    [
      'cannot be a command',
      '##vso[task.complete result=Failed;]',
      '**vso[task.complete result=Failed;]',
    ],
    ['cannot be a command in any case', 'a ##VsO[x]b', 'a **VsO[x]b'],
    ['cannot be a formatting command', '##[error]x', '**[error]x'],
    ['cannot hide a command behind a zero-width space', '##\u200bvso[x]', '**vso[x]'],
    ['cannot hide a command behind a soft hyphen', '#\u00ad#v\u00adso[x]', '**vso[x]'],
    ['cannot hide a command behind a mark of no width', '##\u034fvso[x]\ufe0f', '**vso[x]'],
    ['cannot hide a command among many characters', '####vso[x]', '##**vso[x]'],
    ['shows line breaks', 'a\nb\r\nc\u2028d', 'a ⏎ b ⏎ c ⏎ d'],
    ['loses complete terminal sequences', '\u001b[1;31mred\u001b[0m', 'red'],
    ['loses direction marks', 'abc\u202edef\u2066', 'abcdef'],
    ['loses lone surrogates', 'a\ud83d', 'a'],
    ['keeps brackets after a line break', 'a\n[main] b', 'a ⏎ [main] b'],
    ['keeps brackets after a tab', 'a\t[main] b', 'a  [main] b'],
  ];
  for (const [what, text, expected] of table) {
    it(what, () => assert.equal(logLine(text), expected));
  }

  it('says how much was left out', () => {
    assert.equal(logLine('x'.repeat(1_000_000), 3), 'xxx… (999997 more characters)');
  });

  it('keeps the lines of a text separate and says how many were left out', () => {
    const lines = logLines('a\n\n##vso[x]\nd\ne\nf\ng\n', bounds);
    assert.deepEqual(lines, ['a', '', '**vso[x]', 'd', 'e', '… (4 more characters)']);
    const list = logLines(['a', 'b', 'c', 'd', 'e', 'f', 'g'], bounds);
    assert.deepEqual(list, ['a', 'b', 'c', 'd', 'e', '… (2 more lines)']);
  });

  it('drops empty lines at the end', () => {
    assert.deepEqual(logLines('a\n\n', bounds), ['a']);
    assert.deepEqual(logLines('', bounds), []);
  });

  it('is never a command, never invisible, and never long', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const line of [logLine(text, 40), ...logLines(text, bounds)]) {
          assert.doesNotMatch(line, /##(vso)?\[/i);
          assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
          assert.ok(line.length < 3 * 40 + 40);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no longer for a hostile megabyte', () => {
    // Work that grows with the square of the length would exceed the test's time limit.
    for (const piece of ['\u001b[', '##', '#', '\n', '`', '\u001b[0', '[']) {
      const text = piece.repeat(1_000_000 / piece.length);
      const bounds = { lines: 1_000, width: 10_000 };
      assert.ok(logLine(text, 10_000).length < 40_000);
      assert.ok(logLines(text, bounds).length <= 1_001);
      assert.ok(markdownText(text, 10_000).length < 100_000);
      assert.ok(markdownBlock(text, bounds).length < 100_000);
    }
  });
});

describe('Text in Markdown', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['remains readable if nothing is special', 'smoke-test (v1.4): ok!', 'smoke-test (v1.4): ok!'],
    ['cannot be HTML', '<img src=x>&amp;', '&#60;img src=x&#62;&#38;amp;'],
    ['cannot be a link', '[a](https://b)', '\\[a\\](https&#58;//b)'],
    ['cannot be a URL', 'see https://x.y', 'see https&#58;//x.y'],
    ['cannot be a URL without a scheme', 'WWW.x.y', 'WWW&#46;x.y'],
    ['cannot be an image', '![a](b)', '!\\[a\\](b)'],
    ['cannot break a table', 'a|b\nc', 'a\\|b ⏎ c'],
    ['cannot be code', '`a`', '\\`a\\`'],
    ['cannot be emphasis', '*a* _b_ ~~c~~', '\\*a\\* \\_b\\_ \\~\\~c\\~\\~'],
    ['cannot undo an escape', '\\[a]', '\\\\\\[a\\]'],
    ['cannot be a heading', '# a', '\\# a'],
    ['cannot be a list', '- a', '\\- a'],
    ['cannot be a numbered list', '1. a', '1\\. a'],
    ['cannot underline a heading', '===', '\\==='],
    ['cannot be a mention', '@all', '&#64;all'],
  ];
  for (const [what, text, expected] of table) {
    it(what, () => assert.equal(markdownText(text), expected));
  }

  it('leaves no markup character unescaped', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const unescaped = markdownText(text).replace(/\\[\\`*_[\]|~$#+=.)-]/g, '');
        assert.doesNotMatch(unescaped, /[\\`*_[\]|~$<>@\n]/);
        assert.doesNotMatch(unescaped, /&(?!#\d+;)|:\/\//);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('A code span', () => {
  it('is delimited by more backticks than it contains', () => {
    assert.equal(markdownCode('v1'), '`v1`');
    assert.equal(markdownCode('a`b'), '``a`b``');
    assert.equal(markdownCode('`a'), '`` `a ``');
  });

  it('does not break a table', () => {
    assert.equal(markdownCode('^1 || ^2'), '`^1 \\|\\| ^2`');
  });

  it('is empty without text', () => assert.equal(markdownCode('\u200b'), ''));

  it('cannot be closed from within', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const code = markdownCode(text);
        const fence = /^`*/.exec(code)?.[0] ?? '';
        const inner = code.slice(fence.length, code.length - fence.length);
        assert.ok(code === '' || code.endsWith(fence));
        const runs: readonly string[] = inner.match(/`+/g) ?? [];
        assert.ok(!runs.includes(fence));
        assert.doesNotMatch(code, /\n|(?<!\\)\|/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('A block of code', () => {
  it('cannot be closed from within', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = markdownBlock(text, bounds).split('\n');
        const fence = /^`+/.exec(lines[0] ?? '')?.[0] ?? '';
        assert.ok(fence.length >= 3);
        assert.equal(lines.at(-1), fence);
        assert.ok(lines.slice(1, -1).every((line) => !line.includes(fence)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('A link', () => {
  it('leads to a web URL', () => {
    assert.equal(markdownLink('shop', 'https://x.y/a?b=(c)'), '[shop](https://x.y/a?b=%28c%29)');
  });

  it('is only a label if the URL is invalid', () => {
    for (const address of ['javascript:alert(1)', 'data:text/html,x', '', '//x', 'x y']) {
      assert.equal(markdownLink('a]', address), 'a\\]');
    }
  });

  it('cannot end early', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const address = webAddress(`https://x.y/${text}`);
        if (address !== undefined) assert.doesNotMatch(address, /[()<>[\]|\\`\s"]/);
      }),
    );
  });
});

describe('A plain line', () => {
  it('keeps commands, which do no harm where it is used', () => {
    assert.equal(plainLine('##[group]a\u0000\nb'), '##[group]a ⏎ b');
  });
});
