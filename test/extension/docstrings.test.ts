import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import ts from 'typescript';
import { root } from './extension-files.ts';

/** The exports of a module without a docstring, by line. */
function undocumented(source: string): readonly string[] {
  const file = ts.createSourceFile('module.ts', source, ts.ScriptTarget.Latest, true);
  return file.statements.flatMap((statement, index) => {
    const before = file.statements[index - 1];
    if (!isDeclaredExport(statement) || isDocumented(statement)) return [];
    if (before !== undefined && (isOverload(before, statement) || isUnionOf(before, statement))) {
      return [];
    }
    const { line } = file.getLineAndCharacterOfPosition(statement.getStart());
    return [`${String(line + 1)}: ${statement.getText().split('\n')[0] ?? ''}`];
  });
}

/** Names in an export list are documented where they are declared. */
function isDeclaredExport(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
  );
}

function isDocumented(statement: ts.Statement): boolean {
  return ts.getJSDocCommentsAndTags(statement).length > 0;
}

/** The docstring of a function's first signature covers the others. */
function isOverload(before: ts.Statement, statement: ts.Statement): boolean {
  return (
    ts.isFunctionDeclaration(before) &&
    ts.isFunctionDeclaration(statement) &&
    before.name?.text === statement.name?.text
  );
}

/** A union of the values of a documented constant right before it: `(typeof ranks)[number]`. */
function isUnionOf(before: ts.Statement, statement: ts.Statement): boolean {
  if (!ts.isVariableStatement(before) || !ts.isTypeAliasDeclaration(statement)) return false;
  const [declaration] = before.declarationList.declarations;
  const union = declaration && `(typeof ${declaration.name.getText()})[number]`;
  return isDocumented(before) && statement.type.getText() === union;
}

describe('The docstrings of src', () => {
  const cases: readonly [what: string, source: string, missing: number][] = [
    ['a documented function', '/** Says why. */\nexport function why() {}', 0],
    ['a function without a docstring', 'export function why() {}', 1],
    ['a line comment', '// Says why.\nexport const why = 1;', 1],
    [
      'a constant after a documented one',
      '/** Some. */\nexport const a = 1;\nexport const b = 2;',
      1,
    ],
    ['something that is not exported', 'const why = 1;\ninterface Why {}', 0],
    ['a list of exports', "export { why } from './why.ts';\nexport type { Why };", 0],
    ['overloads', '/** Adds. */\nexport function a(): void;\nexport function a(b?: number) {}', 0],
    [
      'the union of a documented constant',
      "/** Ranks. */\nexport const ranks = ['a'] as const;\nexport type Rank = (typeof ranks)[number];",
      0,
    ],
    [
      'the union of an undocumented constant',
      "export const ranks = ['a'] as const;\nexport type Rank = (typeof ranks)[number];",
      2,
    ],
  ];
  for (const [what, source, missing] of cases) {
    it(`are found ${missing === 0 ? 'complete' : 'missing'}: ${what}`, () => {
      assert.equal(undocumented(source).length, missing);
    });
  }

  it('say what every export is for', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const missing = files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const source = readFileSync(join(root, 'src', file), 'utf8');
        return undocumented(source).map((each) => `src/${file}:${each}`);
      });
    assert.deepEqual(missing, []);
  });
});
