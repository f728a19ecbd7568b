import { strict as assert } from 'node:assert';
import {
  compareName,
  compareRevision,
  isCommit,
  isResolved,
  isSame,
  isTelling,
  kindOf,
  printRevisions,
  shortRevision,
  spellOut,
} from '../../../src/sync/model/revision.ts';
import type { RevisionMatch } from '../../../src/sync/model/revision.ts';
import { A, B } from '../sample-application.ts';

const git = { repoURL: 'https://git.example.com/shop.git', chart: '' };
const chart = { repoURL: 'https://charts.example.com', chart: 'web' };
const oci = { repoURL: 'oci://registry.example.com/web', chart: '' };
const sha256 = 'a'.repeat(64);
const digest = `sha256:${'d'.repeat(64)}`;
const otherDigest = `sha256:${'e'.repeat(64)}`;
const hexBranch = 'deadbeef';

/** The requested revision, Argo CD's deployed one, and what comparing them shows. */
const cases: readonly (readonly [string, typeof git, string, string, RevisionMatch])[] = [
  ['a commit', git, A, A, 'same'],
  ['a commit in upper case', git, A.toUpperCase(), A, 'same'],
  ['another commit', git, A, B, 'other'],
  ['a SHA-256 commit', git, sha256, sha256, 'same'],
  ['an abbreviated commit', git, 'aaaaaaa', A, 'same'],
  ['an abbreviated commit in upper case', git, 'AAAAAAA', A, 'same'],
  ['an abbreviated SHA-256 commit', git, 'a'.repeat(12), sha256, 'same'],
  ['an abbreviated commit that Argo CD did not expand', git, A, 'aaaaaaa', 'same'],
  ['another abbreviated commit that it did not expand', git, A, 'bbbbbbb', 'other'],
  ['six digits, which are not a commit', git, 'aaaaaa', A, 'unknowable'],
  ['digits that may be a tag', git, '20261121', A, 'unknowable'],
  ['a branch whose name looks like a commit', git, hexBranch, A, 'unknowable'],
  ['a branch', git, 'main', A, 'unknowable'],
  ['a branch with a slash', git, 'feature/x', A, 'unknowable'],
  ["a branch in Azure DevOps' notation", git, 'refs/heads/main', A, 'unknowable'],
  ['a tag, annotated or not', git, 'v1.0.0', A, 'unknowable'],
  ['a tag with its full ref', git, 'refs/tags/v1.0.0', A, 'unknowable'],
  ['a range of tags', git, 'v1.*', A, 'unknowable'],
  ['HEAD', git, 'HEAD', A, 'unknowable'],
  ['a branch that was not resolved', git, 'main', 'main', 'unknowable'],
  ['a commit if nothing was resolved', git, A, 'main', 'unknowable'],

  ['a version', chart, '1.2.3', '1.2.3', 'same'],
  ['another version', chart, '1.2.3', '1.2.30', 'other'],
  ['a version with a v', chart, 'v1.2.3', '1.2.3', 'same'],
  ['a version without its v', chart, '1.2.3', 'v1.2.3', 'same'],
  ['a prerelease', chart, '1.2.3-rc.1', '1.2.3-rc.1', 'same'],
  ['a release, not its prerelease', chart, '1.2.3', '1.2.3-rc.1', 'other'],
  ['a version with any build metadata', chart, '1.2.3', '1.2.3+b7', 'same'],
  ['a version with its build metadata', chart, '1.2.3+b7', '1.2.3+b8', 'other'],
  ['a version that looks like a commit', chart, '1234567', '12345678', 'other'],
  ['a range that contains it', chart, '1.x', '1.4.2', 'unknowable'],
  ['a range that does not contain it', chart, '1.x', '2.0.0', 'other'],
  ['a Helm range, inside', chart, '~1.2', '1.2.9', 'unknowable'],
  ['a Helm range, outside', chart, '~1.2', '1.3.0', 'other'],
  ['a caret range, inside', chart, '^1.2.3', '1.9.0', 'unknowable'],
  ['a caret range, outside', chart, '^0.2.3', '0.3.0', 'other'],
  ['bounds, within', chart, '>=1.2 <2', '1.9.9', 'unknowable'],
  ['bounds, beyond', chart, '>= 1.2, < 2', '2.0.0', 'other'],
  ['either range', chart, '1.x || 3.x', '3.1.0', 'unknowable'],
  ['neither range', chart, '1.x || 3.x', '2.1.0', 'other'],
  ['a hyphen range', chart, '1.2 - 1.4', '1.3.0', 'unknowable'],
  ['all versions', chart, '*', '7.0.0', 'unknowable'],
  ['all versions, but no prerelease', chart, '*', '7.0.0-rc1', 'other'],
  ['two parts, as written', chart, '1.2', '1.2', 'same'],
  ['two parts, which Helm treats as a range', chart, '1.2', '1.2.9', 'unknowable'],
  ['two parts with another minor version', chart, '1.2', '1.3.0', 'other'],
  ['a range that was not resolved', chart, '1.x', '1.x', 'unknowable'],
  ['a range in an unknown notation', chart, '>=a <b', '1.0.0', 'unknowable'],
  ['a name that is not a version', chart, '2024.03-LTS-RC19', '2024.03-LTS-RC19', 'same'],
  ['another name', chart, 'stable', '1.2.3', 'other'],

  ['a digest', oci, digest, digest, 'same'],
  ['a digest in upper case', oci, digest.toUpperCase(), digest, 'same'],
  ['another digest', oci, digest, otherDigest, 'other'],
  ['an OCI tag', oci, '1.2.3', digest, 'unknowable'],
  ['a range of OCI tags', oci, '1.x', digest, 'unknowable'],
  ['an OCI tag that was not resolved', oci, '1.2.3', '1.2.3', 'unknowable'],
  ['oci:// with a chart is still OCI', { ...oci, chart: 'web' }, digest, digest, 'same'],
];

describe('compareRevision', () => {
  for (const [what, source, asked, resolved, expected] of cases) {
    it(`returns ${expected} for ${what}: ${asked.slice(0, 20)} and ${resolved.slice(0, 20)}`, () => {
      assert.equal(compareRevision(source, asked, resolved), expected);
    });
  }

  it('returns the same for a source however often it is called', () => {
    for (const [, source, asked, resolved] of cases) {
      const once = compareRevision(source, asked, resolved);
      assert.equal(compareRevision(source, asked, resolved), once);
    }
  });
});

describe('compareName', () => {
  /** Requested, tracked, and the tags of the resolved commit. */
  const names: readonly (readonly [
    typeof git,
    string,
    string,
    readonly string[] | undefined,
    RevisionMatch,
  ])[] = [
    [git, 'main', 'main', undefined, 'same'],
    [git, 'refs/heads/main', 'main', undefined, 'unknowable'],
    [git, 'refs/heads/main', 'main', ['v1'], 'same'],
    [git, 'refs/heads/main', 'main', ['main'], 'unknowable'],
    [git, 'refs/tags/main', 'main', undefined, 'unknowable'],
    [git, 'refs/tags/main', 'main', ['v1'], 'unknowable'],
    [git, 'refs/tags/v1', 'v1', ['v1', 'v1.0'], 'same'],
    [git, 'main', 'refs/heads/main', undefined, 'same'],
    [git, 'v1', 'refs/tags/v1', undefined, 'same'],
    [git, 'refs/heads/v1', 'refs/tags/v1', ['v1'], 'other'],
    [git, 'refs/tags/main', 'refs/heads/main', ['main'], 'other'],
    [git, 'refs/heads/main', 'refs/heads/main', undefined, 'same'],
    [git, 'HEAD', '', undefined, 'same'],
    [git, '', 'HEAD', undefined, 'same'],
    [git, 'HEAD', 'main', undefined, 'other'],
    [git, 'refs/heads/feature/x', 'feature/x', [], 'same'],
    [git, 'Main', 'main', undefined, 'other'],
    [git, 'refs/pull/1/merge', 'refs/pull/1/merge', undefined, 'same'],
    [chart, '>=1  <2', '>=1 <2', undefined, 'same'],
    [chart, 'refs/heads/main', 'main', undefined, 'other'],
    [chart, 'HEAD', '', undefined, 'other'],
    [oci, 'stable', 'stable', undefined, 'same'],
  ];
  for (const [source, asked, tracked, tags, expected] of names) {
    const known = tags === undefined ? '' : `, with the tags "${tags.join()}"`;
    it(`returns ${expected} for "${asked}" and "${tracked}"${known} (${kindOf(source)})`, () => {
      assert.equal(compareName(source, asked, tracked, tags), expected);
    });
  }
});

describe('Revisions', () => {
  it('are printed in short form', () => {
    assert.equal(shortRevision(A), 'aaaaaaa');
    assert.equal(shortRevision(digest), 'sha256:dddddddddddd');
    assert.equal(printRevisions([A, '1.2.3']), 'aaaaaaa, 1.2.3');
    assert.equal(printRevisions([]), 'an unknown revision');
  });

  it('are distinguished: commits, possible commits, and names', () => {
    assert.deepEqual([isCommit(A), isCommit('aaaaaaa'), isCommit('main')], [true, false, false]);
    assert.deepEqual([isTelling(git, '20261121'), isTelling(git, 'v1.2')], [true, false]);
    assert.deepEqual([isTelling(chart, '1.2.3'), isTelling(chart, '1.2')], [true, false]);
    assert.deepEqual([isTelling(oci, digest), isTelling(oci, '1.2.3')], [true, false]);
  });

  it('are resolved, or still as they were written', () => {
    assert.deepEqual([isResolved(git, A), isResolved(git, 'main')], [true, false]);
    assert.deepEqual([isResolved(chart, '1.2'), isResolved(chart, '1.x')], [true, false]);
    assert.deepEqual([isResolved(oci, digest), isResolved(oci, 'main')], [true, false]);
  });

  it('are the same, source by source', () => {
    assert.equal(isSame([A, B], [A, B]), true);
    assert.equal(isSame([A], [A, B]), false);
    assert.equal(isSame([A, B], [B, A]), false);
    assert.equal(isSame(['aaaaaaa'], [A]), true);
    assert.equal(isSame([A], ['aaaaaaa']), true);
    assert.equal(isSame(['1234567'], ['12345678']), false);
    assert.equal(isSame(['22b8819f'], ['22B8819ff2']), true);
    assert.equal(isSame(['22b8819f'], ['22b8819e']), false);
    assert.equal(isSame(['feature'], ['feature-2']), false);
  });
});

describe('A deployed revision', () => {
  const full = 'a1'.repeat(20);
  const other = 'b2'.repeat(20);
  const git = { repoURL: 'https://git.example.com/shop.git', chart: '' };
  const chart = { repoURL: 'https://charts.example.com', chart: 'web' };
  const ranged = { ...chart, targetRevision: '1.x' };
  const table = [
    ['an abbreviated commit that is known in full', git, full.slice(0, 8), full, full],
    ['a commit in upper case', git, full.toUpperCase(), '', full],
    ['an abbreviated commit that is unknown', git, full.slice(0, 8), other, full.slice(0, 8)],
    ['a commit other than the known one', git, full, other, full],
    ['an abbreviated commit in upper case', git, full.slice(0, 8).toUpperCase(), full, full],
    ['a version as requested', chart, 'v1.0.0', 'v1.0.0', 'v1.0.0'],
    ['a version that no range contains', chart, 'v1.0.0', '1.0.0', 'v1.0.0'],
    ['a version that the range resolves to', ranged, 'v1.0.0', '1.0.0', '1.0.0'],
    ['a version with its own v', ranged, '1.0.0', 'v1.0.0', 'v1.0.0'],
    ['another version than the range resolves to', ranged, 'v1.0.0', '1.0.1', 'v1.0.0'],
    ['part of a version, which may be any', ranged, '1.0', '1.0.0', '1.0'],
    ['a digest in upper case', oci, digest.toUpperCase(), '', digest],
    ['an OCI tag', oci, 'V1', digest, 'V1'],
    ['the version of a chart', chart, '1234567', full, '1234567'],
    ['a branch', git, 'main', full, 'main'],
  ] as const;
  it('is not expanded if several commits start with it', () => {
    const like = full.slice(0, 8) + 'c3'.repeat(16);
    assert.deepEqual(spellOut([git], [full.slice(0, 8)], [full], [like]), [full.slice(0, 8)]);
    assert.deepEqual(spellOut([git], [full.slice(0, 9)], [full], [like], [full]), [full]);
  });

  for (const [what, source, revision, known, expected] of table) {
    it(`is expanded as far as possible: ${what}`, () => {
      assert.deepEqual(spellOut([source], [revision], [known]), [expected]);
    });
  }
});
