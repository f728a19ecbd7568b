import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAnnounced, readAnnouncement } from '../../../../src/handler/runs/intake/announcement.ts';
import type { InfoRow } from '../../../../src/sync/model/operation.ts';

const id = (digit: number) => `${digit}0000000-0000-4000-8000-00000000000A`;
const good: Readonly<Record<string, string>> = {
  'azure-pipelines/run': [1, 2, 3].map(id).join('/'),
  'azure-pipelines/collection': 'https://dev.azure.com/fabrikam/',
  'azure-pipelines/project': id(4),
  'azure-pipelines/hub': 'Build',
  'azure-pipelines/timeline': id(5),
  'azure-pipelines/build': '77',
  'azure-pipelines/input.waitFor': 'health',
};
const rowsOf = (change: Readonly<Record<string, string | undefined>> = {}): readonly InfoRow[] =>
  Object.entries({ ...good, ...change }).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
const collectionOf = (url: string) =>
  url.startsWith('https://dev.azure.com/fabrikam') ? 'https://dev.azure.com/fabrikam' : undefined;
const read = (info: readonly InfoRow[]) => readAnnouncement(info, collectionOf);

describe('The info entries by which an operation names its run', () => {
  it('are parsed, with ids in lower case', () => {
    assert.deepEqual(read([...rowsOf(), { name: 'Reason', value: 'x' }]), {
      marker: good['azure-pipelines/run'],
      address: {
        collection: 'https://dev.azure.com/fabrikam',
        projectId: id(4).toLowerCase(),
        hub: 'build',
        planId: id(1).toLowerCase(),
        jobId: id(2).toLowerCase(),
        timelineId: id(5).toLowerCase(),
        taskInstanceId: id(3).toLowerCase(),
      },
      buildId: 77,
      inputs: new Map([['waitFor', 'health']]),
    });
  });

  const without: readonly (readonly [string, Readonly<Record<string, string | undefined>>])[] = [
    ['of a release, which names the build of an artifact', { 'azure-pipelines/hub': 'release' }],
    ['whose build was not filled in', { 'azure-pipelines/build': '$(build.buildId)' }],
    ['without a build', { 'azure-pipelines/build': undefined }],
  ];
  for (const [what, change] of without) {
    it(`name no build if they are ${what}`, () => {
      const reading = read(rowsOf(change));
      assert.ok(typeof reading !== 'string');
      assert.equal(reading.buildId, undefined);
    });
  }

  const malformed: readonly (readonly [string, readonly InfoRow[]])[] = [
    ...Object.keys(good)
      .filter((name) => !/build|input/.test(name))
      .flatMap((name) => [
        [`without ${name}`, rowsOf({ [name]: undefined })] as const,
        [`with ${name} twice`, [...rowsOf(), { name, value: good[name] ?? '' }]] as const,
      ]),
    ['of one of our own runs', rowsOf({ 'azure-pipelines/run': [1, 2, 3, 4].map(id).join('/') })],
    ['that were not filled in', rowsOf({ 'azure-pipelines/project': '$(system.TeamProjectId)' })],
    ['of an unknown hub', rowsOf({ 'azure-pipelines/hub': 'deployment' })],
    ['with an oversized value', rowsOf({ 'azure-pipelines/input.revision': 'x'.repeat(1_001) })],
    [
      'that are too many',
      rowsOf(
        Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`azure-pipelines/x${at}`, ''])),
      ),
    ],
  ];
  for (const [what, rows] of malformed) {
    it(`are malformed ${what}`, () => assert.equal(read(rows), 'malformed'));
  }

  it('are ignored for an organization that is not configured', () => {
    const rows = rowsOf({ 'azure-pipelines/collection': 'https://dev.azure.com/evil/' });
    assert.equal(read(rows), 'foreign');
  });

  it('are detected by one of them, and parsed without harm, whatever they contain', () => {
    assert.equal(isAnnounced(rowsOf()), true);
    assert.equal(isAnnounced(rowsOf({ 'azure-pipelines/collection': undefined })), false);
    const name = fc.oneof(fc.constantFrom(...Object.keys(good)), fc.string());
    const row = fc.record({ name, value: fc.string({ maxLength: 2_000 }) });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 150 }), (info) => {
        const reading = read(info);
        assert.ok(typeof reading === 'string' || reading.address.collection !== '');
      }),
    );
  });
});
