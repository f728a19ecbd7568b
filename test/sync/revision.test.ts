import { strict as assert } from 'node:assert';
import {
  askedRevisions,
  isCommit,
  isRevision,
  isSame,
  mayBeCommit,
  meetsTarget,
  printRevisions,
  shortRevision,
  targetFault,
} from '../../src/sync/revision.ts';
import { A, application, B, revision, tracked } from './sample-application.ts';

const single = application();
const [source] = single.sources;
const double = application({ multiSource: true, sources: source ? [source, source] : [] });
const at = (position: number, name: string) =>
  ({ kind: 'revisions', byPosition: [{ position, revision: name }] }) as const;

describe('isRevision', () => {
  const cases = [
    [A, A, true],
    [A, A.toUpperCase(), true],
    [A, 'aaaaaaa', true],
    [A, 'AAAAAAA', true],
    [A, 'aaaaaa', false],
    [A, B, false],
    [A, 'main', false],
    ['1.2.3', '1.2.3', true],
    ['1.2.30', '1.2.3', false],
    ['1234567890', '1234567', false],
    ['a'.repeat(64), 'a'.repeat(12), true],
  ] as const;
  for (const [resolved, asked, expected] of cases) {
    it(`takes ${asked} ${expected ? 'for' : 'not for'} ${resolved}`, () => {
      assert.equal(isRevision(resolved, asked), expected);
    });
  }
});

describe('meetsTarget', () => {
  const cases = [
    ['a commit that was deployed', single, revision(A), [A], [], true],
    ['another commit', single, revision(A), [B], [], false],
    ['nothing known', single, tracked, [], [A], false],
    ['what is tracked, once that is known', single, tracked, [A], [A], true],
    ['what is tracked, before a refresh', single, tracked, [A], [], false],
    ['the branch tracked, by what it resolved to', single, revision('main'), [A], [A], true],
    ['the branch tracked, moved on', single, revision('main'), [A], [B], false],
    ['a branch that is not tracked', single, revision('other'), [A], [A], false],
    ['one source of two', double, at(2, B), [A, B], [], true],
    ['the wrong source of two', double, at(2, B), [B, A], [], false],
    ['a source without a revision', double, at(2, B), [A], [], false],
  ] as const;
  for (const [what, one, target, resolved, known, expected] of cases) {
    it(`is ${expected} for ${what}`, () => {
      assert.equal(meetsTarget(one, target, resolved, known), expected);
    });
  }
});

describe('targetFault', () => {
  it('says what only the application shows', () => {
    assert.match(targetFault(double, revision(A)) ?? '', /has 2 sources, so "revision" does not/);
    assert.match(
      targetFault(double, at(3, A)) ?? '',
      /position 3, but the application has 2 sources/,
    );
    assert.match(
      targetFault(single, at(2, A)) ?? '',
      /position 2, but the application has one source/,
    );
    assert.equal(targetFault(double, at(2, A)), undefined);
    assert.equal(targetFault(single, revision(A)), undefined);
    assert.equal(targetFault(double, tracked), undefined);
  });
});

describe('revisions', () => {
  it('are asked for by source', () => {
    assert.deepEqual(askedRevisions(double, tracked), [undefined, undefined]);
    assert.deepEqual(askedRevisions(double, revision(A)), [A, undefined]);
    assert.deepEqual(askedRevisions(double, at(2, B)), [undefined, B]);
  });

  it('are printed short', () => {
    assert.equal(shortRevision(A), 'aaaaaaa');
    assert.equal(printRevisions([A, '1.2.3']), 'aaaaaaa, 1.2.3');
    assert.equal(printRevisions([]), 'an unknown revision');
  });

  it('are told apart: a commit, what may be one, and names', () => {
    assert.deepEqual([isCommit(A), isCommit('aaaaaaa'), isCommit('main')], [true, false, false]);
    assert.deepEqual([mayBeCommit('20261121'), mayBeCommit('v1.2')], [true, false]);
  });

  it('are the same source by source', () => {
    assert.equal(isSame([A, B], [A, B]), true);
    assert.equal(isSame([A], [A, B]), false);
    assert.equal(isSame([A, B], [B, A]), false);
  });
});
