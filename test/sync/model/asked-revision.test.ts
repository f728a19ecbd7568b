import { strict as assert } from 'node:assert';
import {
  addressTarget,
  askedRevisions,
  isTracked,
  meetsTarget,
  missesTarget,
  targetFault,
  undecidedCommits,
  untellable,
} from '../../../src/sync/model/asked-revision.ts';
import type { Source } from '../../../src/sync/model/application.ts';
import { A, application, B, revision, synced, tracked } from '../sample-application.ts';

const single = application();
const [source] = single.sources;
const double = application({ multiSource: true, sources: source ? [source, source] : [] });
const listOfOne = application({ multiSource: true });
const at = (position: number, name: string) =>
  ({ kind: 'revisions', byPosition: [{ position, revision: name }] }) as const;
const from = (change: Partial<Source>) =>
  application({
    sources: [{ repoURL: 'git', path: '', chart: '', targetRevision: '', ...change }],
  });
const chart = from({ repoURL: 'https://charts.example.com', chart: 'web', targetRevision: '1.x' });
const oci = from({ repoURL: 'oci://registry.example.com/web', targetRevision: 'stable' });
const digest = `sha256:${'d'.repeat(64)}`;

describe('askedRevisions', () => {
  it('returns the revision of each source', () => {
    assert.deepEqual(askedRevisions(double, tracked), [undefined, undefined]);
    assert.deepEqual(askedRevisions(double, revision(A)), [A, undefined]);
    assert.deepEqual(askedRevisions(double, at(2, B)), [undefined, B]);
  });
});

describe('addressTarget', () => {
  const cases = [
    ['one source', single, revision('v1'), revision('v1')],
    ['a list of one', listOfOne, revision('v1'), at(1, 'v1')],
    ['one source, by position', single, at(1, 'v1'), revision('v1')],
    ['a list of two', double, at(2, 'v1'), at(2, 'v1')],
    ['the tracked revision', listOfOne, tracked, tracked],
  ] as const;
  for (const [what, one, target, expected] of cases) {
    it(`returns the form that Argo CD reads: ${what}`, () => {
      assert.deepEqual(addressTarget(one, target), expected);
    });
  }
});

describe('meetsTarget', () => {
  const cases = [
    ['a deployed commit', single, revision(A), [A], [], true],
    ['another commit', single, revision(A), [B], [], false],
    ['nothing known', single, tracked, [], [A], false],
    ['the tracked revision, once it is known', single, tracked, [A], [A], true],
    ['the tracked revision, before a refresh', single, tracked, [A], [], false],
    ['the tracked branch, by its resolved commit', single, revision('main'), [A], [A], true],
    ['the tracked branch after a push', single, revision('main'), [A], [B], false],
    [
      "the tracked branch in Azure DevOps' notation",
      single,
      revision('refs/heads/main'),
      [A],
      [A],
      true,
    ],
    ["a tag with the tracked branch's name", single, revision('refs/tags/v1'), [A], [A], false],
    ['a branch that Argo CD did not resolve', single, revision('main'), ['main'], ['main'], false],
    ['HEAD if nothing is tracked by name', from({}), revision('HEAD'), [A], [A], true],
    ['the tracked range', chart, revision('1.x'), ['1.4.0'], ['1.4.0'], true],
    [
      'the tracked range after a newer version',
      chart,
      revision('1.x'),
      ['1.4.0'],
      ['1.5.0'],
      false,
    ],
    ['a range that is not tracked', chart, revision('~1.4'), ['1.4.0'], ['1.4.0'], false],
    ['a version with a leading v', chart, revision('v1.4.0'), ['1.4.0'], [], true],
    ['the tracked tag in a registry', oci, revision('stable'), [digest], [digest], true],
    ['another tag in a registry', oci, revision('v2'), [digest], [digest], false],
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
  it('reports what only the application shows', () => {
    assert.match(
      targetFault(double, revision(A)) ?? '',
      /has 2 sources, so "revision" is ambiguous/,
    );
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

describe('untellable', () => {
  const cases = [
    ['a commit', single, revision(A), []],
    ['a short commit', single, revision('aaaaaaa'), []],
    ['the tracked branch', single, revision('refs/heads/main'), []],
    ['another branch', single, revision('other'), ['other']],
    ['a tag', single, revision('refs/tags/v1'), ['refs/tags/v1']],
    ['a version', chart, revision('1.4.0'), []],
    ['the tracked range', chart, revision('1.x'), []],
    ['another range', chart, revision('>=1 <3'), ['>=1 <3']],
    ['a digest', oci, revision(digest), []],
    ['the tracked OCI tag', oci, revision('stable'), []],
    ['another OCI tag', oci, revision('latest'), ['latest']],
    ['nothing', single, tracked, []],
  ] as const;
  for (const [what, one, target, expected] of cases) {
    it(`names ${expected.length === 0 ? 'nothing' : expected.join()} for ${what}`, () => {
      assert.deepEqual(untellable(one, target), expected);
    });
  }

  it('is per source', () => {
    assert.equal(isTracked(double, 1, 'refs/heads/main', A), true);
    assert.equal(isTracked(double, 2, 'main', A), false);
  });

  /** Tracked, requested, the tags of the tracked commit, and whether they match. */
  const spaces: readonly (readonly [string, string, readonly string[] | undefined, boolean])[] = [
    ['main', 'refs/tags/main', [], false],
    ['main', 'refs/tags/main', ['other'], false],
    ['main', 'refs/tags/main', undefined, false],
    ['v1.0.0', 'refs/tags/v1.0.0', ['v1.0.0'], true],
    ['v1.0.0', 'refs/tags/v1.0.0', undefined, false],
    ['main', 'refs/heads/main', [], true],
    ['main', 'refs/heads/main', undefined, true],
    ['main', 'refs/heads/main', ['main'], false],
    ['refs/heads/main', 'refs/tags/main', ['main'], false],
    ['refs/tags/v1', 'refs/heads/v1', ['v1'], false],
    ['refs/tags/v1', 'v1', undefined, true],
    ['refs/heads/main', 'main', undefined, true],
  ];
  for (const [name, asked, tags, expected] of spaces) {
    const known = tags === undefined ? 'tags that nobody knows' : `the tags "${tags.join()}"`;
    it(`${expected ? 'is' : 'is not'} ${asked} if ${name} is tracked, at a commit with ${known}`, () => {
      const one = {
        ...from({ targetRevision: name }),
        sync: synced(A),
        ...(tags === undefined ? {} : { tags: { [A]: tags } }),
      };
      assert.equal(isTracked(one, 0, asked, A), expected);
      assert.equal(meetsTarget(one, revision(asked), [A], [A]), expected);
      const isOpen = tags === undefined && asked !== 'v1' && asked !== 'main';
      const isAmbiguous = isOpen && !name.startsWith('refs/');
      assert.deepEqual(undecidedCommits(one, revision(asked)), isAmbiguous ? [A] : []);
      assert.deepEqual(untellable(one, revision(asked)), expected || isAmbiguous ? [] : [asked]);
    });
  }
});

describe('missesTarget', () => {
  const cases: readonly (readonly [string, Parameters<typeof missesTarget>, boolean])[] = [
    ['the commit', [single, revision(A), [A]], false],
    ['the commit, requested in short form', [single, revision(A.slice(0, 8)), [A]], false],
    ['another commit', [single, revision(A), [B]], true],
    ['any branch', [single, revision('main'), [B]], false],
    ['the tracked revision', [single, tracked, [B]], false],
    ['nothing resolved yet', [single, revision(A), []], false],
    ['another version', [chart, revision('1.4.0'), ['1.5.0']], true],
    ['a version inside the range', [chart, revision('1.x'), ['1.5.0']], false],
    ['a version outside the range', [chart, revision('1.x'), ['2.0.0']], true],
    ['another digest', [oci, revision(digest), [digest.replaceAll('d', 'e')]], true],
    ['the source that is not named', [double, at(1, A), [A, B]], false],
    ['another revision at its position', [double, at(2, A), [A, B]], true],
  ];
  for (const [what, given, expected] of cases) {
    it(`${expected ? 'is true for' : 'is false for'} ${what}`, () => {
      assert.equal(missesTarget(...given), expected);
    });
  }
});
