import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { compareVersions, taskVersionOf } from '../../../scripts/release/task-version.ts';

describe('The version of a task', () => {
  const cases = [
    { extension: '1.2.3', major: 1, version: '1.2.3' },
    { extension: '1.0.0', major: 1, version: '1.0.0' },
    { extension: '2.0.0', major: 2, version: '2.0.0' },
    { extension: '2.0.1', major: 1, version: '1.1000.1' },
    { extension: '3.4.5', major: 1, version: '1.2004.5' },
  ];
  for (const { extension, major, version } of cases) {
    it(`of major ${major} is ${version} in extension ${extension}`, () => {
      const { Major, Minor, Patch } = taskVersionOf(extension, major);
      assert.equal([Major, Minor, Patch].join('.'), version);
    });
  }

  it("rises whenever the extension's does, within and between its majors", () => {
    const number = fc.nat({ max: 999 });
    const anExtension = fc
      .tuple(fc.integer({ min: 1, max: 9 }), number, number)
      .map((numbers) => numbers.join('.'));
    fc.assert(
      fc.property(anExtension, anExtension, (one, other) => {
        const [ours, theirs] = [one, other].map((extension) => {
          const { Major, Minor, Patch } = taskVersionOf(extension, 1);
          return [Major, Minor, Patch].join('.');
        });
        const order = compareVersions(ours ?? '', theirs ?? '');
        assert.equal(Math.sign(order), Math.sign(compareVersions(one, other)));
      }),
    );
  });

  it('cannot be newer than the extension', () => {
    assert.throws(() => taskVersionOf('1.9.9', 2), /needs an extension of version 2/);
  });
});

describe('The order of versions', () => {
  const cases = [
    { one: '1.2.3', other: '1.2.3', sign: 0 },
    { one: '1.2.10', other: '1.2.9', sign: 1 },
    { one: '1.10.0', other: '1.9.9', sign: 1 },
    { one: '1.9.9', other: '2.0.0', sign: -1 },
  ];
  for (const { one, other, sign } of cases) {
    it(`is numeric: ${one} and ${other}`, () => {
      assert.equal(Math.sign(compareVersions(one, other)), sign);
    });
  }
});
