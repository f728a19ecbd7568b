import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { line } from '../../../scripts/demo/line.ts';
import { drawTerminal, escapeXml } from '../../../scripts/demo/svg.ts';
import { assertWellFormed } from './xml.ts';

describe('The picture of a terminal', () => {
  it('is well-formed whatever the text', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(fc.array(anyText), anyText, (texts, title) => {
        const lines = texts.map((each) => line(each));
        assertWellFormed(drawTerminal(title, lines, 100));
      }),
    );
  });

  const hostile = [
    {
      text: '</text><script>alert(1)</script>',
      escaped: '&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;',
    },
    { text: `"quoted" & 'so'`, escaped: '&quot;quoted&quot; &amp; &apos;so&apos;' },
    { text: 'bell \u0007, lone \ud800', escaped: 'bell \ufffd, lone \ufffd' },
  ];
  for (const { text, escaped } of hostile) {
    it(`escapes ${JSON.stringify(text)}`, () => {
      assert.equal(escapeXml(text), escaped);
    });
  }

  it('grows with its lines and keeps its width', () => {
    const size = (count: number) => {
      const svg = drawTerminal(
        'x',
        Array.from({ length: count }, () => line('x')),
        100,
      );
      const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
      return { width: Number(width), height: Number(height) };
    };
    assert.equal(size(1).width, size(9).width);
    assert.ok(size(9).height > size(1).height);
  });

  it('keeps its columns, which browsers require for every text element', () => {
    const svg = drawTerminal('x', [line('Job/migrate   Running'), line('a')], 100);
    const texts = svg.match(/<text [^>]*>(?=<tspan)/g) ?? [];
    assert.equal(texts.length, 2);
    for (const text of texts) assert.match(text, / style="white-space:pre"/);
  });

  it('is well-formed in the README', () => {
    const svg = readFileSync(join(import.meta.dirname, '../../../images/run.svg'), 'utf8');
    assertWellFormed(svg);
    assert.match(svg, /PostSync hook Job\/smoke-test failed/);
    assert.ok((svg.match(/white-space:pre/g) ?? []).length > 20);
  });
});

describe('The check for well-formed XML', () => {
  const broken = ['<a>', '<a></b>', '<a b=c/>', 'a & b', '<a b="<"/>', '</a>', '<a>\u0001</a>'];
  for (const xml of broken) {
    it(`refuses ${JSON.stringify(xml)}`, () => {
      assert.throws(() => {
        assertWellFormed(xml);
      }, assert.AssertionError);
    });
  }
});
