import assert from 'node:assert/strict';
import { dump } from 'js-yaml';
import fc from 'fast-check';
import { parseYaml } from '../../src/settings/yaml-document.ts';
import type { Path } from '../../src/settings/path-fault.ts';

const text = `# a comment
publicUrl: https://x

listen: { public: "a:1",
  admin: 'b:2' }
argocd:
  - name: prod
    ca: |
      one
      two
    token: x
  -
  - { name: test }
rules: [
  [1, 2],
  3 ]
empty:
"quoted key" : 1
? explicit
: value
`;

function read(source: string) {
  const document = parseYaml(source);
  assert.ok(!('fault' in document), JSON.stringify(document));
  return document;
}

function faultOf(source: string) {
  const document = parseYaml(source);
  assert.ok('fault' in document);
  return document.fault;
}

describe('A YAML document', () => {
  const lines: readonly [Path, number | undefined][] = [
    [[], 2],
    [['publicUrl'], 2],
    [['listen'], 4],
    [['listen', 'public'], 4],
    [['listen', 'admin'], 5],
    [['argocd'], 6],
    [['argocd', 0], 7],
    [['argocd', 0, 'name'], 7],
    [['argocd', 0, 'ca'], 8],
    [['argocd', 0, 'token'], 11],
    [['argocd', 2], 13],
    [['argocd', 2, 'name'], 13],
    [['rules', 0, 1], 15],
    [['rules', 1], 16],
    [['empty'], 17],
    [['quoted key'], 18],
    [['explicit'], 19],
    [['argocd', 0, 'missing'], 7],
    [['argocd', 7], 6],
    [['listen', 'admin', 'deeper'], 5],
    [['missing'], undefined],
    [['missing', 'deeper'], undefined],
  ];
  for (const [path, line] of lines) {
    it(`has ${path.join('.') || 'itself'} in line ${line ?? 'none'}`, () => {
      assert.equal(read(text).lineOf(path), line);
    });
  }

  it('counts Windows and old Mac line breaks', () => {
    assert.equal(read('a: 1\r\nb: 2\r\n\r\nc: 3\r\n').lineOf(['c']), 4);
    assert.equal(read('a: 1\rb: 2\r').lineOf(['b']), 2);
  });

  for (const empty of ['', '\n', '# only a comment\n', '---\n']) {
    it(`is an empty mapping if it is empty: ${JSON.stringify(empty)}`, () => {
      const document = read(empty);
      assert.deepEqual(document.value, {});
      assert.equal(document.lineOf(['a']), undefined);
    });
  }

  it('has no inherited keys', () => {
    const { value } = read('__proto__: { a: 1 }\n');
    assert.deepEqual(Object.keys(value as object), ['__proto__']);
  });

  const faults: readonly [string, number, RegExp][] = [
    ['a: 1\na: 2\n', 2, /this key is written twice/],
    ['a: 1\nb: [\n', 3, /not valid YAML/],
    ['a: 1\n\tb: 2\n', 2, /not valid YAML/],
    ['a: 1\n b: 2\n', 2, /bad indentation/],
    ['a: !secret x\n', 1, /unknown scalar tag/],
    ['a: 1\nb: &x 2\nc: *x\n', 3, /this is an alias/],
    ['a: 1\nb: 2\n---\nc: 3\n', 2, /a second document/],
  ];
  for (const [source, line, problem] of faults) {
    it(`is refused, with the line: ${JSON.stringify(source)}`, () => {
      const fault = faultOf(source);
      assert.equal(fault.line, line);
      assert.match(fault.problem, problem);
      assert.notEqual(fault.advice, '');
    });
  }

  it('never shows the content of the line in a fault', () => {
    const { problem, advice } = faultOf('token: "s3cret-of-mine\n');
    assert.doesNotMatch(problem + advice, /s3cret/);
  });

  it('finds a line for each part of any value', () => {
    const { value: tree } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), tree, { minKeys: 1 }), (value) => {
        const source = dump(value);
        const document = read(source);
        const lineCount = source.split('\n').length;
        const walk = (part: unknown, path: Path, above: number): void => {
          const line = document.lineOf(path);
          assert.ok(line !== undefined && line >= above && line <= lineCount, path.join('.'));
          if (typeof part !== 'object' || part === null) return;
          for (const [key, inner] of Object.entries(part)) {
            walk(inner, [...path, Array.isArray(part) ? Number(key) : key], line);
          }
        };
        walk(value, [], 1);
      }),
      { numRuns: 300 },
    );
  });
});
