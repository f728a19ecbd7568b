import assert from 'node:assert/strict';

const markup =
  /<(\/?)([A-Za-z][\w:.-]*)((?:\s+[A-Za-z][\w:.-]*=(?:"[^"<&]*(?:&\w+;[^"<&]*)*"|'[^'<&]*(?:&\w+;[^'<&]*)*'))*)\s*(\/?)>/y;
const text = /(?:[^<&]|&(?:amp|lt|gt|quot|apos);)+/y;
/** Not a character of XML 1.0, which excludes lone surrogates as well. */
const forbidden = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Fails unless the document is well-formed XML of elements, attributes and text. */
export function assertWellFormed(xml: string): void {
  assert.doesNotMatch(xml, forbidden);
  const open: string[] = [];
  for (let at = 0; at < xml.length;) {
    markup.lastIndex = at;
    text.lastIndex = at;
    const tag = markup.exec(xml);
    if (tag) {
      const [, closing, name = '', , empty] = tag;
      if (closing) assert.equal(open.pop(), name, `</${name}> at ${at}`);
      else if (!empty) open.push(name);
      at = markup.lastIndex;
    } else {
      assert.ok(text.test(xml), `not well-formed at ${at}: ${xml.slice(at, at + 60)}`);
      at = text.lastIndex;
    }
  }
  assert.deepEqual(open, []);
}
