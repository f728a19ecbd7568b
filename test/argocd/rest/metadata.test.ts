import assert from 'node:assert/strict';
import { readLabels, readMetadata } from '../../../src/argocd/rest/metadata.ts';

describe('The metadata of an Application', () => {
  const least = {
    ...{ name: 'shop', namespace: null, uid: null, resourceVersion: null },
  };
  const skipReconcile = (value: string) =>
    readMetadata({ ...least, annotations: { 'argocd.argoproj.io/skip-reconcile': value } });

  it('is empty by default', () => {
    assert.deepEqual(readMetadata(least), {
      ...{ name: 'shop', namespace: '', uid: '', resourceVersion: '' },
      ...{ annotations: {}, deleting: false, skipReconcile: false },
    });
  });

  it('says whether the application is being deleted', () => {
    const deletionTimestamp = '2026-11-28T18:00:00Z';
    assert.equal(readMetadata({ ...least, deletionTimestamp }).deleting, true);
  });

  for (const [value, isSkipped] of [
    ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
    ...['0', 'f', 'false', 'False', '', 'yes', 'tRUE', ' true', 'on'].map(
      (text) => [text, false] as const,
    ),
  ]) {
    it(`says, like Argo CD does, whether the controller skips reconciliation: "${value}"`, () => {
      assert.equal(skipReconcile(value).skipReconcile, isSkipped);
    });
  }

  it('keeps only our annotations, and only strings', () => {
    const annotations = {
      'argocd.argoproj.io/hydrate': 'normal',
      'azure-pipelines/on-success': 'shop/smoke',
      'azure-pipelines/on-failure': 7,
    };
    const kept = { 'azure-pipelines/on-success': 'shop/smoke' };
    assert.deepEqual(readMetadata({ ...least, annotations }).annotations, kept);
  });

  it('keeps a bounded number of annotations, and only the start of long ones', () => {
    const many = Array.from(
      { length: 1_000_000 },
      (_, at) => [`azure-pipelines/${at}`, ''] as const,
    );
    const kept = readMetadata({ ...least, annotations: Object.fromEntries(many) }).annotations;
    assert.equal(Object.keys(kept).length, 500);
    const long = { 'azure-pipelines/on-success': 'x'.repeat(1_000_000) };
    const [value = ''] = Object.values(readMetadata({ ...least, annotations: long }).annotations);
    assert.ok(value.length < 5_000);
  });

  it('looks for our annotations among no more than Kubernetes can store', () => {
    let looked = 0;
    const strange = new Proxy<Record<string, string>>(
      Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`a/${at}`, ''])),
      { get: (map, name) => ((looked += 1), map[String(name)]) },
    );
    assert.deepEqual(readMetadata({ ...least, annotations: strange }).annotations, {});
    assert.ok(looked <= 100_100, `${looked}`);
  });
});

describe('The labels of an Application', () => {
  it('are only those that Kubernetes can store', () => {
    assert.deepEqual(readLabels(undefined), {});
    assert.deepEqual(readLabels({ team: 'shop', odd: 7, long: 'x'.repeat(64) }), { team: 'shop' });
    const many = Array.from({ length: 100_000 }, (_, at) => [`label-${at}`, ''] as const);
    assert.equal(Object.keys(readLabels(Object.fromEntries(many))).length, 1_000);
  });
});
