import assert from 'node:assert/strict';
import { readNames } from '../../../src/handler/http/request-names.ts';
import { printFault } from '../../../src/inputs/fault.ts';

const read = (argocd: string | undefined, azureProject = 'shop') =>
  readNames(new Map(Object.entries({ ...(argocd === undefined ? {} : { argocd }), azureProject })));

describe('The names of a request', () => {
  it('are plain lines without surrounding spaces', () => {
    const names = read(' prod\n', ' Web shop ');
    assert.deepEqual([names.argocd, names.azureProject], ['prod', 'Web shop']);
    assert.deepEqual([names.faults, names.areUnexpanded], [[], false]);
  });

  const cases: readonly (readonly [string, string | undefined, string, boolean, RegExp])[] = [
    ['a missing one', undefined, '', false, /^argocd: it is missing\. Specify an Argo CD instance/],
    [
      'two lines',
      'prod\nstage',
      'prod ⏎ stage',
      false,
      /^argocd "prod ⏎ stage": this is not a name/,
    ],
    [
      'a variable without a value',
      '$(argocd)',
      '$(argocd)',
      true,
      /^argocd "\$\(argocd\)": this variable/,
    ],
    [
      'a variable within a name',
      'a-$(x)',
      'a-$(x)',
      true,
      /^argocd "\$\(x\)": this variable has no/,
    ],
  ];
  for (const [what, text, name, areUnexpanded, fault] of cases) {
    it(`are kept as given, with a fault, for ${what}`, () => {
      const names = read(text);
      assert.equal(names.argocd, name);
      assert.equal(names.areUnexpanded, areUnexpanded);
      assert.equal(names.faults.length, 1);
      assert.match(names.faults.map(printFault).join(), fault);
    });
  }

  it('are bounded if they are invalid', () => {
    const names = read('x'.repeat(70_000));
    assert.ok(names.argocd.length < 300);
    assert.match(names.faults.map(printFault).join(), /more than 65536 characters/);
  });

  it('have their faults in the order of the body', () => {
    const { faults } = read('', '');
    assert.deepEqual(
      faults.map(({ input }) => input),
      ['argocd', 'azureProject'],
    );
  });
});
