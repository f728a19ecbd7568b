import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isReference, resolveReferences } from '../../../src/handler/config/references.ts';

const files: Readonly<Record<string, string>> = {
  '/run/key': 'of-a-file\n',
  '/run/windows': 'of-windows\r\n\r\n',
  '/run/lines': 'one\ntwo\n',
  '/run/nested': '${env:TOKEN}',
  '/run/long': 'x'.repeat(70_000),
};

const source = {
  env: { TOKEN: 'of-env', EMPTY: '', HOST: 'argocd' },
  readFile: (path: string) => {
    const text = files[path];
    if (text !== undefined) return text;
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  },
};

const resolve = (value: unknown) => resolveReferences(value, source);

describe('A reference', () => {
  const cases: readonly [string, string, string][] = [
    ['returns the value of a variable', '${env:TOKEN}', 'of-env'],
    ['returns an empty value for an empty variable', '${env:EMPTY}', ''],
    ['returns a file without its last line break', '${file:/run/key}', 'of-a-file'],
    ['returns a file without a Windows line break', '${file:/run/windows}', 'of-windows'],
    ['keeps line breaks within a file', '${file:/run/lines}', 'one\ntwo'],
    ['may be a part of a string', 'https://${env:HOST}.example.com', 'https://argocd.example.com'],
    ['may follow another', '${env:HOST}-${env:TOKEN}', 'argocd-of-env'],
    ['is not expanded recursively', '${file:/run/nested}', '${env:TOKEN}'],
    ['needs braces', '$TOKEN $(TOKEN) {TOKEN}', '$TOKEN $(TOKEN) {TOKEN}'],
  ];
  for (const [sentence, text, expected] of cases) {
    it(sentence, () => assert.deepEqual(resolve(text), { value: expected, faults: [] }));
  }

  it('is replaced at any depth, and nothing else is changed', () => {
    const value = { a: ['${env:TOKEN}', 1, null, true], b: { c: '${file:/run/key}' } };
    assert.deepEqual(resolve(value).value, {
      a: ['of-env', 1, null, true],
      b: { c: 'of-a-file' },
    });
  });

  const faults: readonly [string, string][] = [
    ['${env:NOPE}', 'the environment variable NOPE is not set'],
    ['${file:/nope}', 'the file /nope cannot be read (ENOENT)'],
    ['${file:/run/long}', 'the file /run/long has more than 65536 characters'],
    ['${TOKEN}', '`${TOKEN}` is not a reference'],
    ['${env:}', '`${env:}` is not a reference'],
    ['${env:A-B}', '`${env:A-B}` is not a reference'],
    ['${vault:secret/x}', '`${vault:secret/x}` is not a reference'],
    ['${env:TOKEN', 'it contains a `${` without a `}`'],
  ];
  for (const [text, problem] of faults) {
    it(`is refused: ${text}`, () => {
      const { value, faults: found } = resolve({ a: [text] });
      assert.deepEqual(value, { a: [undefined] });
      assert.deepEqual(
        found.map((fault) => [fault.path, fault.problem]),
        [[['a', 0], problem]],
      );
      assert.notEqual(found[0]?.advice, '');
    });
  }

  it('reports all invalid ones', () => {
    const { faults: found } = resolve({ a: '${env:X}${env:Y}', b: '${env:Z}' });
    assert.deepEqual(
      found.map(({ path }) => path.join('.')),
      ['a', 'a', 'b'],
    );
  });

  it('leaves values without references unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value).replaceAll('$', ''));
        assert.deepEqual(resolve(plain), { value: plain, faults: [] });
      }),
    );
  });

  for (const [text, expected] of [
    ['${env:TOKEN}', true],
    [' ${file:/run/key} ', true],
    ['${env:A}${env:B}', true],
    ['written-out', false],
    ['prefix-${env:TOKEN}', false],
    ['', false],
  ] as const) {
    it(`${expected ? 'is' : 'is not'} the whole text of "${text}"`, () => {
      assert.equal(isReference(text), expected);
    });
  }
});
