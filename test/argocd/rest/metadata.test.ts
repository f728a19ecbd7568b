import assert from 'node:assert/strict';
import { readMetadata } from '../../../src/argocd/rest/metadata.ts';

describe('the metadata of an Application', () => {
  const least = {
    ...{ name: 'shop', namespace: null, uid: null, resourceVersion: null },
  };
  const skipReconcile = (value: string) =>
    readMetadata({ ...least, annotations: { 'argocd.argoproj.io/skip-reconcile': value } });

  it('is empty where nothing is said', () => {
    assert.deepEqual(readMetadata(least), {
      ...{ name: 'shop', namespace: '', uid: '', resourceVersion: '' },
      ...{ deleting: false, skipReconcile: false },
    });
  });

  it('says whether it is being deleted', () => {
    const deletionTimestamp = '2026-11-28T18:00:00Z';
    assert.equal(readMetadata({ ...least, deletionTimestamp }).deleting, true);
  });

  it('says whether the controller leaves it alone, which only `true` says', () => {
    assert.deepEqual(
      ['true', 'True', 'false', ''].map((value) => skipReconcile(value).skipReconcile),
      [true, false, false, false],
    );
  });
});
