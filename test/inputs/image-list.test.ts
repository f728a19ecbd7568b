import assert from 'node:assert/strict';
import { parseImageList } from '../../src/inputs/image-list.ts';

describe('A list of images', () => {
  it('is read from lines and commas, each once', () => {
    const text = 'registry:5000/a/b:1.2\nweb@sha256:0f,web:1_a\n web:1_a ';
    assert.deepEqual(parseImageList(text), {
      value: ['registry:5000/a/b:1.2', 'web@sha256:0f', 'web:1_a'],
    });
  });

  for (const text of ['a b', '/a', 'a;b', 'ä', `a${'b'.repeat(512)}`]) {
    it(`is refused: ${text.slice(0, 10)}`, () => {
      const parsed = parseImageList(`ok,${text}`);
      assert.equal('problems' in parsed && parsed.problems[0]?.text, text);
    });
  }

  it('accepts at most a hundred', () => {
    const list = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`).join();
    assert.ok('value' in parseImageList(list(100)));
    assert.ok('problems' in parseImageList(list(101)));
  });
});
