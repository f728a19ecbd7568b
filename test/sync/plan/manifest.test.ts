import { strict as assert } from 'node:assert';
import { listAnnotation } from '../../../src/sync/plan/manifest.ts';
import { readManifests } from '../../in-one-go.ts';

function read(...values: readonly unknown[]) {
  return readManifests(values);
}

describe('readManifestsInTurns', () => {
  it('reads what the order depends on', () => {
    const [manifest] = read({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop', annotations: { a: '1' } },
    });
    assert.deepEqual(manifest, {
      group: 'apps',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
      generateName: '',
      annotations: new Map([['a', '1']]),
      defines: undefined,
      expires: false,
    });
  });

  it('treats everything of a wrong type as absent', () => {
    const [manifest] = read({
      apiVersion: 1,
      kind: 'Pod',
      metadata: { name: 5, namespace: {}, generateName: [], annotations: 'a' },
    });
    assert.deepEqual(manifest, {
      group: '',
      kind: 'Pod',
      namespace: '',
      name: '',
      generateName: '',
      annotations: new Map(),
      expires: false,
      defines: undefined,
    });
  });

  it('uses generateName only without a name', () => {
    const named = { kind: 'Job', metadata: { name: 'a', generateName: 'b-' } };
    const nameless = { kind: 'Job', metadata: { generateName: 'b-' } };
    assert.deepEqual(
      read(named, nameless).map((one) => one?.generateName),
      ['', 'b-'],
    );
  });

  it('reads no annotations if one is not a string, and null as empty', () => {
    const annotated = (annotations: unknown) => ({ kind: 'Pod', metadata: { annotations } });
    const [number, nothing] = read(annotated({ a: 'x', b: 5 }), annotated({ a: 'x', b: null }));
    assert.deepEqual(number?.annotations, new Map());
    assert.deepEqual(
      nothing?.annotations,
      new Map([
        ['a', 'x'],
        ['b', ''],
      ]),
    );
  });

  it('knows what Kubernetes removes some time after its end', () => {
    const jobs = [{ ttlSecondsAfterFinished: 0 }, { ttlSecondsAfterFinished: null }, {}];
    assert.deepEqual(
      read(...jobs.map((spec) => ({ kind: 'Job', spec }))).map((one) => one?.expires),
      [true, false, false],
    );
  });

  it('expands lists of any kind', () => {
    const pod = { kind: 'Pod' };
    const kinds = read({ kind: 'PodList', items: [pod, pod] }, { items: [] }, pod).map(
      (one) => one?.kind,
    );
    assert.deepEqual(kinds, ['Pod', 'Pod', 'Pod']);
  });

  it('omits null documents and null lists, but no object with other content', () => {
    const read3 = read(
      null,
      undefined,
      { kind: 'List', items: null },
      { kind: 'Menu', items: null, spec: {} },
    );
    assert.deepEqual(
      read3.map((one) => one?.kind),
      ['Menu'],
    );
  });

  it('reads the kind that a definition defines', () => {
    const definition = (spec: unknown, apiVersion = 'apiextensions.k8s.io/v1') => ({
      apiVersion,
      kind: 'CustomResourceDefinition',
      spec,
    });
    const good = { group: 'example.com', names: { kind: 'Widget' }, scope: 'Cluster' };
    const defined = read(
      definition(good),
      definition({ ...good, names: null }),
      definition({ ...good, group: 5 }),
      definition(good, 'example.com/v1'),
    ).map((one) => one?.defines);
    assert.deepEqual(defined, [
      { group: 'example.com', kind: 'Widget', clusterScoped: true },
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('returns undefined for an object without a kind', () => {
    assert.deepEqual(read(5, 'x', true, {}, { kind: '' }, { kind: 7 }), [
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('listAnnotation', () => {
  it('trims, and drops empty items and duplicates', () => {
    const [manifest] = read({ kind: 'Pod', metadata: { annotations: { a: ' x,, y ,x' } } });
    assert.ok(manifest);
    assert.deepEqual(listAnnotation(manifest, 'a'), ['x', 'y']);
    assert.deepEqual(listAnnotation(manifest, 'b'), []);
  });
});
